"""The table of abilities is what the tests saw, and every proof belongs to an app."""

from pathlib import Path

from seatkeeper.catalog.shelves import OURS, PROOFS
from seatkeeper.engine.registry import find_connectors
from tests.apps.table import render

PAGE = Path(__file__).parents[2] / "docs/connectors/abilities.md"
APPS = Path(__file__).parents[1] / "apps"


def test_the_page_is_what_the_last_runs_saw() -> None:
    assert PAGE.read_text() == render(), "write it anew: python -m tests.apps.table > docs/connectors/abilities.md"


def test_every_app_of_the_catalog_can_be_loaded() -> None:
    broken = find_connectors().broken
    assert {name: broken[name] for name in broken if (OURS / f"{name}.yaml").exists()} == {}


def test_every_proof_belongs_to_an_app_and_to_a_test_that_makes_it() -> None:
    for proof in PROOFS.glob("*.yaml"):
        assert (OURS / proof.name).exists()
        assert (APPS / f"test_{proof.stem.replace('-', '_')}.py").exists()


def test_an_app_nobody_ran_names_what_it_was_written_from() -> None:
    apps = find_connectors().values()
    sources = {app.title: app.facts.source for app in apps if app.facts is not None and app.facts.verified is None}
    assert {title: source for title, source in sources.items() if not source.startswith("https://")} == {}
