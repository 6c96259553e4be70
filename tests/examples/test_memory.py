"""Training holds no more memory after many updates than after few; the whole measurement is `tests.benchmarks.memory`."""

import pytest

from tests.benchmarks import memory


@pytest.mark.parametrize("name", ["charlm", "gaussian_process", "mnist", "tagger", "transformer", "vae"])
def test_memory_is_flat(name):
    before, after = memory.growth(name, 20, 120)
    assert after - before < 150_000  # a program for batches of one word may be written in between


def test_what_grows_is_seen(monkeypatch):
    from examples import logistic_regression

    kept, gradient = [], logistic_regression.lossgradient

    def leaking(*arguments):
        kept.append(bytearray(2000))
        return gradient(*arguments)

    monkeypatch.setattr(logistic_regression, "lossgradient", leaking)
    before, after = memory.growth("logistic_regression", 20, 120)
    assert after - before > 190_000
