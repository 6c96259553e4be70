"""What emitted programs call: `import srcgrad_runtime as rt`. Needs NumPy only; knows nothing of srcgrad.

Each module names in `__all__` what it offers here; no two offer the same name.
"""

# ruff: noqa: F403
from .adjoint import *
from .checks import *
from .contraction import *
from .differences import *
from .fft import *
from .gradients import *
from .indexing import *
from .joining import *
from .linalg import *
from .partials import *
from .polynomials import *
from .products import *
from .reductions import *
from .sequences import *
from .shape import *
from .signal import *
from .sorting import *
from .special import *
from .structures import *
from .transposition import *
