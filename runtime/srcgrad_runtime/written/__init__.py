"""Functions of NumPy and SciPy in plain Python, for those that are composed of others or call functions which they are given.

Emitted programs never call these for their values alone: a call of `np.polyfit` with something to differentiate in it is read as one of
`rt.written.polyfit`, and that is differentiated as a helper of the user's is. Each does what the original does, for the arguments it
takes; what it does not take is a `NotImplementedError` that says so.
"""

# ruff: noqa: F403
from .banded import *
from .complexes import *
from .fitting import *
from .functionals import *
from .integrals import *
from .matrices import *
from .signals import *
from .splines import *
from .statistics import *
from .ufuncs import *
