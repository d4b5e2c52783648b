"""What an app says of a refusal is told, whatever shape it says it in."""

from typing import Any

import pytest

from seatkeeper.connectors.rest.refusals import _sentence


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("is taken", "is taken"),
        ({"email": ["is taken", "is too long"]}, "email: is taken; is too long"),
        ({"message": "no seats left", "code": 7}, "no seats left"),
        ([{"detail": "one"}, {"detail": "two"}], "one; two"),
        (422, "422"),
    ],
)
def test_each_shape_of_a_reason_is_told(said: Any, told: str) -> None:
    assert _sentence(said) == told


@pytest.mark.parametrize("said", [None, "", [], {}, {"errors": []}, [None]])
def test_a_reason_that_says_nothing_is_none(said: Any) -> None:
    assert not _sentence(said)
