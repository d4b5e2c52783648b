"""Taking down what is wrong in a behaviour, each with its line."""

from pydantic import ValidationError

from seatkeeper.connectors.rest.shapes import Behaviour
from seatkeeper.core.reading import ExpressionInvalidError
from seatkeeper.spi.documents import DocumentFault, DocumentInvalidError, Located, Place, say_fault
from seatkeeper.spi.formulas import Formula, Variables, compile_formula
from seatkeeper.spi.templates import (
    DocumentTemplate,
    Template,
    TemplateInvalidError,
    compile_document,
    compile_template,
)

_NOTHING = compile_formula("null", {})


def read_behaviour(document: Located) -> Behaviour:
    """Read the shape. Raises ``DocumentInvalidError`` that names every fault with its line."""
    try:
        return Behaviour.model_validate(document.value)
    except ValidationError as error:
        faults = Faults(document)
        for each in error.errors(include_input=False, include_url=False):
            faults.add(each["loc"], _say(each["type"], each["msg"]))
        raise DocumentInvalidError(*faults.found) from None


def _say(kind: str, message: str) -> str:
    if kind == "string_pattern_mismatch":
        return "does not have the form it needs: a call is METHOD /path without query, a name is in small letters"
    return say_fault(kind, message)


class Faults:
    """The faults of one document. What cannot be compiled is taken for nothing, so that all faults are found."""

    def __init__(self, document: Located) -> None:
        self._document = document
        self._places: list[Place] = []
        self.found: list[DocumentFault] = []

    def add(self, place: Place, sentence: str) -> None:
        """Take one down, and none twice."""
        self._places.append(self._real(place))
        fault = self._document.fault(self._places[-1], sentence)
        if fault not in self.found:
            self.found.append(fault)

    def follow(self, place: Place, sentence: str) -> None:
        """Take down what may only follow from a fault inside, unless there is one."""
        real = self._real(place)
        if not any(inside[: len(real)] == real for inside in self._places):
            self.add(place, sentence)

    def formula(self, source: str, place: Place, variables: Variables) -> Formula:
        """Compile an expression."""
        try:
            return compile_formula(source, variables)
        except ExpressionInvalidError as error:
            self.add(place, str(error))
            return _NOTHING

    def template(self, source: str, place: Place, variables: Variables) -> Template:
        """Compile a text."""
        try:
            return compile_template(source, variables)
        except TemplateInvalidError as error:
            self.add(place, str(error))
            return Template("", ())

    def document(self, value: object, place: Place, variables: Variables) -> DocumentTemplate:
        """Compile a document, and name the innermost thing at fault."""
        try:
            return compile_document(value, variables)
        except TemplateInvalidError:
            self._inside(value, place, variables)
            return DocumentTemplate(None)

    def _inside(self, value: object, place: Place, variables: Variables) -> None:
        match value:
            case str():
                self.template(value, place, variables)
            case dict():
                for key, each in value.items():
                    self._inside(each, (*place, key), variables)
            case list():
                for number, each in enumerate(value):
                    self._inside(each, (*place, number), variables)

    def _real(self, place: Place) -> Place:
        """Leave out of a place what stands in the shape and not in the document: one call may stand for a list."""
        real: Place = ()
        for number, step in enumerate(place, start=1):
            if (*real, step) in self._document.lines or (number == len(place) and isinstance(step, str)):
                real = (*real, step)
        return real
