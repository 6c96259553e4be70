"""srcgrad's own functions that carry no derivative."""

from ..core import markers
from .declare import nondifferentiable

nondifferentiable(markers.stop_gradient)
