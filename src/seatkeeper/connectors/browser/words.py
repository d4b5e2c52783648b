"""A recipe in plain words: for the page that shows it, and for the sentence that says what was not found."""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from seatkeeper.connectors.browser.recipes import FlowName, Recipe
from seatkeeper.connectors.browser.shapes import Condition, Reading, StopKind, Target
from seatkeeper.connectors.browser.steps import (
    Check,
    Choose,
    Click,
    Each,
    Expect,
    Fill,
    Go,
    If,
    Keep,
    Press,
    Read,
    Repeat,
    Step,
    Stop,
    Use,
)
from seatkeeper.spi.connector import Chapter
from seatkeeper.spi.templates import Template

TITLES = {
    FlowName.SIGN_IN: "Sign in",
    FlowName.READ: "Read an account",
    FlowName.FIND: "Find an account",
    FlowName.LIST: "List all accounts",
    FlowName.CREATE: "Create an account",
    FlowName.UPDATE: "Change an account",
    FlowName.RENAME: "Rename an account",
    FlowName.DISABLE: "Disable an account",
    FlowName.ENABLE: "Enable an account",
    FlowName.DELETE: "Delete an account",
    FlowName.LIST_ENTITLEMENTS: "List what can be granted",
    FlowName.GRANT: "Grant",
    FlowName.REVOKE: "Revoke",
}
_STOPS = {
    StopKind.NOT_FOUND: "the account is not there",
    StopKind.EXISTS: "the account exists already",
    StopKind.REJECTED: "the app refuses it",
    StopKind.NO_SEATS: "no seat is free",
    StopKind.NOT_ALLOWED: "the service account may not do it",
    StopKind.CREDENTIALS_REFUSED: "the service account is refused",
    StopKind.NEEDS_PERSON: "a person is needed",
    StopKind.THROTTLED: "the app wants fewer calls",
    StopKind.TRANSIENT: "try again later",
    StopKind.UNSUPPORTED: "the app cannot do it",
}
_FIELD_ROLES = {"textbox", "searchbox", "combobox", "spinbutton", "checkbox", "radio"}


def tell_recipe(recipe: Recipe) -> tuple[Chapter, ...]:
    """Tell what the browser does: a chapter for each flow, a line for each step, indented by tabs."""
    chapters = [(TITLES[flow], recipe.flows[flow]) for flow in FlowName if flow in recipe.flows]
    chapters += [(f"“{name}”", steps) for name, steps in recipe.parts.items()]
    return tuple(Chapter(title, tuple(tell_steps(steps))) for title, steps in chapters)


def tell_steps(steps: Sequence[Step], depth: int = 0) -> Iterator[str]:
    """Tell steps, one line each."""
    for step in steps:
        yield "\t" * depth + tell_step(step)
        for title, inner in inner_steps(step):
            if title:
                yield "\t" * depth + title
            yield from tell_steps(inner, depth + 1)


def inner_steps(step: Step) -> Iterator[tuple[str, Sequence[Step]]]:
    """Give the steps within a step, with what stands before them."""
    match step:
        case If():
            yield "", step.then
            if step.else_:
                yield "Otherwise:", step.else_
        case Each():
            yield "", step.do
        case Repeat():
            yield "", step.repeat


def tell_step(step: Step) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each of a closed set
    """Tell one step in a sentence without its inner steps."""
    match step:
        case Go():
            return f"Open {_told(step.go)}."
        case Fill():
            return f"Type {_told(step.value)} into {tell_target(step.fill)}."
        case Choose():
            return f"Choose {_told(step.value)} in {tell_target(step.choose)}."
        case Check():
            if step.to is None:
                return f"Tick {tell_target(step.check)}."
            return f"Tick {tell_target(step.check)}, or not, by {_told(step.to)}."
        case Click():
            asked = "" if step.accept is None else f" and say yes to “{_told(step.accept)}”"
            return f"Click {tell_target(step.click)}{asked}."
        case Press():
            return f"Press {step.press} in {tell_target(step.at)}."
        case Expect():
            return f"Wait until {tell_condition(step.expect)}."
        case Read():
            return f"Read {_and(f'{name} ({_reading(each)})' for name, each in step.read.items())}."
        case Keep():
            return f"Work out {_and(f'{name} as {_told(each)}' for name, each in step.keep.items())}."
        case If():
            return f"If {tell_condition(step.if_)}:"
        case Each():
            return f"For each {step.as_} of {_told(step.each)}:"
        case Repeat():
            return f"Again and again while {tell_condition(step.while_)}:"
        case Use():
            return f"Do as in “{step.use}”."
        case Stop():
            saying = "" if step.saying is None else f": “{_told(step.saying)}”"
            return f"Stop, for {_STOPS[step.stop]}{saying}."
        case _:
            assert_never(step)


def tell_target(target: Target) -> str:
    """Name what is looked for, as a person would."""
    match target:
        case Target(role=str() as role):
            kind = "field" if role in _FIELD_ROLES - {"checkbox", "radio"} else role
            told = f"the {kind}" + ("" if target.name is None else f" “{_told(target.name)}”")
        case Target(label=Template() as label):
            told = f"the field “{_told(label)}”"
        case Target(text=Template() as text):
            told = f"the text “{_told(text)}”"
        case Target(placeholder=Template() as placeholder):
            told = f"the field that suggests “{_told(placeholder)}”"
        case Target(test_id=Template() as test_id):
            told = f"the element with the test id “{_told(test_id)}”"
        case _:
            assert target.css is not None
            told = f"the element {_told(target.css)}"
    if target.has is not None:
        told += f" that holds {tell_target(target.has)}"
    if target.within is not None:
        told += f" in {tell_target(target.within)}"
    return told


def tell_condition(condition: Condition) -> str:  # noqa: PLR0911 - one line for each of a closed set
    """Tell what has to hold, after "until" or "if"."""
    match condition:
        case Condition(visible=Target() as target):
            return f"{tell_target(target)} is there"
        case Condition(gone=Target() as target):
            return f"{tell_target(target)} is not there"
        case Condition(url=Template() as url):
            return f"the page is {_told(url)}"
        case Condition(text=Template() as text, of=of):
            return f"{'the page' if of is None else tell_target(of)} says “{_told(text)}”"
        case Condition(any_=tuple() as several):
            return " or ".join(map(tell_condition, several))
        case Condition(all_=tuple() as several):
            return " and ".join(map(tell_condition, several))
        case Condition(not_=Condition() as other):
            return f"it is not so that {tell_condition(other)}"
        case _:
            assert condition.that is not None
            return f"“{condition.that.source}”"


def _reading(reading: Reading) -> str:
    match reading:
        case Reading(rows=Target() as rows):
            return f"{_and(reading.columns)} of each {tell_target(rows).removeprefix('the ')}"
        case Reading(attribute=str() as attribute, of=Target() as of):
            return f"{attribute} of {tell_target(of)}"
        case Reading(checked=Target() as target):
            return f"whether {tell_target(target)} is ticked"
        case Reading(options=Target() as target):
            return f"what {tell_target(target)} offers"
        case _:
            given = (reading.text, reading.texts, reading.value, reading.chosen)
            return next(tell_target(target) for target in given if target is not None)


def _told(template: Template) -> str:
    return "".join(part if isinstance(part, str) else f"[{part.source}]" for part in template.parts)


def _and(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
