"""The steps of a recipe."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, Field, Tag

from seatkeeper.connectors.browser.shapes import Condition, Name, Reading, Shape, StopKind, Target
from seatkeeper.connectors.browser.texts import Text


class Go(Shape):
    """Open a page of the app."""

    go: Text
    """A path below the app's address; values are escaped for it."""
    status: Mapping[int, StopKind] = Field(default_factory=dict)
    """What another answer than success means, where it does not mean that the app changed."""


class Fill(Shape):
    """Type a text into a field, in place of what stood there. Left out where the value names what is not there."""

    fill: Target
    value: Text
    sensitive: bool = False
    """Never shown in a screenshot."""


class Choose(Shape):
    """Choose from a list, by label; a list of values chooses these and no others."""

    choose: Target
    value: Text


class Check(Shape):
    """Set a tick, or take it away where ``to`` is false."""

    check: Target
    to: Text | None = None


class Click(Shape):
    """Click something."""

    click: Target
    accept: Text | None = None
    """The app asks in a dialog whether it is meant; this is in its question, and the answer is yes."""


class Press(Shape):
    """Press a key in a field, such as Enter."""

    press: Annotated[str, Field(pattern=r"^[A-Za-z0-9+]+$")]
    at: Target


class Expect(Shape):
    """Wait until something holds; where it never does, the app is another than the recipe says."""

    expect: Condition


class Read(Shape):
    """Take values from the page, each under a name."""

    read: Mapping[Name, Reading]


class Keep(Shape):
    """Work values out, each under a name."""

    keep: Mapping[Name, Text]


class If(Shape):
    """Go one way or the other by what holds now. It does not wait: an ``expect`` of either comes before it."""

    if_: Condition = Field(alias="if")
    then: tuple["Step", ...] = Field(min_length=1)
    else_: tuple["Step", ...] = Field((), alias="else")


class Each(Shape):
    """Do the same for each of a list."""

    each: Text
    as_: Name = Field(alias="as")
    do: tuple["Step", ...] = Field(min_length=1)


class Repeat(Shape):
    """Do the same again while something holds."""

    repeat: tuple["Step", ...] = Field(min_length=1)
    while_: Condition = Field(alias="while")
    at_most: int = Field(1_000, ge=1, le=100_000)


class Use(Shape):
    """Do what a part of the recipe says, which several flows have in common."""

    use: Name


class Stop(Shape):
    """End the flow: the app says no."""

    stop: StopKind
    saying: Text | None = None


_KINDS: Mapping[str, str] = {
    **{kind: kind for kind in "go fill choose check click press expect read keep each repeat use stop".split()},
    "if": "if",
    "if_": "if",
}


def _kind_of(value: Any) -> str:
    names = value if isinstance(value, Mapping) else getattr(value, "model_fields_set", ())
    found = [_KINDS[name] for name in names if name in _KINDS]
    return found[0] if found else "?"


Step: TypeAlias = Annotated[
    Annotated[Go, Tag("go")]
    | Annotated[Fill, Tag("fill")]
    | Annotated[Choose, Tag("choose")]
    | Annotated[Check, Tag("check")]
    | Annotated[Click, Tag("click")]
    | Annotated[Press, Tag("press")]
    | Annotated[Expect, Tag("expect")]
    | Annotated[Read, Tag("read")]
    | Annotated[Keep, Tag("keep")]
    | Annotated[If, Tag("if")]
    | Annotated[Each, Tag("each")]
    | Annotated[Repeat, Tag("repeat")]
    | Annotated[Use, Tag("use")]
    | Annotated[Stop, Tag("stop")],
    Discriminator(
        _kind_of,
        custom_error_type="unknown_step",
        custom_error_message="Is no step: it names none of go, fill, choose, check, click, press, expect, read,"
        " keep, if, each, repeat, use and stop",
    ),
]

Steps: TypeAlias = tuple[Step, ...]

for _shape in (If, Each, Repeat):
    _shape.model_rebuild()
