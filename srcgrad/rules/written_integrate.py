"""scipy.integrate: integrals of samples. Those of functions are in `recorded.integrals`."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt
from scipy import integrate

from .declare import FOLLOWED, RULES, WRITTEN, alias, followed, refused, written


def _samples(draw):
    yield (draw(5),), {}
    yield (draw(6), np.sort(draw.distinct(6))), {}
    yield (draw(3, 4),), {"dx": 0.7}
    yield (draw(5, 2), np.array([0.0, 0.3, 1.0, 1.4, 2.0])), {"axis": 0}
    yield (draw(2),), {}


written(
    integrate.cumulative_trapezoid,
    rt.written.cumulative_trapezoid,
    lambda draw: [*_samples(draw), ((draw(2, 4),), {"initial": 0})],
)
written(integrate.simpson, rt.written.simpson, _samples)
alias(integrate.trapezoid, np.trapezoid)
followed(integrate.odeint, integrate.solve_ivp, integrate.quad)
for _name in integrate.__all__:
    _function = getattr(integrate, _name)
    if callable(_function) and not isinstance(_function, type):
        if not any(_function in table for table in (RULES, WRITTEN, FOLLOWED)):
            refused(
                _function, f"scipy.integrate.{_name} has no rule; give it one, or stop the gradient of its argument"
            )
