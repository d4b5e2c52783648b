"""What a page cannot make the browser do, and what a picture does not show."""

import asyncio
import base64
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from lab.browser import running_browser
from lab.dokuwiki import DokuWiki, running_dokuwiki
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import CreatesAccounts, DeletesAccounts, ListsAccounts
from seatkeeper.spi.errors import ConnectorError, RejectedError
from seatkeeper.spi.evidence import collecting
from tests.connectors.browser.wikis import person, settings_for, wiki_connector

_PIXELS = """const pixels = async text => {
  const image = await createImageBitmap(await (await fetch('data:image/jpeg;base64,' + text)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
  canvas.drawImage(image, 0, 0);
  return canvas.getImageData(0, 0, image.width, image.height).data;
};"""
_DIFFERING = f"""async ([one, other]) => {{ {_PIXELS}
  const [a, b] = [await pixels(one), await pixels(other)];
  return a.filter((value, at) => Math.abs(value - b[at]) > 60).length;
}}"""
_DARK = f"""async text => {{ {_PIXELS}
  const all = await pixels(text);
  let dark = 0;
  for (let at = 0; at < all.length; at += 4) {{
    dark += Math.abs(all[at] - 0x3b) + Math.abs(all[at + 1] - 0x46) + Math.abs(all[at + 2] - 0x54) < 20;
  }}
  return dark;
}}"""
"""How many pixels have the colour that covers."""

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("dokuwiki")]


async def test_no_page_leads_elsewhere(tmp_path: Path) -> None:
    calls: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as elsewhere:
        port = elsewhere.sockets[0].getsockname()[1]
        with running_dokuwiki(tmp_path / "wiki") as wiki:
            await _follow_links(wiki, port)
    assert calls == []


async def _follow_links(wiki: DokuWiki, port: int) -> None:
    page = f"[[http://127.0.0.1:{port}/here|here]] [[http://localhost:{port}/there|there]]"
    (wiki.folder / "data/pages/start.txt").write_text(page)
    for name, target in (("here", ""), ("there", ""), ("here", "_blank")):
        with (wiki.folder / "conf/local.php").open("a") as settings:
            settings.write(f"$conf['target']['extern'] = '{target}';\n")
        first = f"      - go: /doku.php?id=start\n      - click: {{role: link, name: {name}}}\n"
        recipe = wiki_connector({"    list:\n": f"    list:\n{first}"})
        async with recipe.connect(settings_for(wiki.url)) as session:
            assert isinstance(session, ListsAccounts)
            with nullcontext() if target else suppress(ConnectorError):
                assert [each.uid async for each in session.list_accounts()] == ["admin"]


async def test_no_settings_point_the_browser_at_a_cloud_s_credentials() -> None:
    async with wiki_connector().connect(settings_for("http://169.254.169.254")) as session:
        assert isinstance(session, ListsAccounts)
        with pytest.raises(RejectedError, match="does not connect to it"):
            _ = [each async for each in session.list_accounts()]


async def test_a_picture_shows_neither_secrets_nor_sensitive_values(wiki: DokuWiki) -> None:
    pictures = []
    async with wiki_connector().connect(settings_for(wiki.url, contexts=1)) as session:
        assert isinstance(session, CreatesAccounts)
        assert isinstance(session, DeletesAccounts)
        for email in ("one@example.org", "two.of.them@example.com"):
            with collecting(frozenset({"email"})) as exhibits:
                await session.create_account({**person("ada"), "email": email})
            await session.delete_account(Uid(str(person("ada")["login"])))
            [before] = [each.content for each in exhibits if "before step 8: Click the button “Add”" in each.label]
            pictures.append(before)
    async with running_browser() as browser:
        page = await browser.new_page()
        assert await page.evaluate(_DIFFERING, [base64.b64encode(each).decode() for each in pictures]) == 0
        assert await page.evaluate(_DARK, base64.b64encode(pictures[0]).decode()) > 3 * 2_000
