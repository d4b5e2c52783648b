"""From a whole behaviour to its program, or to every fault it has."""

from collections.abc import Iterator

from seatkeeper.connectors.rest.compiling import Compiling
from seatkeeper.connectors.rest.faults import Faults, read_behaviour
from seatkeeper.connectors.rest.programs import (
    Accounts,
    Attribute,
    Authentication,
    EntitlementType,
    Groups,
    Login,
    OAuth,
    Program,
    Table,
    TokenSource,
)
from seatkeeper.connectors.rest.scopes import (
    ANSWER,
    GRANTING,
    ITEM,
    LIST,
    MEMBERS,
    NAME,
    RANDOM,
    READ,
    UID,
    VALUE,
    Scopes,
    scopes_of,
)
from seatkeeper.connectors.rest.shapes import (
    AccountsShape,
    AuthenticationShape,
    Behaviour,
    EntitlementShape,
    GroupsShape,
    JWTShape,
    LoginShape,
    OAuthShape,
)
from seatkeeper.connectors.rest.soundness import list_faults
from seatkeeper.spi.documents import DocumentInvalidError, Located, Place
from seatkeeper.spi.formulas import Variables
from seatkeeper.spi.templates import Template


def compile_behaviour(document: Located) -> tuple[Behaviour, Program]:
    """Compile a behaviour. Raises ``DocumentInvalidError`` that names every fault with its line."""
    behaviour = read_behaviour(document)
    faults = Faults(document)
    program = _Assembling(behaviour, faults).program()
    for place, sentence in list_faults(behaviour, program):
        faults.follow(place, sentence)
    if faults.found:
        raise DocumentInvalidError(*faults.found)
    return behaviour, program


