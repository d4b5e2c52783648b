"""The ``browser`` connector: apps with nothing but a web page, driven as a person would by a recipe.

A recipe (``recipes``) is the ``behaviour`` of an app's manifest: flows of steps on what the page calls things.
It is read and checked with its lines (``declaration``), played in windows of one Chromium (``playing``,
``windows``), and told to people (``words``). What does not fit is never guessed at (``stopping``).
"""

from seatkeeper.connectors.browser.declaration import connector

__all__ = ["connector"]
