"""What an Owner fills in to hand over files."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from seatkeeper.connectors.files.columns import Column, Special, check_spans, parse_columns
from seatkeeper.connectors.files.formats import DELIMITERS, LINE_ENDS, Delimited, Fixed, Format, JSONLines
from seatkeeper.connectors.files.layouts import ENCODINGS, Layout, Words
from seatkeeper.connectors.files.naming import check_file_name, check_folder, has_number, may_be_of
from seatkeeper.connectors.files.pins import check_pin
from seatkeeper.connectors.files.texts import Texts
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings


@dataclass(frozen=True, slots=True)
class Actions:
    """The words of a delta for what became of an account."""

    add: str
    change: str
    disable: str
    enable: str
    delete: str


class FilesSettings(ConnectorSettings):
    """Where the files go, what is in them, and what comes back."""

    host: str | None = Field(
        default=None,
        title="SFTP server",
        description="Its name or address. Without it files are written on Seatkeeper's own disk, below the"
        " directory that SEATKEEPER_FILES_DIR names.",
    )
    port: int = Field(default=22, ge=1, le=65_535, title="Port", description="Of the SFTP server.")
    user: str | None = Field(
        default=None, title="Service account", description="The name Seatkeeper signs in with at the SFTP server."
    )
    password: SecretStr | None = Field(
        default=None, title="Password", description="Of the service account. A private key is the better choice."
    )
    private_key: SecretStr | None = Field(
        default=None,
        title="Private key",
        description="In the format of OpenSSH or PEM, from BEGIN to END, for the service account.",
    )
    passphrase: SecretStr | None = Field(
        default=None,
        title="Passphrase",
        description="Of the private key, where it has one.",
        json_schema_extra=ADVANCED,
    )
    host_key: tuple[str, ...] = Field(
        default=(),
        title="Host key",
        description="The server's key, as SHA256:… or as a line of ssh-keyscan. A test of the connection without"
        " it shows the one the server has; compare it there before you enter it. Two during a change of key.",
    )
    folder: str = Field(
        title="Folder", description="Where the app looks for the file; it has to be there. Such as hr/users."
    )
    content: Literal["everybody", "changes"] = Field(
        default="everybody",
        title="Content",
        description="everybody writes one file that always holds all accounts; changes writes a new file for each"
        " batch of changes, and never touches it again.",
    )
    file_name: str = Field(
        default="users.csv",
        title="File name",
        description="{date} and {time} (UTC) and {number} may stand in it. For changes, {number} has to:"
        " users-{number}.csv.",
    )
    format: Literal["csv", "json-lines", "fixed"] = Field(
        default="csv", title="Format", description="fixed is a file with columns at fixed positions."
    )
    columns: tuple[str, ...] = Field(
        default=(
            "userName",
            "givenName",
            "familyName",
            "displayName",
            "email",
            "title",
            "department",
            "employeeNumber",
            "active=@active",
        ),
        min_length=1,
        title="Columns",
        description="In their order: the attribute, or Heading=attribute, or 1-10=attribute for fixed positions."
        " @active, @entitlements, and for changes @action and @previous (the key before), may stand for an"
        " attribute.",
    )
    name_attribute: str = Field(
        default="userName",
        title="Key",
        description="The attribute by which the app knows an account. One that never changes is best.",
    )
    renames: bool = Field(
        default=False,
        title="The key may change",
        description="Only where the app understands that it is the same account. Otherwise it would take one away"
        " and make another, so a change of the key becomes a task for a person.",
        json_schema_extra=ADVANCED,
    )
    active_words: str = Field(
        default="true false",
        title="Words for active",
        description="What @active writes for an active account and for a disabled one.",
        json_schema_extra=ADVANCED,
    )
    action_words: str = Field(
        default="add change disable enable delete",
        title="Words for actions",
        description="What @action writes, in this order. Some may be the same.",
        json_schema_extra=ADVANCED,
    )
    entitlement_type: str = Field(
        default="role",
        min_length=1,
        title="Type of entitlements",
        description="What the values of @entitlements are called in the mapping.",
        json_schema_extra=ADVANCED,
    )
    encoding: Literal["utf-8", "utf-8-with-mark", "utf-16", "latin-1", "windows-1252"] = Field(
        default="utf-8",
        title="Encoding",
        description="A value with a character the encoding does not have is refused, and the job says which.",
        json_schema_extra=ADVANCED,
    )
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] = Field(
        default="comma", title="Delimiter", description="Between the columns of CSV.", json_schema_extra=ADVANCED
    )
    line_end: Literal["lf", "crlf"] = Field(
        default="lf", title="Line end", description="crlf is that of Windows.", json_schema_extra=ADVANCED
    )
    quotes_all: bool = Field(
        default=False,
        title="Quote every value",
        description="In CSV. Otherwise only those that need it.",
        json_schema_extra=ADVANCED,
    )
    headings: bool = Field(
        default=True,
        title="Headings",
        description="The first line of CSV names the columns.",
        json_schema_extra=ADVANCED,
    )
    separator: str = Field(
        default=";",
        min_length=1,
        max_length=3,
        title="Separator",
        description="Between the values of one cell.",
        json_schema_extra=ADVANCED,
    )
    guards_formulas: bool = Field(
        default=False,
        title="For spreadsheets",
        description="Puts ' before a value that a spreadsheet would carry out as a formula. Only where people open"
        " the file, since an app would take the ' for a part of the value.",
        json_schema_extra=ADVANCED,
    )
    leaves_out_disabled: bool = Field(
        default=False,
        title="Leave disabled accounts out",
        description="Of a file with everybody, where the app takes whoever is missing for disabled.",
        json_schema_extra=ADVANCED,
    )
    control_file: str | None = Field(
        default=None,
        title="Control file",
        description="Written after each file, to say that it is whole: such as {file}.ok. {file} is its name.",
        json_schema_extra=ADVANCED,
    )
    control_text: tuple[str, ...] = Field(
        default=("file={file}", "lines={lines}", "sha256={sha256}", "written={written}"),
        title="Text of the control file",
        description="Its lines. {lines} counts accounts, not headings; {written} is an instant in UTC.",
        json_schema_extra=ADVANCED,
    )
    keep: int = Field(
        default=0,
        ge=0,
        le=100_000,
        title="Files to keep",
        description="Older ones are removed, whether the app has taken them in or not. 0 keeps all.",
        json_schema_extra=ADVANCED,
    )
    return_file: str | None = Field(
        default=None,
        title="Return file",
        description="The name of a list of its accounts that the app drops, by which changes are verified. Of"
        " several, as in export-*.csv, the newest counts. Without one every change stays unverified.",
    )
    return_folder: str | None = Field(
        default=None, title="Folder of the return file", description="Without it, the folder above."
    )
    return_columns: tuple[str, ...] = Field(
        default=(),
        title="Columns of the return file",
        description="Like the columns above, without @action. Without any, the same.",
        json_schema_extra=ADVANCED,
    )
    return_after: float = Field(
        default=24,
        ge=0,
        le=24 * 90,
        title="Hours until a change shows",
        description="A return file that is younger than this after a change, and does not show it yet, is no"
        " contradiction.",
        json_schema_extra=ADVANCED,
    )
    gather: float = Field(
        default=0.2,
        ge=0,
        le=30,
        title="Seconds to gather",
        description="Changes that come so close together are written at once.",
        json_schema_extra=ADVANCED,
    )
    connect_timeout: float = Field(
        default=10.0,
        gt=0,
        le=120,
        title="Patience to connect",
        description="Seconds to connect and sign in.",
        json_schema_extra=ADVANCED,
    )
    timeout: float = Field(
        default=60.0,
        gt=0,
        le=280,
        title="Patience",
        description="Seconds one transfer may take.",
        json_schema_extra=ADVANCED,
    )

    @field_validator("folder", "return_folder")
    @classmethod
    def _check_folder(cls, folder: str | None) -> str | None:
        return None if folder is None else check_folder(folder)

    @field_validator("file_name")
    @classmethod
    def _check_file_name(cls, name: str) -> str:
        return check_file_name(name, "date", "time", "number")

    @field_validator("control_file")
    @classmethod
    def _check_control_file(cls, name: str | None) -> str | None:
        return None if name is None else check_file_name(name, "file")

    @field_validator("return_file")
    @classmethod
    def _check_return_file(cls, name: str | None) -> str | None:
        return None if name is None else check_file_name(name)

    @field_validator("host_key")
    @classmethod
    def _check_host_key(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(check_pin, keys))

    @model_validator(mode="after")
    def _check_columns(self) -> "FilesSettings":
        for columns in (self._columns, self._return_columns):
            if not any(column.holds == self.name_attribute for column in columns):
                raise ValueError(f"columns: one has to hold the key, {self.name_attribute}")
            if self.format == "fixed":
                check_spans(columns)
        if self.content == "everybody" and {Special.ACTION, Special.PREVIOUS} & self._holds:
            raise ValueError("columns: @action and @previous are for files with changes")
        return self

    @model_validator(mode="after")
    def _check_words(self) -> "FilesSettings":
        if len(set(self.active_words.split())) != 2:
            raise ValueError("active_words: two different words are needed")
        if len(self.action_words.split()) != 5:
            raise ValueError("action_words: five words are needed, for add, change, disable, enable and delete")
        return self

    @model_validator(mode="after")
    def _check_names(self) -> "FilesSettings":
        if self.content == "changes" and not has_number(self.file_name):
            raise ValueError("file_name: {number} has to stand in it, or one change would overwrite another")
        if self.control_file is not None and "{file}" not in self.control_file:
            raise ValueError("control_file: {file} has to stand in it, such as {file}.ok")
        return self

    @model_validator(mode="after")
    def _check_return_file_is_theirs(self) -> "FilesSettings":
        where = (self.return_folder or self.folder).strip("/")
        if self.return_file and where == self.folder.strip("/") and may_be_of(self.file_name, self.return_file):
            raise ValueError("return_file: it would take Seatkeeper's own file for the app's; give another name")
        return self

    @model_validator(mode="after")
    def _check_service_account(self) -> "FilesSettings":
        if self.host is not None and not self.user:
            raise ValueError("user: the SFTP server needs a service account")
        if self.host is not None and self.password is None and self.private_key is None:
            raise ValueError("private_key: the service account needs a private key or a password")
        return self

    @property
    def layout(self) -> Layout:
        """How the file is written."""
        return self._layout(self._columns)

    @property
    def return_layout(self) -> Layout:
        """How the return file is read."""
        return self._layout(self._return_columns)

    @property
    def actions(self) -> Actions | None:
        """The words of a delta; None where everybody is written."""
        return Actions(*self.action_words.split()) if self.content == "changes" else None

    @property
    def return_delay(self) -> timedelta:
        """How long after a change a return file that lacks it is no contradiction."""
        return timedelta(hours=self.return_after)

    @property
    def mark(self) -> str:
        """Stands for everything that shapes a row, so that rows shaped otherwise are known for it."""
        shaped = f"{self.layout!r} {self.content} {self.leaves_out_disabled}"
        return sha256(shaped.encode()).hexdigest()[:16]

    @property
    def _columns(self) -> tuple[Column, ...]:
        return parse_columns(self.columns)

    @property
    def _return_columns(self) -> tuple[Column, ...]:
        if self.return_columns:
            return parse_columns(self.return_columns)
        no_longer = {Special.ACTION, Special.PREVIOUS}
        return tuple(column for column in self._columns if column.holds not in no_longer)

    @property
    def _holds(self) -> set[str]:
        return {column.holds for column in self._columns}

    def _layout(self, columns: tuple[Column, ...]) -> Layout:
        texts = Texts(self.separator, self.guards_formulas and self.format == "csv")
        return Layout(
            columns, self._format(columns), texts, Words(*self.active_words.split()), ENCODINGS[self.encoding]
        )

    def _format(self, columns: tuple[Column, ...]) -> Format:
        line_end = LINE_ENDS[self.line_end]
        match self.format:
            case "csv":
                return Delimited(columns, DELIMITERS[self.delimiter], line_end, self.quotes_all, self.headings)
            case "json-lines":
                return JSONLines(columns, line_end)
            case "fixed":
                return Fixed(columns, line_end)
