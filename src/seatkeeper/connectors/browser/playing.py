"""Carrying out the steps of one flow in one window."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from seatkeeper.connectors.browser.codes import code_of, make_password
from seatkeeper.connectors.browser.finding import address_of, locate
from seatkeeper.connectors.browser.pictures import Pictures
from seatkeeper.connectors.browser.reading import holds, offered, path_of, take
from seatkeeper.connectors.browser.recipes import FlowName, Recipe
from seatkeeper.connectors.browser.settings import BrowserSettings
from seatkeeper.connectors.browser.shapes import Condition, StopKind, Target
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
    Steps,
    Stop,
    Use,
)
from seatkeeper.connectors.browser.stopping import SignedOutError, Trouble, stop
from seatkeeper.connectors.browser.windows import Window
from seatkeeper.connectors.browser.words import tell_condition
from seatkeeper.core.expressions import NothingThereError
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import AppChangedError, ConnectorError, NeedsPersonError, RejectedError
from seatkeeper.spi.templates import Template, TemplateUnfilledError, as_text

if TYPE_CHECKING:
    from playwright.async_api import Locator

_LOOK_AGAIN = 0.03
"""Seconds between two looks at a condition the driver itself cannot wait for."""


@dataclass(frozen=True, slots=True)
class Part:
    """What all flows of a session have in common."""

    recipe: Recipe
    settings: BrowserSettings
    plain: dict[str, Any] = field(repr=False)
    """The settings in the clear."""

    @property
    def base(self) -> str:
        """The address of the app."""
        return str(self.plain[self.recipe.address])


class Play:
    """One flow being carried out. ``values`` is what is known, by name; it grows with what is read."""

    def __init__(self, part: Part, window: Window, flow: FlowName, given: dict[str, Any]) -> None:
        self.values: dict[str, Any] = {"settings": part.plain, "generated": {"password": make_password()}, **given}
        self._part = part
        self._window = window
        self._page = window.page
        self._flow = flow
        self._pictures = Pictures(part.recipe, window, flow)
        self._trouble = Trouble(part.recipe, window, flow)

    async def run(self) -> dict[str, Any]:
        """Carry all steps out. Raises ``spi.errors`` and ``SignedOutError``."""
        await self._steps(self._part.recipe.flows[self._flow], "")
        await self._pictures.end(self.values)
        return self.values

    async def show(self, label: str) -> None:
        """Take a picture of where it stands now."""
        await self._pictures.show(label, self.values)

    async def _steps(self, steps: Steps, before: str) -> None:
        for number, step in enumerate(steps, 1):
            await self._step(step, f"{before}{number}")

    async def _step(self, step: Step, number: str) -> None:
        self._values_of_page()
        with self._pictures.logging(step, number):
            await self._attempt(step, number)

    async def _attempt(self, step: Step, number: str) -> None:
        from playwright.async_api import Error  # noqa: PLC0415 - loaded with the first window
        from playwright.async_api import TimeoutError as TooLateError  # noqa: PLC0415 - likewise

        try:
            await self._do(step, number)
        except TooLateError:
            await self._fail(step, number, None)
        except AppChangedError as error:
            if self._trouble.is_told:
                raise
            await self._fail(step, number, str(error))
        except Error as error:
            await self._fail(step, number, error.message)
        except TemplateUnfilledError as error:
            told = f"In “{self._flow}”, step {number}: {error}."
            raise RejectedError(told, ProblemCode.REQUIRED_MISSING) from None

    async def _fail(self, step: Step, number: str, said: str | None) -> None:
        """Raise what this failure means."""
        error = await self._trouble.explain(step, number, said, self.values)
        if isinstance(error, ConnectorError):
            await self._pictures.failure(step, number, self.values)
        raise error from None

    def _values_of_page(self) -> None:
        self.values["page"] = {"path": path_of(self._page.url), "url": self._page.url}

    async def _do(self, step: Step, number: str) -> None:  # noqa: C901, PLR0912 - one for each of a closed set
        match step:
            case Go():
                await self._go(step)
            case Fill():
                await self._fill(step)
            case Choose():
                await self._choose(step)
            case Check():
                await self._check(step)
            case Click():
                await self._click(step, number)
            case Press():
                await self._pictures.before(step, number, self.values)
                await self._find(step.at).press(step.press)
            case Expect():
                await self.wait_for(step.expect)
            case Read():
                for name, reading in step.read.items():
                    self.values[name] = await take(self._page, reading, self.values)
            case Keep():
                self._keep(step)
            case If():
                is_so = await holds(self._page, self._part.base, step.if_, self.values)
                await self._steps(step.then if is_so else step.else_, f"{number}.")
            case Each():
                for each in step.each.value(self.values) or ():
                    self.values[step.as_] = each
                    await self._steps(step.do, f"{number}.")
            case Repeat():
                await self._repeat(step, number)
            case Use():
                await self._steps(self._part.recipe.parts[step.use], f"{number}.")
            case Stop():
                await self._stop(step, number)
            case _:
                assert_never(step)

    async def _go(self, step: Go) -> None:
        await self._page.goto(address_of(self._part.base, step.go, self.values), wait_until="domcontentloaded")
        meaning = step.status.get(self._window.status)
        if meaning is not None:
            raise stop(meaning, f"The app answered {self._window.status}.")
        self._trouble.look_at_status()
        if self._flow is not FlowName.SIGN_IN:
            await self.wait_for(Condition(any_=(self._part.recipe.signed_in, self._part.recipe.signed_out)))
            if await self.is_signed_out():
                raise SignedOutError

    async def is_signed_out(self) -> bool:
        """Say whether the page is the one for strangers."""
        return await holds(self._page, self._part.base, self._part.recipe.signed_out, self.values)

    async def _fill(self, step: Fill) -> None:
        try:
            value = self._value(step.value)
        except NothingThereError:
            return
        found = self._find(step.fill)
        if step.sensitive or self._pictures.is_sensitive(step.value):
            self._pictures.hide(found)
        await found.fill("" if value is None else as_text(value))

    async def _choose(self, step: Choose) -> None:
        try:
            value = self._value(step.value)
        except NothingThereError:
            return
        found = self._find(step.choose)
        wanted = [
            as_text(each) for each in (value if isinstance(value, list) else [] if value is None else [value])
        ]
        missing = set(wanted) - set(await offered(found))
        if missing:
            told = f"The app does not offer {', '.join(sorted(missing))}."
            raise RejectedError(told, ProblemCode.REJECTED_VALUE)
        await found.select_option(label=wanted)

    async def _check(self, step: Check) -> None:
        try:
            value = True if step.to is None else self._value(step.to)
        except NothingThereError:
            return
        await self._find(step.check).set_checked(value in {True, "true"})

    async def _click(self, step: Click, number: str) -> None:
        await self._pictures.before(step, number, self.values)
        if step.accept is None:
            await self._find(step.click).click()
            return
        self._window.questions.clear()
        self._window.accepts = wanted = step.accept.text(self.values)
        try:
            await self._find(step.click).click()
        finally:
            self._window.accepts = None
        if not any(wanted in question for question in self._window.questions):
            asked = f"asks “{self._window.questions[-1][:200]}”" if self._window.questions else "asks nothing"
            raise AppChangedError(f"the app {asked}")

    def _keep(self, step: Keep) -> None:
        for name, template in step.keep.items():
            try:
                self.values[name] = self._value(template)
            except NothingThereError:
                self.values[name] = None

    async def _repeat(self, step: Repeat, number: str) -> None:
        for _ in range(step.at_most):
            await self._steps(step.repeat, f"{number}.")
            if not await holds(self._page, self._part.base, step.while_, self.values):
                return
        raise AppChangedError(f"it is still so after {step.at_most} times that {tell_condition(step.while_)}")

    async def _stop(self, step: Stop, number: str) -> None:
        saying = "" if step.saying is None else as_text(step.saying.value(self.values) or "")
        error = stop(step.stop, saying or f"The app said no in “{self._flow}”, step {number}.")
        if step.stop is not StopKind.NOT_FOUND:
            await self._pictures.failure(step, number, self.values)
        raise error

    async def wait_for(self, condition: Condition) -> None:
        """Wait until it holds. Raises ``AppChangedError``, or the driver's own error, after the patience."""
        match condition:
            case Condition(visible=Target() as target):
                await locate(self._page, target, self.values).wait_for()
            case Condition(gone=Target() as target):
                await locate(self._page, target, self.values).wait_for(state="hidden")
            case _:
                ends_at = time.monotonic() + self._part.settings.patience
                while not await holds(self._page, self._part.base, condition, self.values):
                    if time.monotonic() > ends_at:
                        raise AppChangedError(f"it never came to it that {tell_condition(condition)}")
                    await asyncio.sleep(_LOOK_AGAIN)
                    self._values_of_page()

    def _find(self, target: Target) -> "Locator":
        return locate(self._page, target, self.values)

    def _value(self, template: Template) -> Any:
        if "code" in template.variables:
            self._need_code()
        return template.value(self.values)

    def _need_code(self) -> None:
        name = self._part.recipe.totp
        secret = None if name is None else getattr(self._part.settings, name)
        if secret is None:
            told = "The app asks for a one-time code, and the integration has no secret to make one with."
            raise NeedsPersonError(told)
        self.values["code"] = code_of(secret)
