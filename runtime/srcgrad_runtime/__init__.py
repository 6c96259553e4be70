"""What emitted programs call: `import srcgrad_runtime as rt`. Needs NumPy only; knows nothing of srcgrad.

Each module names in `__all__` what it offers here; no two offer the same name.

`rt.nn` has the operations of neural networks, `rt.written` library functions in plain Python; they are read when first used.
"""

# ruff: noqa: F403
import importlib
from typing import Any

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


def __getattr__(name: str) -> Any:
    if name in ("nn", "written"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
