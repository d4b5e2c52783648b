"""From the shape of calls, lists and rules to what is carried out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from seatkeeper.connectors.rest.faults import Faults
from seatkeeper.connectors.rest.programs import (
    Action,
    BodyKind,
    Listing,
    Meaning,
    Pages,
    Poll,
    Request,
    Rule,
)
from seatkeeper.connectors.rest.scopes import ANSWER, EACH, ITEM, PAGE
from seatkeeper.connectors.rest.shapes import (
    BODIES,
    ErrorShape,
    ListShape,
    LoginRequestShape,
    PagesShape,
    PollShape,
    RequestShape,
)
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.documents import Place
from seatkeeper.spi.formulas import OPEN, Formula, Variables
from seatkeeper.spi.templates import DocumentTemplate, Template

_TABLES: Final = frozenset({"ids", "names"})
_PLAIN: Final = re.compile(r"[^\s?#]*")


class Compiling:
    """Compiles the parts of one behaviour; what is wrong goes to ``faults``."""

    def __init__(self, faults: Faults, base_path: Template, answers: str) -> None:
        self.faults = faults
        self._base_path = base_path
        self._answers = answers

    def action(self, shapes: Sequence[RequestShape] | None, place: Place, variables: Variables) -> Action | None:
        """Compile the calls of one ability: each may read what those before it kept."""
        return None if shapes is None else Action(self.requests(shapes, place, variables))

    def needed(self, shapes: Sequence[RequestShape], place: Place, variables: Variables) -> Action:
        """Compile the calls of an ability that has to be there."""
        return Action(self.requests(shapes, place, variables))

    def requests(self, shapes: Sequence[RequestShape], place: Place, variables: Variables) -> tuple[Request, ...]:
        """Compile calls in turn."""
        made = []
        for number, shape in enumerate(shapes):
            made.append(self.request(shape, (*place, number), variables))
            variables = {**variables, **({shape.as_: OPEN} if shape.as_ else {})}
        return tuple(made)

    def kept(self, shapes: Iterable[RequestShape] | None) -> Variables:
        """Name what calls keep."""
        return {shape.as_: OPEN for shape in shapes or () if shape.as_}

    def request(self, shape: RequestShape, place: Place, variables: Variables) -> Request:
        """Compile one call."""
        faults, answered = self.faults, {**variables, **ANSWER}
        if shape.as_ in variables:
            faults.add((*place, "as"), f"{shape.as_!r} has a meaning already")
        inner = {**variables, **(EACH if shape.each is not None else {})}
        method, _, path = shape.call.partition(" ")
        kind, body = self._body(shape, place, inner)
        made = _Made(
            path=self._path(path, (*place, "call"), inner),
            query=self.documents(shape.query, (*place, "query"), inner),
            headers=self.templates(shape.headers, (*place, "headers"), inner),
            body=body,
            conditions=(
                self.optional(shape.when, (*place, "when"), variables),
                self.optional(shape.each, (*place, "each"), variables),
            ),
        )
        is_list = isinstance(shape, ListShape)
        keeps = shape.keeps if isinstance(shape, LoginRequestShape) else {}
        return Request(
            method=method,
            path=made.path,
            query=made.query,
            headers=made.headers,
            body_kind=kind,
            body=made.body,
            answers=shape.answers or self._answers,
            keep=shape.as_,
            when=made.conditions[0],
            each=made.conditions[1],
            expect=self._expect(shape.expect, (*place, "expect"), answered),
            rules=self.rules(shape.errors, (*place, "errors"), answered),
            gives=self.optional(None if is_list else shape.gives, (*place, "gives"), answered),
            reads_first=shape.reads_first,
            poll=self._poll(shape.poll, (*place, "poll"), answered),
            keeps={name: faults.formula(each, (*place, "keeps", name), answered) for name, each in keeps.items()},
            variables=made.variables,
            lookups=tuple(each for each in made.formulas if not each.variables.isdisjoint(_TABLES)),
        )

    def listings(self, shapes: Sequence[ListShape] | None, place: Place, scope: Variables) -> tuple[Listing, ...]:
        """Compile lists that make a whole together."""
        return tuple(self.listing(shape, (*place, number), scope) for number, shape in enumerate(shapes or ()))

    def listing(self, shape: ListShape, place: Place, variables: Variables) -> Listing:
        """Compile one list."""
        for name in ("gives", "as_", "poll"):
            if getattr(shape, name) is not None:
                self.faults.add((*place, name.rstrip("_")), "is not for a list")
        request = self.request(shape, place, {**variables, **(PAGE if shape.pages else {})})
        inner = {**variables, **(EACH if shape.each is not None else {})}
        answered = {**inner, **ANSWER}
        return Listing(
            request=request,
            items=self.faults.formula(shape.items, (*place, "items"), answered),
            total=self.optional(shape.total, (*place, "total"), answered),
            pages=None if shape.pages is None else self._pages(shape.pages, (*place, "pages"), request, answered),
            marks=self.documents(shape.marks, (*place, "marks"), inner),
            read_each=shape.read_each,
        )

    def rules(self, shapes: Iterable[ErrorShape], place: Place, answered: Variables) -> tuple[Rule, ...]:
        """Compile rules of what an answer means."""
        return tuple(
            Rule(
                frozenset(shape.status),
                self.optional(shape.when, (*place, number, "when"), answered),
                Meaning(shape.means),
                shape.code or ProblemCode.REJECTED_VALUE,
                self.optional(shape.says, (*place, number, "says"), answered),
            )
            for number, shape in enumerate(shapes)
        )

    def optional(self, source: str | None, place: Place, variables: Variables) -> Formula | None:
        """Compile an expression that need not be there."""
        return None if source is None else self.faults.formula(source, place, variables)

    def text(self, source: str | None, place: Place, variables: Variables) -> Template | None:
        """Compile a text that need not be there."""
        return None if source is None else self.faults.template(source, place, variables)

    def templates(self, texts: Mapping[str, str], place: Place, scope: Variables) -> Mapping[str, Template]:
        """Compile texts by name."""
        return {name: self.faults.template(text, (*place, name), scope) for name, text in texts.items()}

    def documents(
        self, values: Mapping[str, Any], place: Place, variables: Variables
    ) -> Mapping[str, DocumentTemplate]:
        """Compile values by name."""
        return {name: self.faults.document(value, (*place, name), variables) for name, value in values.items()}

    def item(self, source: str, place: Place, variables: Variables) -> Formula:
        """Compile an expression over one thing of a list."""
        return self.faults.formula(source, place, {**variables, **ITEM})

    def _path(self, path: str, place: Place, variables: Variables) -> Template:
        template = self.faults.template(path, place, variables)
        if any(isinstance(part, str) and not _PLAIN.fullmatch(part) for part in template.parts):
            self.faults.add(place, "a path holds neither blanks nor a query, which goes under query")
        return Template(template.source, (*self._base_path.parts, *template.parts))

    def _body(
        self, shape: RequestShape, place: Place, variables: Variables
    ) -> tuple[BodyKind | None, DocumentTemplate | Template | None]:
        for name in BODIES:
            given = shape.json_ if name == "json" else getattr(shape, name)
            if given is not None and isinstance(given, str) and name in {"xml", "text"}:
                return BodyKind(name), self.faults.template(given, (*place, name), variables)
            if given is not None:
                return BodyKind(name), self.faults.document(given, (*place, name), variables)
        return None, None

    def _expect(
        self, expect: tuple[int, ...] | str | None, place: Place, answered: Variables
    ) -> frozenset[int] | Formula | None:
        if expect is None or isinstance(expect, tuple):
            return None if expect is None else frozenset(expect)
        return self.faults.formula(expect, place, answered)

    def _poll(self, shape: PollShape | None, place: Place, answered: Variables) -> Poll | None:
        if shape is None:
            return None
        asked = RequestShape.model_validate({"call": shape.call, "query": shape.query})
        return Poll(
            self.request(asked, place, answered),
            self.faults.formula(shape.until, (*place, "until"), answered),
            self.optional(shape.failed, (*place, "failed"), answered),
            shape.every,
            shape.at_most,
        )

    def _pages(self, shape: PagesShape, place: Place, request: Request, answered: Variables) -> Pages:
        asked = {
            path.steps[0]
            for each in _formulas(request)
            for path in each.paths
            if path.root == "page" and path.steps
        }
        if shape.by in {"number", "offset", "cursor"} and shape.by not in asked:
            self.faults.add((*place, "by"), f"is {shape.by}, and the call does not read page.{shape.by}")
        return Pages(
            shape.by,
            shape.size,
            shape.aligned,
            shape.first,
            self.optional(shape.cursor, (*place, "cursor"), answered),
            self.optional(shape.last, (*place, "last"), answered),
        )


class _Made:
    """The templates of one call."""

    def __init__(
        self,
        path: Template,
        query: Mapping[str, DocumentTemplate],
        headers: Mapping[str, Template],
        body: DocumentTemplate | Template | None,
        conditions: tuple[Formula | None, Formula | None],
    ) -> None:
        self.path, self.query, self.headers, self.body, self.conditions = path, query, headers, body, conditions

    @property
    def formulas(self) -> tuple[Formula, ...]:
        texts = (self.path, *self.query.values(), *self.headers.values(), *([self.body] if self.body else ()))
        inside = (each for text in texts for each in text.formulas)
        return (*inside, *(each for each in self.conditions if each is not None))

    @property
    def variables(self) -> frozenset[str]:
        return frozenset().union(*(each.variables for each in self.formulas))


def _formulas(request: Request) -> tuple[Formula, ...]:
    conditions = (request.when, request.each)
    return _Made(request.path, request.query, request.headers, request.body, conditions).formulas
