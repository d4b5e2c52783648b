"""Every app of the catalog that can be run here, through Seatkeeper, from a joiner to somebody who comes back."""

import pytest

pytest.register_assert_rewrite("tests.apps.careers", "tests.apps.proofs")
