"""What holds for every page: nothing an assistive technology stumbles over, in light and dark, wide and narrow."""

import pytest

from tests.pages.conftest import DESKTOP, PHONE, OpenPage, accessibility_faults

pytestmark = pytest.mark.live

WORKSPACE = (
    *("/workspace", "/workspace/providers", "/workspace/providers/new", "/workspace/health"),
    "/account/tokens",
)
PAGES = ("/", "/activity", "/tasks", "/no-such-page", "/account", "/account/confirm", *WORKSPACE)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_accessibility_fault(
    path: str, size: tuple[int, int], dark: bool, open_page: OpenPage
) -> None:
    page = await open_page(path, size=size, dark=dark)
    assert await accessibility_faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/sign-in", "/join/no-such-link"])
async def test_a_strangers_page_has_no_accessibility_fault(
    path: str, size: tuple[int, int], dark: bool, open_page: OpenPage
) -> None:
    page = await open_page(path, None, size=size, dark=dark)
    assert await accessibility_faults(page) == []
