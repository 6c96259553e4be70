"""scipy.linalg: matrices of a pattern, and decompositions that follow from others."""

from __future__ import annotations

import numpy as np
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


BAND = np.array([[0.0, 0.5, -0.3, 0.4], [3.0, 4.0, 3.5, 5.0]])
LOWER = np.array([[3.0, 4.0, 3.5, 5.0], [0.5, -0.3, 0.4, 0.0]])
written(linalg.tanm, rt.written.tanm, lambda draw: [((0.3 * draw(3, 3),), {})])
written(linalg.tanhm, rt.written.tanhm, lambda draw: [((0.3 * draw(3, 3),), {})])
written(linalg.diagsvd, rt.written.diagsvd, lambda draw: [((draw(2), 2, 3), {}), ((draw(2), 3, 2), {})])
written(linalg.expm_frechet, rt.written.expm_frechet, lambda draw: [((draw(3, 3), draw(3, 3)), {})])
written(linalg.orthogonal_procrustes, rt.written.orthogonal_procrustes, lambda draw: [((draw(4, 3), draw(4, 3)), {})])
written(
    linalg.eigvalsh_tridiagonal,
    rt.written.eigvalsh_tridiagonal,
    lambda draw: [((draw.distinct(4), draw.positive(3)), {})],
)
written(
    linalg.eigvals_banded, rt.written.eigvals_banded, lambda draw: [((BAND.copy(),), {}), ((LOWER.copy(), True), {})]
)
written(
    linalg.cholesky_banded,
    rt.written.cholesky_banded,
    lambda draw: [((BAND.copy(),), {}), ((LOWER.copy(),), {"lower": True})],
)
written(
    linalg.solveh_banded,
    rt.written.solveh_banded,
    lambda draw: [((BAND.copy(), draw(4)), {}), ((LOWER.copy(), draw(4, 2)), {"lower": True})],
)
written(
    linalg.cho_solve_banded,
    rt.written.cho_solve_banded,
    lambda draw: [(((BAND.copy(), False), draw(4)), {}), (((LOWER.copy(), True), draw(4)), {})],
)
