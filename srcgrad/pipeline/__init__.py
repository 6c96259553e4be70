"""The road from a function to an emitted program: the order of the passes, the options, and the cache of what was made.

Comes in: a function, the arguments to differentiate, the kinds of the arguments. Goes out: a `Specialisation`, whose function
runs. It is made once per function and kinds; a later call finds it by the key of its arguments.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Sequence
from typing import Any

from srcgrad_runtime.memory import sizes

from ..core.errors import ArgumentError, Place, Refusal, Refused, SrcgradError
from ..core.markers import handing_on
from ..emit import load
from . import arguments, callables, collection, signatures, specialise
from .keys import Same, key_of
from .signatures import Argnums, Parameters
from .specialise import Specialisation
from .templates import Shared, Template

KEPT = 64  # emitted functions per gradient

__all__ = ["PASSES", "Recipe", "Unprintable", "dump", "rules_changed"]
rules_changed = specialise.rules_changed
shared = Shared()


def __getattr__(name: str) -> Any:
    if name == "PASSES":  # read when somebody asks: they bring the whole compiler along
        from . import passes

        return passes.PASSES
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _is_final(refusal: Refusal) -> bool:
    """Whether recording is known not to help: compiled solvers that call functions, without a rule."""
    name = refusal.what.partition("'")[2]
    return name.startswith("scipy.") and not name.startswith("scipy.integrate.")


class Unprintable(Refused):
    """The gradient of a function has no file of its own, because its operations are recorded as it runs."""

    def __init__(self, name: str, why: Refused, general: bool = False):
        super().__init__(why.refusals)
        hint = "    for example arguments (--args), of which more is known, there may be one\n" if general else ""
        self.args = (
            f"the gradient of {name} cannot be written as a file of its own: it records operations as they run, which needs srcgrad\n"
            f"{hint}    grad works on it as it is; what has no straight adjoint is\n"
            f"{why}",
        )

    def __reduce__(self) -> Any:
        return Refused, (self.refusals,)


NUMBERS = (int, float, complex)  # types whose keys do not tell one value from another


class Recipe:
    """What is to be made of a function: its gradient with respect to some arguments, with or without its value.

    `find` gives the emitted function for bound arguments. Any number of threads may call it.
    """

    mode = "gradient"
    takes_complex = False

    def __init__(
        self, function: Callable[..., Any], argnums: Argnums, value: bool, aux: bool, holomorphic: bool = False
    ):
        self.holomorphic = holomorphic
        self.function, self.value, self.aux = function, value, aux
        self.wrt = signatures.which(function, argnums)
        self.single = isinstance(argnums, (tuple, list)) and len(self.wrt) == 1
        self.name = signatures.name_of(function)
        self.parameters = Parameters.of(function)
        self.latest: Specialisation | None = None
        self._made: dict[Any, list[Specialisation]] = {}
        self._code = getattr(function, "__code__", None)
        self._defaults: tuple[int, Any] = (-1, None)  # the epoch in which they were looked up, `callables.defaults_of`

    @handing_on
    def find(self, values: tuple[Any, ...]) -> Specialisation:
        """The emitted function for these arguments, made now if there is none."""
        one = self._find(values)
        if one.changed and one.is_shared(values, self.parameters.names):
            return self._of_shared(values)
        return one

    def _find(self, values: tuple[Any, ...]) -> Specialisation:
        """The same, for arguments that share no memory."""
        latest = self.latest
        if latest is not None and getattr(self.function, "__code__", None) is self._code:
            fits = latest.fits
            if fits is not None and fits(*values) and latest.current():
                return latest
        key = self._key(values)
        found = self._made.get(key)
        if found is not None:
            newest = found[-1]
            if newest.current() and getattr(self.function, "__code__", None) is self._code:
                if newest is not self.latest:
                    self._touch(key)
                newest.serves_again(self.function, key, values)
                return newest
        return self._look_further(key, values)

    def _key(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The key of the arguments; numbers that are left out of the call of a function with a rule are known as such."""
        if self._defaults[0] != specialise.epoch:
            self._defaults = specialise.epoch, callables.defaults_of(self.function)
        defaults = self._defaults[1]
        if defaults is None:
            return tuple(map(key_of, values))
        pairs = zip(values, defaults, strict=True)
        return tuple(Same(v) if v is d and type(v) in NUMBERS else key_of(v) for v, d in pairs)

    def _touch(self, key: Any) -> None:
        """Move a key to the end: the first ones go when there are too many."""
        with specialise.compiling:
            if key in self._made:
                self._made[key] = self._made.pop(key)
                self.latest = self._made[key][-1]

    def _look_further(self, key: Any, values: tuple[Any, ...]) -> Specialisation:
        with specialise.compiling:
            code = getattr(self.function, "__code__", None)
            if code is not self._code:  # redefined in place, as notebooks' reloading does it
                self._code = code
                self._made.clear()
                self.latest = None
                self.parameters = Parameters.of(self.function)
            known = [one for one in self._made.get(key, ()) if one.epoch == specialise.epoch]
            for one in reversed(known):
                if one.current():
                    known.remove(one)
                    break
            else:
                one = self.make(key, values)
                one.current()  # brings in the data
            self._made.pop(key, None)
            self._made[key] = [*known[-7:], one]
            self.latest = one
            while sum(map(len, self._made.values())) > KEPT:
                oldest = next(iter(self._made))
                del self._made[oldest][0]
                if not self._made[oldest]:
                    del self._made[oldest]
            return one

    def make(self, key: Any, values: tuple[Any, ...]) -> Specialisation:
        """Write, load and return the emitted function for these arguments."""
        self.check(values)
        try:
            return self._made_for(lambda: self.kinds(values), values, key)
        except Refused as refused:
            return self.recorded(refused, self._inner(values), self.device_of(values))
        except SrcgradError:
            raise
        except Exception as error:  # a fault of ours: the other road does not need what failed
            if os.environ.get("SRCGRAD_STRICT") or hasattr(self.function, "__srcgrad_specialise__"):
                raise
            why = Refused([Refusal(f"an internal error, {error!r}", Place("", 0))])
            return self.recorded(why, device=self.device_of(values))

    def _of_shared(self, values: tuple[Any, ...]) -> Specialisation:
        """The emitted function for arguments that share memory into which the function stores: which do is known when it runs."""
        what = f"cannot tell from the source which arguments of {self.name} share memory"
        why = Refused([Refusal(what, Place("", 0), "some do, and it stores into them")])
        with specialise.compiling:
            self.latest = self.recorded(why, self._inner(values), self.device_of(values))
            return self.latest

    def _inner(self, values: tuple[Any, ...]) -> Specialisation | None:
        """The emitted program that is differentiated again, where the function is a gradient that was not recorded itself."""
        if not hasattr(self.function, "__srcgrad_specialise__"):
            return None
        inner = self.function.__srcgrad_specialise__(values)
        return inner if isinstance(inner.function, types.FunctionType) else None

    def recorded(self, why: Refused, inner: Specialisation | None = None, device: Any = None) -> Any:
        """The gradient by recording, for a function that has no straight adjoint."""
        from .. import recorded

        form = recorded.Form(self.value, self.aux, self.single or len(self.wrt) > 1, self.holomorphic)
        return recorded.Recorded(*self._of_recorded(form, why, inner, device))

    def _of_recorded(self, form: Any, why: Refused, inner: Specialisation | None, device: Any) -> tuple[Any, ...]:
        function = self.function if inner is None else inner.function
        return function, self.name, self.parameters.signature, self.wrt, form, why, specialise.epoch, inner, device

    def check(self, values: tuple[Any, ...]) -> None:
        """`ArgumentError` unless every argument to differentiate is given, and can be differentiated."""
        for one in self.wrt:
            _, value = signatures.given(self.function, values, self.parameters.signature, one)
            arguments.check(self.name, one, value, self.holomorphic, self.takes_complex)

    def device_of(self, values: tuple[Any, ...]) -> Any:
        """The module of the device on which the arrays among the arguments live; None for the host."""
        return arguments.device_of(self.name, self.parameters.names, values)

    def kinds(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """What is known of each parameter, by its name."""
        from ..analyses import kinds

        return {name: kinds.of_value(value) for name, value in zip(self.parameters.names, values, strict=True)}

    def general(self) -> Specialisation:
        """The emitted function for arguments of which nothing is known."""
        try:
            return self.of_kinds({})
        except Refused as refused:
            return self.recorded(refused)

    def of_kinds(self, kinds: dict[str, Any]) -> Specialisation:
        """The emitted function for arguments of these kinds; parameters that are not named are unknown."""
        with specialise.compiling:
            made = self._made_for(lambda: kinds, None, tuple(kinds.items()))
            made.current()
            return made

    @collection.paused()
    def _made_for(
        self, kinds: Callable[[], dict[str, Any]], values: tuple[Any, ...] | None, key: Any
    ) -> Specialisation:
        function, inner = callables.with_source(self.function, values), None
        if hasattr(function, "__srcgrad_specialise__"):  # the gradient of a gradient is that of the emitted function
            inner = function.__srcgrad_specialise__(values)
            function = inner.function
            if not isinstance(function, types.FunctionType):
                raise _recorded_already(inner)
        place = shared.key(function, self.mode, self.holomorphic, self.wrt, self.value, self.aux, values is None, key)
        device = self.device_of(values or ())
        rest = self.adapt, self._wrapping(), inner, device
        template = shared.get(place, specialise.epoch)
        if template is not None:
            found = Specialisation(template, function, *rest)
            if found.current():
                return found
        template = Template.of(self.build(function, kinds(), values), function, self.title(), specialise.epoch)
        shared.put(place, template)
        return Specialisation(template, function, *rest)

    def adapt(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The emitted function as one that takes the bound arguments in order."""
        return load.spread(self.parameters.signature)(function)

    def build(
        self,
        function: Callable[..., Any],
        kinds: dict[str, Any],
        values: tuple[Any, ...] | None = None,
        after: str | None = None,
        device: bool = False,
    ) -> Any:
        """The program of the differentiation for a function: `self.function`, or what was emitted for it."""
        wrt = self.wrt
        if values is not None:  # a wrapper may be given an argument by position or by name
            wrt = tuple(signatures.given(self.function, values, self.parameters.signature, one)[0] for one in wrt)
        device = device or self.device_of(values or ()) is not None
        large = not device and sizes.is_large(values)
        return self.program(function, wrt, kinds, after, device, large)

    def program(
        self,
        function: Any,
        wrt: tuple[int | str, ...],
        kinds: dict[str, Any],
        after: str | None,
        device: bool,
        large: bool,
    ) -> Any:
        from ..differentiate.program import gradient

        options = {"value": self.value, "aux": self.aux, "after": after, "device": device, "large": large}
        return gradient.build(function, wrt, kinds, holomorphic=self.holomorphic, **options)  # type: ignore[arg-type]

    def _wrapping(self) -> str:
        """How the result is to be changed, as an expression of `result`: a tuple of one argument gives a tuple of one gradient."""
        if not self.single:
            return ""
        if self.value:
            return "(result[0], (result[1],))"
        return "((result[0],), result[1])" if self.aux else "(result,)"

    def title(self) -> str:
        names = [one if isinstance(one, str) else f"argument {one}" for one in self.wrt]
        file = signatures.file_of(self.function)
        place = f", from {signatures.shown_file(file)}" if file else ""
        return f"{self.what} of {self.name} with respect to {_listed(names)}{place}"

    @property
    def what(self) -> str:
        return "Value and gradient" if self.value else "Gradient"


def _recorded_already(inner: Any) -> Refused:
    """Why the gradient of a gradient is recorded: that one is."""
    first = inner.why.refusals[0]
    why = f"it is recorded ({first.what})"
    return Refused(
        [Refusal(f"cannot differentiate the gradient of {inner.name} again", first.place, why, first.instead)]
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def dump(
    function: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    args: Sequence[Any] | None = None,
    after: str | None = None,
    standalone: bool = False,
    value: bool = False,
    aux: bool = False,
    device: bool = False,
    mode: str = "reverse",
) -> str:
    """The gradient program of a function as text: for these arguments if some are given, the general one otherwise.

    In `mode` "forward" it is the program of value and tangent, in `mode` "pullback" that of value and pullback.

    `after` names the pass after which the program is shown. With `device` it is the program for arrays of a device. A `standalone`
    text is a file that runs with NumPy and the runtime alone. A function without a straight adjoint is shown in the form that is
    recorded, with the reason in the first line; there is no file of it, as it needs srcgrad to run.
    """
    from . import modes

    made: dict[str, Callable[[], Recipe]] = {
        "reverse": lambda: Recipe(function, argnums, value, aux),
        "forward": lambda: modes.Tangent(function, argnums, aux),
        "pullback": lambda: modes.Pullback(function, argnums, aux),
    }
    recipe = made[mode]()
    with specialise.compiling, collection.paused():
        kinds: dict[str, Any] = {}
        values = None
        if args is not None:
            try:
                values = recipe.parameters.bind(*args)
            except TypeError as error:
                raise ArgumentError(f"grad of {recipe.name}: {error}") from None
            recipe.check(values)
            kinds = recipe.kinds(values)
        function = callables.with_source(function, values)
        if hasattr(function, "__srcgrad_specialise__"):
            function = function.__srcgrad_specialise__(values).function
        try:
            program = recipe.build(function, kinds, values, after, device)
        except Refused as refused:
            emitted = hasattr(recipe.function, "__srcgrad_specialise__")
            if after is not None or device or emitted or mode != "reverse" or any(map(_is_final, refused.refusals)):
                raise
            recorded = recipe.recorded(refused)
            if recorded.shown is None:
                raise
            if standalone:
                raise Unprintable(recipe.name, refused, general=args is None) from None
            return recorded.text
        from ..emit import python
        from ..emit import standalone as files

        return files.text(program, recipe.title()) if standalone else python.text(program, recipe.title())
