"""scipy.linalg: matrices of a pattern, and decompositions that follow from others."""

from __future__ import annotations

import srcgrad_runtime as rt
from scipy import linalg

from .declare import written

written(linalg.circulant, rt.written.circulant, lambda draw: [((draw(4),), {})])
written(linalg.hankel, rt.written.hankel, lambda draw: [((draw(3),), {}), ((draw(3), draw(4)), {})])
written(linalg.companion, rt.written.companion, lambda draw: [((draw.positive(4),), {})])
written(linalg.fiedler, rt.written.fiedler, lambda draw: [((draw.distinct(3),), {})])
written(linalg.leslie, rt.written.leslie, lambda draw: [((draw(3), draw(2)), {})])
written(linalg.khatri_rao, rt.written.khatri_rao, lambda draw: [((draw(2, 3), draw(4, 3)), {})])
written(
    linalg.convolution_matrix,
    rt.written.convolution_matrix,
    lambda draw: [((draw(3), 4), {}), ((draw(3), 4, "same"), {}), ((draw(2), 4), {"mode": "valid"})],
)
written(
    linalg.polar,
    rt.written.polar,
    lambda draw: [((draw(3, 3),), {}), ((draw(3, 2),), {}), ((draw(2, 3),), {"side": "left"})],
)
written(linalg.pinvh, rt.written.pinvh, lambda draw: [((draw.spd(3),), {})])
written(
    linalg.solve_toeplitz,
    rt.written.solve_toeplitz,
    lambda draw: [((draw(3) + [4.0, 0, 0], draw(3)), {}), (((draw(3) + [4.0, 0, 0], draw(3)), draw(3, 2)), {})],
)
written(
    linalg.matmul_toeplitz,
    rt.written.matmul_toeplitz,
    lambda draw: [((draw(3), draw(3)), {}), (((draw(3), draw(2)), draw(2, 2)), {})],
)
written(linalg.solve_circulant, rt.written.solve_circulant, lambda draw: [((draw(3) + [4.0, 0, 0], draw(3)), {})])
written(
    linalg.solve_banded,
    rt.written.solve_banded,
    lambda draw: [
        (((1, 1), draw(3, 4) + [[0], [4], [0]], draw(4)), {}),
        (((1, 0), draw.positive(2, 3), draw(3, 2)), {}),
    ],
)
