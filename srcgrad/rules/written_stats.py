"""scipy.stats: statistics of samples."""

from __future__ import annotations

import srcgrad_runtime as rt
from scipy import stats

from .declare import written


def _samples(draw):
    yield (draw.positive(6),), {}
    yield (draw.positive(3, 4),), {"axis": 1}
    yield (draw.positive(4, 3),), {"axis": None}


written(stats.zscore, rt.written.zscore, lambda draw: [*_samples(draw), ((draw(5),), {"ddof": 1})])
written(stats.sem, rt.written.sem, lambda draw: [*_samples(draw), ((draw(5),), {"ddof": 0})])
written(
    stats.entropy,
    rt.written.entropy,
    lambda draw: [((draw.positive(4),), {}), ((draw.positive(4), draw.positive(4)), {"base": 2})],
)
written(
    stats.gmean, rt.written.gmean, lambda draw: [*_samples(draw), ((draw.positive(3),), {"weights": draw.positive(3)})]
)
written(stats.gstd, rt.written.gstd, _samples)
written(
    stats.hmean, rt.written.hmean, lambda draw: [*_samples(draw), ((draw.positive(3),), {"weights": draw.positive(3)})]
)
written(stats.moment, rt.written.moment, lambda draw: [((draw(5), 3), {}), ((draw(3, 4), 2), {"axis": 1})])
written(stats.skew, rt.written.skew, lambda draw: [*_samples(draw), ((draw(5),), {"bias": False})])
written(
    stats.kurtosis, rt.written.kurtosis, lambda draw: [*_samples(draw), ((draw(5),), {"bias": False, "fisher": False})]
)
