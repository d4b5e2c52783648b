"""What the pages do and the API on purpose does not, with what there is instead."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrowserOnly:
    """Doors of the pages (``pattern``, a regular expression of their paths) without an operation."""

    what: str
    pattern: str
    why: str


BROWSER_ONLY: Sequence[BrowserOnly] = (
    BrowserOnly(
        "Signing in and out, set-up and invitation links",
        r"/(setup|join)/.*|/sign-(in|out).*",
        "People prove who they are in a browser. Scripts show an API token.",
    ),
    BrowserOnly(
        "Password, second step (TOTP), recovery codes, passkeys",
        r"/account/(password|totp.*|recovery-codes|passkeys.*|confirm|again)",
        "They ask for proof that a person is there: a token that leaked must not take an account over.",
    ),
    BrowserOnly(
        "Making API tokens",
        r"/account/tokens",
        "A token that leaked must not make itself successors. They are listed and revoked under `/me/tokens`.",
    ),
    BrowserOnly(
        "Drafts of the wizard",
        r"/integrations/(new|drafts/.*)",
        "They keep what a person has entered so far. `POST /integrations` makes an integration at once, from"
        " `GET /starting-points`, and `POST /test-connection` tries it before.",
    ),
    BrowserOnly(
        "Pages that change by themselves",
        r".*/live|.*/light",
        "Follow `/events?order=oldest`, or have a notification send each event to a webhook.",
    ),
    BrowserOnly(
        "Keeping a file with a task",
        r".*/tasks/[^/]+/files",
        "Evidence is given by the person who did it. `/tasks/{task}/complete` takes a note.",
    ),
    BrowserOnly("Files to download", r".*\.csv|.*/download", "The lists hold the same rows."),
)
