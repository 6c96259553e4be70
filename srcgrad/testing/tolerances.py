"""How near a derivative must come to finite differences, and what is said where it does not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core.errors import SrcgradError
from .differences import Problem

SHOWN = 5  # the worst derivatives that a message lists
# A step across a kink misleads, and so does one that is too short for the noise of the function: others are tried.
FACTORS = (1.0, 1 / 8, 1 / 64, 4.0, 1 / 512)


class GradientMismatch(SrcgradError, AssertionError):
    """A gradient differs from finite differences, or is not of the structure, shapes and dtypes of its argument."""


_RTOL = {2: 5e-2, 4: 2e-3, 8: 1e-6, 16: 1e-6}  # by the bytes of a number
_FLOOR = {2: 1e-1, 4: 1e-2, 8: 1e-4, 16: 1e-4}  # derivatives below this part of the largest are taken to be as large


@dataclass(frozen=True)
class Bound:
    """How far off a derivative may be: `rtol` relative to its size, or to `floor` if it is smaller."""

    rtol: float
    floor: float
    fixed: bool  # whether the user gave `atol`

    @staticmethod
    def of(problem: Problem, atol: float | None, rtol: float | None, size: float = 0.0) -> Bound:
        coarse = problem.precision < 8  # the differences themselves are of low precision
        usual = _RTOL[problem.itemsize] * (10 if coarse else 1)
        rtol = usual if rtol is None else rtol
        if atol is not None:
            return Bound(rtol, atol / rtol if rtol else math.inf, True)
        level = float(
            np.sum(np.abs(problem.weights * problem.result))
        )  # rounding in the result shows in its differences
        part = _FLOOR[problem.itemsize] * (5 if coarse else 1) * usual / rtol if rtol else 0.0
        return Bound(rtol, part * max(size, level), False)

    def nearest(
        self,
        problem: Problem,
        direction: Mapping[str, np.ndarray],
        weights: np.ndarray,
        derivative: float,
        spread: float,
        stretch: float,
    ) -> tuple[float, float, float]:
        """The derivative, the finite difference that comes nearest to it, and its relative error.

        `spread` is the size of the terms that the derivative sums, `stretch` the largest entry of the direction.
        """
        best = (derivative, math.nan, math.inf)
        for factor in FACTORS:
            numeric = float(np.sum(weights * problem.difference(direction, factor)))
            off = abs(derivative - numeric)
            size = max(abs(derivative), abs(numeric), spread, self.floor * (1.0 if self.fixed else stretch))
            error = off / size if off else 0.0
            if math.isfinite(numeric) and math.isfinite(derivative) and error < best[2]:
                best = (derivative, numeric, error)
            elif math.isnan(best[1]):
                best = (derivative, numeric, math.inf)
            if error <= self.rtol:
                break
        return best


def verdict(problem: Problem, bound: Bound, results: list[tuple[str, float, float, float]], what: str) -> float:
    """The largest relative error; raises if it is out of tolerance, listing the worst."""
    bad = sorted((r for r in results if not r[3] <= bound.rtol), key=lambda r: -r[3])
    if not bad:
        return max((error for *_, error in results), default=0.0)
    rows = [
        f"    {label}: srcgrad gives {derivative:.8g}, finite differences give {numeric:.8g} "
        f"(relative error {error:.2g})"
        for label, derivative, numeric, error in bad[:SHOWN]
    ]
    lines = [
        f"{problem.title}: {len(bad)} of {len(results)} derivatives of the {what} are wrong "
        f"(tolerance {bound.rtol:.2g})"
    ]
    if any(not math.isfinite(numeric) for _, _, numeric, _ in bad):
        rows.append("    the function is not finite nearby; finite differences need a point around which it is smooth")
    raise GradientMismatch("\n".join(lines + rows + ([f"    and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else [])))
