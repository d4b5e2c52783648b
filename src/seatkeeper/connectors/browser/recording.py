"""Following somebody who shows what to do, and writing it down as steps of a recipe."""

from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import yaml

from seatkeeper.connectors.browser.recipes import FlowName
from seatkeeper.connectors.browser.scopes import GIVEN

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Frame, Page

_PREFIXES = {FlowName.SIGN_IN: "settings", FlowName.CREATE: "account", FlowName.UPDATE: "changes"}
"""What the values somebody types are called in a flow."""


class Recorder:
    """Writes down what happens in a window. ``steps`` are as they stand in a recipe."""

    def __init__(self, base: str, flow: FlowName, values: Mapping[str, str]) -> None:
        self.steps: list[dict[str, Any]] = []
        self._base = base.rstrip("/")
        self._flow = flow
        self._values = {value: _written(flow, name) for name, value in values.items() if value}
        self._clicked = False

    async def follow(self, context: "BrowserContext") -> "Page":
        """Open the page to begin with, and follow it from there."""
        await context.expose_binding("seatkeeperRecord", lambda _, happened: self._note(happened))
        await context.add_init_script(resources.files(__package__).joinpath("recording.js").read_text("utf-8"))
        page = await context.new_page()
        page.on("framenavigated", lambda frame: self._arrived(frame, page))
        await page.goto(self._base)
        return page

    def _arrived(self, frame: "Frame", page: "Page") -> None:
        parts = urlsplit(frame.url)
        if frame != page.main_frame or not frame.url.startswith(self._base):
            return
        path = frame.url.removeprefix(self._base).partition("#")[0] or "/"
        if not self._clicked:
            self._add({"go": self._replaced(path, inside=True)})
        elif parts.path != "/":
            self._add({"expect": {"url": self._replaced(parts.path, inside=True)}})
        self._clicked = False

    def _note(self, happened: dict[str, Any]) -> None:
        target = {
            name: self._replaced(value) if isinstance(value, str) else value
            for name, value in happened["target"].items()
        }
        match happened["what"]:
            case "click":
                self._clicked = True
                self._add({"click": target})
            case "fill" if happened["secret"]:
                self._add({"fill": target, "value": self._secret(happened["value"])})
            case "fill":
                self._add({"fill": target, "value": self._replaced(happened["value"])})
            case "choose":
                self._add({"choose": target, "value": self._replaced(happened["value"])})
            case "check":
                self._add({"check": target, **({} if happened["value"] else {"to": False})})

    def _add(self, step: dict[str, Any]) -> None:
        is_again = bool(self.steps) and "fill" in step and self.steps[-1].get("fill") == step["fill"]
        if is_again:
            self.steps[-1] = step
        elif not self.steps or self.steps[-1] != step:
            self.steps.append(step)

    def _secret(self, value: str) -> str:
        own = "${settings.password}" if self._flow is FlowName.SIGN_IN else "${generated.password}"
        return self._values.get(value, own)

    def _replaced(self, text: str, *, inside: bool = False) -> str:
        """Put names in place of the values somebody said they would type; other text means itself."""
        if text in self._values:
            return self._values[text]
        shown = text.replace("${", "$${")
        for value, written in self._values.items() if inside else ():
            for each in (quote(value, safe=""), value):
                shown = shown.replace(each, written)
        return shown


def write_flow(manifest: str, flow: FlowName, steps: list[dict[str, Any]], values: Mapping[str, str]) -> str:
    """Put a flow into the text of a manifest; an empty text gives a new one, which is not complete yet."""
    document: dict[str, Any] = yaml.safe_load(manifest) if manifest.strip() else _begin(values)
    behaviour = document.setdefault("behaviour", {})
    behaviour.setdefault("flows", {})[flow.value] = steps
    secret = next((step["fill"] for step in steps if step.get("value") == "${settings.password}"), None)
    if flow is FlowName.SIGN_IN and secret is not None:
        behaviour.setdefault("signed_out", {"visible": secret})
        behaviour.setdefault("signed_in", {"gone": secret})
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=115)


def _begin(values: Mapping[str, str]) -> dict[str, Any]:
    names = [name for name in values if name not in {"uid", "username", "password"}] or ["login"]
    return {
        "title": "New app",
        "description": "People of a new app, through its pages.",
        "connector": "browser",
        "mapping": {"attributes": {names[0]: "user.userName"}, "join": [names[0]], "required": [names[0]]},
        "behaviour": {
            "settings": {
                "url": {"title": "Address", "kind": "address"},
                "username": {"title": "User name"},
                "password": {"title": "Password", "kind": "secret"},
            },
            "account": {
                "name": names[0],
                "uid": f"${{row.{names[0]}}}",
                "attributes": {name: f"${{row.{name}}}" for name in names},
            },
        },
    }


def _written(flow: FlowName, name: str) -> str:
    if name in GIVEN[flow] or "." in name:
        return f"${{{name}}}"
    return f"${{{_PREFIXES.get(flow, 'account')}.{name}}}"
