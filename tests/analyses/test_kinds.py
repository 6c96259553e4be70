"""What is known of a result before it is there: only what holds for all arguments of these kinds."""

import numpy as np
import pytest

from srcgrad.analyses import kinds, results

VECTOR, MATRIX = kinds.array("float64", 1, (False,)), kinds.array("float64", 2, (False, False))
COLUMN, MASK = kinds.array("float64", 2, (False, True)), kinds.array("bool", 1, (False,))


@pytest.mark.parametrize(
    "function, args, ones",
    [
        (np.correlate, [VECTOR, VECTOR], (None,)),  # of one entry where both are as long
        (np.unique, [VECTOR], (None,)),
        (np.compress, [MASK, VECTOR], (None,)),
        (np.sum, [COLUMN, kinds.INT], (None,)),  # along which axis is not known
        (np.outer, [VECTOR, VECTOR], (False, False)),
        (np.matmul, [MATRIX, COLUMN], (False, True)),
        (np.concatenate, [kinds.Kind("list", item=COLUMN)], (None, True)),
    ],
)
def test_extents(function, args, ones):
    assert results.called(function, args, {}).ones == ones


@pytest.mark.parametrize("function", [np.linalg.eigvals, np.roots])
def test_a_result_that_may_be_complex_has_no_known_precision(function):
    found = results.called(function, [MATRIX if function is np.linalg.eigvals else VECTOR], {})
    assert found.is_array and found.dtype == ""
