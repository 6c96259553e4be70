"""The gradient of every kernel against finite differences, at a small size."""

import pytest

from tests.programs import compare

from . import registry


@pytest.mark.parametrize("kernel", registry.load(), ids=lambda k: k.name)
def test_kernel(kernel):
    with compare.time_limit(120):
        outcome = compare.outcome(kernel.program)
    assert outcome.verdict == "right", f"{outcome.verdict}: {outcome.detail}"
