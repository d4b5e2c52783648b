"""Waiting out what passes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.core.backoff import is_spent, next_delay
from seatkeeper.core.integrations import RetryRule
from tests.strategies import NOON, thorough

RULE = RetryRule()
spans = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30))


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 2), (1, 2), (2, 4), (5, 32), (9, 512), (10, 900), (10**9, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(attempt: int, seconds: int) -> None:
    assert next_delay(RULE, attempt, jitter=0) == timedelta(seconds=seconds)


@thorough
@given(
    rule=st.builds(RetryRule, spans, spans),
    attempt=st.integers(1, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_jitter_takes_up_to_half_and_the_ceiling_holds(rule: RetryRule, attempt: int, jitter: float) -> None:
    whole, taken = next_delay(rule, attempt, 0), next_delay(rule, attempt, jitter)
    assert whole / 2 - timedelta.resolution <= taken <= whole <= rule.ceiling
    assert whole <= next_delay(rule, attempt + 1, 0)


def test_a_job_is_given_up_a_day_after_its_first_failure() -> None:
    day = timedelta(hours=24)
    assert not is_spent(RULE, None, NOON)
    assert not is_spent(RULE, NOON, NOON + day - timedelta(seconds=1))
    assert is_spent(RULE, NOON, NOON + day)
