"""The conformance table in docs/scim.md is what the tests say, and leaves no section and no rule out."""

from tests.conformance import NOT_OFFERED, PAGE, list_proofs, write_table, written_table


def test_the_table_is_current() -> None:
    assert written_table(PAGE.read_text()) == write_table(), "run: python -m tests.conformance"


def test_every_section_and_every_rule_is_proven_or_told_why_not() -> None:
    assert "not proven" not in write_table()
    assert not NOT_OFFERED.keys() & {proof.source for proof in list_proofs()}
