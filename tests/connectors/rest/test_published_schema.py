"""The JSON Schema that editors complete and check manifests with is that of the code."""

import json

from lab.processes import ROOT
from seatkeeper.connectors.rest.published import manifest_schema

PUBLISHED = ROOT / "docs/connectors/rest-manifest.schema.json"


def test_the_published_schema_is_current() -> None:
    """Made anew by ``python -m tests.connectors.rest.test_published_schema``."""
    assert json.loads(PUBLISHED.read_text()) == manifest_schema()


if __name__ == "__main__":
    PUBLISHED.write_text(json.dumps(manifest_schema(), indent=1) + "\n")
