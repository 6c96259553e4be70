"""What the passes of this room are told about a program, and what they assume of a call they are told nothing about."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass, field

import gast
import numpy as np

from .. import rules
from ..analyses import mutation
from ..core import build
from .notes import Notes, dotted

ARRAY_MODULES = frozenset({"np", "numpy", "cp", "cupy"})
MODULES = frozenset({"np", "numpy", "rt", "math", "cp", "cupy"})
UFUNCS = frozenset(name for name, value in vars(np).items() if isinstance(value, np.ufunc))
BUILTINS = frozenset(
    "abs all any bool complex dict divmod enumerate float frozenset int isinstance len list max min pow range reversed round set "
    "slice sorted str sum tuple type zip".split()
)
# functions whose result is a new value, which shares no array with an argument
NEW_NUMPY = UFUNCS | frozenset(
    "all allclose any arange argmax argmin argsort array array_equal average bincount clip concatenate convolve copy cov cross "
    "count_nonzero cumprod cumsum dot empty empty_like eye full full_like hstack identity inner kron linspace max min "
    "amax amin maximum mean median minimum nonzero ones ones_like outer pad prod repeat searchsorted sort stack std sum take tensordot "
    "tile trace tril triu var vdot vstack where zeros zeros_like".split()
)
NEW_RUNTIME = frozenset("zeros_like copy blank is_basic is_differentiable index_adjoint gradient".split())
NEW_BUILTIN = frozenset("abs bool complex float int isinstance len pow range round str".split())
NEW_METHODS = frozenset(
    "all any argmax argmin argsort cumprod cumsum dot item max mean min nonzero prod round std sum trace var".split()
)
METHODS = NEW_METHODS | frozenset(
    "copy astype conj transpose reshape ravel flatten squeeze swapaxes diagonal keys values items".split()
)
VIEWS_OF_LINALG = frozenset({"diagonal", "matrix_transpose", "matrix_power"})
# functions that change one argument and nothing else: name -> position of that argument
OVERWRITERS = ("add.at", "subtract.at", "copyto", "fill_diagonal", "put", "place", "putmask", "put_along_axis")
CHANGES = {
    **{f"{module}.{name}": 0 for module in ("np", "numpy") for name in OVERWRITERS},
    "rt.scatter_add": 0,
    "rt.store": 0,
    "rt.augmented": 0,
}
# functions without a derivative that do more than give a value
ACTING = frozenset(
    "save savetxt savez savez_compressed seterr seterrcall setbufsize set_printoptions show_config show_runtime info test "
    "load loadtxt genfromtxt fromfile fromregex fromstring".split()
)


def usually_pure(call: build.Node) -> bool:
    """Builtins, NumPy and runtime functions without `out=`, and the methods of arrays; by their names alone."""
    text = dotted(call.func)
    if not text and isinstance(call.func, gast.Attribute):  # a method of a part or of a result
        return call.func.attr in METHODS
    head, _, rest = text.partition(".")
    function = getattr(np, rest, None) if head in ARRAY_MODULES else None
    if (function is not None or head not in MODULES) and mutation.outputs(call, function):
        return False
    if rest and head in ARRAY_MODULES:
        return _is_pure_in_numpy(rest)
    if rest and head in MODULES:
        return text not in CHANGES
    if not rest:
        return head in BUILTINS
    return rest.rpartition(".")[2] in METHODS


@functools.lru_cache(maxsize=4096)
def _is_pure_in_numpy(path: str) -> bool:
    """Whether a function of NumPy gives a value and does nothing else: those with a rule, or known to have no derivative."""
    try:
        function = operator.attrgetter(path)(np)
        known = rules.lookup(function) is not None or rules.is_nondifferentiable(function)
    except (AttributeError, TypeError):
        return False
    known = known or isinstance(function, type) and issubclass(function, np.generic)
    return known and path not in ACTING and not path.startswith("random.") and not path.endswith(".at")


def usually_new(call: build.Node) -> bool:
    """Whether the result of a pure call certainly shares no memory with its arguments; by its name alone."""
    if any(keyword.arg in ("out", "copy") for keyword in call.keywords):
        return False
    head, _, rest = dotted(call.func).partition(".")
    if not head and isinstance(call.func, gast.Attribute):
        return call.func.attr in NEW_METHODS
    if not rest:
        return head in NEW_BUILTIN
    if head == "rt":
        return rest in NEW_RUNTIME
    if head == "math":
        return True
    if head in MODULES:
        area, _, name = rest.rpartition(".")
        return rest in NEW_NUMPY or area == "linalg" and name not in VIEWS_OF_LINALG
    return rest in NEW_METHODS


def _unknown(name: str) -> bool | None:
    return None


def _no(name: str) -> bool:
    return False


def _never(node: build.Node) -> bool:
    return False


@dataclass(frozen=True)
class Facts:
    """Facts about one program, held beside it; each default is safe.

    `pure(call)`: the call has no effect and depends on nothing but the values of its arguments. `new(call)`: the result of a pure
    call shares no memory with its arguments. `array(name)`: certainly an array (True), certainly an immutable number, string or None
    (False), unknown (None). `floating(name)`: certainly a float, a complex number, or an array of those. `typed(name)`: certainly an array or
    a number of NumPy, of single precision at least, so that a plain float takes its precision. `sequence(name)`: certainly a list,
    a tuple or an array. `fails(expression)`: evaluating it may raise; asked of statements that are expressions, which stand there for that.
    """

    pure: Callable[[build.Node], bool] = usually_pure
    new: Callable[[build.Node], bool] = usually_new
    array: Callable[[str], bool | None] = _unknown
    floating: Callable[[str], bool] = _no
    typed: Callable[[str], bool] = _no
    sequence: Callable[[str], bool] = _no
    fails: Callable[[build.Node], bool] = _never
    parameters: frozenset[str] = (
        frozenset()
    )  # locals bound by the call; other names that are only read come from outside
    temporaries: frozenset[str] = frozenset()  # names that the compiler made, and that may vanish
    tapes: frozenset[str] = (
        frozenset()
    )  # temporaries that are lists, used by .append(value) and .pop() only, each pop for its push
    buffers: frozenset[str] = frozenset()  # names whose content may change by what the program does not show
    escaping: frozenset[str] = frozenset()  # names whose content somebody else sees afterwards
    results: frozenset[str] = frozenset()  # names that are read after the end
    modules: frozenset[str] = MODULES  # names of modules: their attributes never change
    notes: Notes = field(default_factory=Notes, compare=False, repr=False)  # what is known of single statements