class _Assembling:
    def __init__(self, behaviour: Behaviour, faults: Faults) -> None:
        self._behaviour = behaviour
        self._scopes: Scopes = scopes_of(behaviour)
        base_path = faults.template(behaviour.base_path, ("base_path",), self._scopes.settings)
        self._compile = Compiling(faults, base_path, behaviour.answers)

    def program(self) -> Program:
        behaviour, scopes, compiling = self._behaviour, self._scopes, self._compile
        probe = behaviour.probe
        return Program(
            authentication=self._authentication(behaviour.authentication),
            headers=compiling.templates(behaviour.headers, ("headers",), scopes.settings),
            query=compiling.documents(behaviour.query, ("query",), scopes.settings),
            media_type=behaviour.media_type,
            probe=None if probe is None else compiling.request(probe, ("probe",), scopes.table),
            accounts=self._accounts(behaviour.accounts),
            entitlements={
                name: self._entitlement(shape, ("entitlements", name))
                for name, shape in behaviour.entitlements.items()
            },
            groups=None if behaviour.groups is None else self._groups(behaviour.groups),
            tables={name: self._table(name) for name in behaviour.lookups},
            rules=compiling.rules(behaviour.errors, ("errors",), {**scopes.settings, **ANSWER}),
            says=compiling.optional(behaviour.says, ("says",), {**scopes.settings, **ANSWER}),
        )

    def _accounts(self, shape: AccountsShape) -> Accounts:
        compiling, base, at = self._compile, self._scopes.base, "accounts"
        account = self._scopes.account
        changing: Variables = {**base, **UID, **READ, "before": account}
        updating: Variables = {**changing, "changes": account, "after": account}
        kept = {**base, **compiling.kept(shape.read)}
        return Accounts(
            id=compiling.item(shape.id, (at, "id"), kept),
            name=shape.name,
            active=None if shape.active is None else compiling.item(shape.active, (at, "active"), kept),
            absent=None if shape.absent is None else compiling.item(shape.absent, (at, "absent"), kept),
            etag=compiling.item(shape.etag, (at, "etag"), {**kept, **ANSWER}),
            attributes=dict(self._attributes(shape, kept)),
            requires=frozenset(shape.requires),
            updates_only=None if shape.updates_only is None else frozenset(shape.updates_only),
            read=compiling.action(shape.read, (at, "read"), {**base, **UID}),
            listings=compiling.listings(shape.list, (at, "list"), base),
            find={
                name: compiling.listings(lists, (at, "find", name), {**base, **VALUE})
                for name, lists in shape.find.items()
            },
            create=compiling.action(shape.create, (at, "create"), {**base, "account": account, **RANDOM}),
            new_id=compiling.optional(
                shape.new_id, (at, "new_id"), {**base, **compiling.kept(shape.create), **ANSWER}
            ),
            unique=shape.unique,
            update=compiling.action(shape.update, (at, "update"), updating),
            rename=None
            if isinstance(shape.rename, str)
            else compiling.action(shape.rename, (at, "rename"), updating),
            renames=shape.rename is not None,
            disable=compiling.action(shape.disable, (at, "disable"), changing),
            enable=compiling.action(shape.enable, (at, "enable"), changing),
            delete=compiling.action(shape.delete, (at, "delete"), changing),
        )

    def _attributes(self, shape: AccountsShape, kept: Variables) -> Iterator[tuple[str, Attribute]]:
        for name, each in shape.attributes.items():
            place: Place = ("accounts", "attributes", name, "from")
            source = None if each.from_ is None else self._compile.item(each.from_, place, kept)
            yield name, Attribute(source, each.write_only, each.create_only, each.ignores_case, each.empty)

    def _entitlement(self, shape: EntitlementShape, at: Place) -> EntitlementType:
        compiling, base = self._compile, self._scopes.base
        granting = {**base, **UID, **READ, **GRANTING, "before": self._scopes.account}
        held_value = shape.held_value or shape.value
        return EntitlementType(
            listings=compiling.listings(shape.list, (*at, "list"), base),
            value=compiling.item(shape.value, (*at, "value"), base),
            held=None
            if shape.held is None
            else compiling.item(
                shape.held, (*at, "held"), {**base, **compiling.kept(self._behaviour.accounts.read)}
            ),
            held_listings=compiling.listings(shape.held_list, (*at, "held_list"), {**base, **UID, **ITEM}),
            held_value=compiling.item(held_value, (*at, "held_value"), base),
            grant=compiling.action(shape.grant, (*at, "grant"), granting),
            revoke=compiling.action(shape.revoke, (*at, "revoke"), granting),
            repeatable=shape.repeatable,
            ignores_case=shape.ignores_case,
            single=shape.single,
            revokes_first=shape.revokes_first,
            exclusive=shape.exclusive,
        )

    def _groups(self, shape: GroupsShape) -> Groups:
        compiling, base, at = self._compile, self._scopes.base, "groups"
        changing: Variables = {**base, **UID, **READ}
        kept = {**base, **compiling.kept(shape.read)}
        membership: Variables = {**changing, **MEMBERS, "after": LIST}
        return Groups(
            id=compiling.item(shape.id, (at, "id"), kept),
            name=compiling.item(shape.name, (at, "name"), kept),
            absent=None if shape.absent is None else compiling.item(shape.absent, (at, "absent"), kept),
            etag=compiling.item(shape.etag, (at, "etag"), {**kept, **ANSWER}),
            members=None if shape.members is None else compiling.item(shape.members, (at, "members"), kept),
            member_listings=compiling.listings(shape.members_list, (at, "members_list"), {**base, **UID}),
            member_id=compiling.item(shape.member_id, (at, "member_id"), base),
            ignores_case=shape.ignores_case,
            read=compiling.action(shape.read, (at, "read"), {**base, **UID}),
            listings=compiling.listings(shape.list, (at, "list"), base),
            find=compiling.listings(shape.find, (at, "find"), {**base, **NAME}),
            create=compiling.action(shape.create, (at, "create"), {**base, **NAME}),
            new_id=compiling.optional(
                shape.new_id, (at, "new_id"), {**base, **compiling.kept(shape.create), **ANSWER}
            ),
            unique=shape.unique,
            rename=compiling.action(shape.rename, (at, "rename"), {**changing, **NAME}),
            delete=compiling.action(shape.delete, (at, "delete"), changing),
            add=compiling.needed(shape.add, (at, "add"), membership),
            remove=compiling.needed(shape.remove, (at, "remove"), membership),
            batch=shape.batch,
            splits=shape.splits,
            repeatable=shape.repeatable,
        )

    def _table(self, name: str) -> Table:
        shape, at, scope = self._behaviour.lookups[name], ("lookups", name), self._scopes.table
        return Table(
            self._compile.listings(shape.list, (*at, "list"), scope),
            self._compile.item(shape.name, (*at, "name"), scope),
            self._compile.item(shape.id, (*at, "id"), scope),
        )

    def _authentication(self, shape: AuthenticationShape | None) -> Authentication:
        compiling, scope, at = self._compile, self._scopes.settings, "authentication"
        if shape is None:
            return Authentication({}, {})
        basic, login = shape.basic, shape.login
        headers = dict(compiling.templates(shape.headers or {}, (at, "headers"), scope))
        if shape.bearer is not None:
            bearer = compiling.faults.template(shape.bearer, (at, "bearer"), scope)
            headers["Authorization"] = Template(bearer.source, ("Bearer ", *bearer.parts))
        return Authentication(
            headers=headers,
            query=compiling.documents(shape.query or {}, (at, "query"), scope),
            basic=None
            if basic is None
            else (
                compiling.faults.template(basic.username, (at, "basic", "username"), scope),
                compiling.faults.template(basic.password, (at, "basic", "password"), scope),
            ),
            oauth2=None if shape.oauth2 is None else self._oauth(shape.oauth2, (at, "oauth2")),
            login=None if login is None else self._login(login),
            jwt=None if shape.jwt is None else self._jwt(shape.jwt, (at, "jwt")),
        )

    def _login(self, shape: LoginShape) -> Login:
        compiling, at = self._compile, ("authentication", "login")
        scope = self._scopes.table
        return Login(
            compiling.requests(shape.requests, (*at, "requests"), scope),
            compiling.templates(shape.headers, (*at, "headers"), scope),
            compiling.documents(shape.query, (*at, "query"), scope),
            compiling.optional(shape.expired, (*at, "expired"), {**scope, **ANSWER}),
        )

    def _oauth(self, shape: OAuthShape, at: Place) -> OAuth:
        compiling, scope = self._compile, self._scopes.settings
        return OAuth(
            compiling.faults.template(shape.token_url, (*at, "token_url"), scope),
            shape.grant_type,
            compiling.text(shape.client_id, (*at, "client_id"), scope),
            compiling.text(shape.client_secret, (*at, "client_secret"), scope),
            compiling.text(shape.refresh_token, (*at, "refresh_token"), scope),
            compiling.text(shape.scope, (*at, "scope"), scope),
            compiling.templates(shape.form, (*at, "form"), scope),
            shape.client == "form",
            None if shape.assertion is None else self._jwt(shape.assertion, (*at, "assertion")),
        )

    def _jwt(self, shape: JWTShape, at: Place) -> TokenSource:
        compiling, scope = self._compile, self._scopes.settings
        return TokenSource(
            compiling.faults.template(shape.key, (*at, "key"), scope),
            shape.algorithm,
            compiling.faults.document(shape.header, (*at, "header"), scope),
            compiling.faults.document(shape.claims, (*at, "claims"), scope),
            shape.lifetime,
        )
