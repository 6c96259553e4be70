"""scipy.signal: filters and transforms that are composed of others."""

from __future__ import annotations

import srcgrad_runtime as rt
from scipy import signal

from .declare import written


def _planes(draw):
    for mode in ("full", "same", "valid"):
        yield (draw(4, 5), draw(3, 3), mode), {}
    yield (draw(4, 5), draw(3, 1)), {"boundary": "wrap"}
    yield (draw(4, 3), draw(3, 3), "same", "symm"), {}
    yield (draw(2, 3), draw(3, 4), "valid"), {}


written(signal.convolve2d, rt.written.convolve2d, lambda draw: [*_planes(draw), ((draw(4, 5), draw(2, 2), "same"), {})])
written(signal.correlate2d, rt.written.correlate2d, _planes)
written(
    signal.lfilter,
    rt.written.lfilter,
    lambda draw: [(([0.5, 1.5], [1.2, -0.3, 0.2], draw(6)), {}), (([0.5], [1.0, -0.3], draw(4, 2)), {"axis": 0})],
)
written(
    signal.hilbert,
    rt.written.hilbert,
    lambda draw: [((draw(6),), {}), ((draw(5), 7), {}), ((draw(4, 3),), {"axis": 0})],
)
written(
    signal.detrend,
    rt.written.detrend,
    lambda draw: [((draw(6),), {}), ((draw(4, 3),), {"axis": 0}), ((draw(2, 4),), {"type": "constant"})],
)
written(
    signal.resample,
    rt.written.resample,
    lambda draw: [((draw(6), n), {}) for n in (4, 5, 6, 7, 8)] + [((draw(2, 5), n), {"axis": 1}) for n in (4, 6, 7)],
)
