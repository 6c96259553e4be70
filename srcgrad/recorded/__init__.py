"""Gradients by recording, for the programs that have no straight adjoint here.

The static road writes the adjoint of a program as a program. Where it cannot (objects and containers that change, exceptions, generators, views whose
relations are known only when the program runs), this road runs the user's functions in a form that notes each operation on a tape, and the tape backwards.
It is slower and its text is not an adjoint, but it means the same: everything that Python does is left to Python.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np
import srcgrad_runtime as rt

from ..core.errors import ArgumentError, Refused
from ..emit import load
from . import arguments, nested, transform
from .calls import Calls
from .separation import Separation

__all__ = ["Form", "Pullbacks", "Recorded", "Tangents"]


def written(function: Any) -> FunctionType | None:
    """The Python function that a callable runs: that of a method, of a partial, of an object; None where there is none."""
    while not isinstance(function, FunctionType):
        inside = (getattr(function, name, None) for name in ("__func__", "func", "__wrapped__"))
        found = next((one for one in inside if callable(one)), None)
        found = found or getattr(type(function), "__call__", None)  # noqa: B004
        if not callable(found) or type(found) is type(function):
            return None
        function = found
    return function


class Recorded:
    """The gradient of one function by recording. `run` takes the bound arguments in the order of the parameters.

    `wrt` names the arguments to differentiate: names of parameters, positions or keys that `*args` or `**kwargs` take. `why` is what the static
    road said of the function. `device` is the module of the device on which the arrays among the arguments live; None for the host.
    """

    fits = None  # what is recorded at each call need not be found fast
    changed = ()  # what shares memory with what is seen when it runs

    def __init__(
        self,
        function: Any,
        name: str,
        signature: inspect.Signature,
        wrt: tuple[int | str, ...],
        form: Form,
        why: Refused | None,
        epoch: int,
        inner: Any = None,
        device: Any = None,
    ):
        self.target, self.name, self.signature, self.wrt, self.form = function, name, signature, wrt, form
        self.why, self.epoch, self.inner = (
            why,
            epoch,
            inner,
        )  # inner: what tells whether an emitted function is up to date
        self.device = device
        self.run = self.function = self.gradient
        if isinstance(function, FunctionType):
            transform.transform(function)  # raises what is to be said about the function itself

    @property
    def shown(self) -> FunctionType | None:
        """The Python function whose operations are recorded; None for one that is built in."""
        return written(self.target)

    @property
    def text(self) -> str:
        """The recorded form of the function."""
        refusal = self.why.refusals[0] if self.why is not None and self.why.refusals else None
        where = f" in line {refusal.place.line}" if refusal is not None and refusal.place.line else ""
        reason = f": {refusal.what}{where}" if refusal is not None else ""
        head = [
            f"# Gradient of {self.name}, recorded because it has no straight adjoint{reason}",
            f"# What runs is this form of {self.name}, which notes its operations on a tape; the tape is then run backwards.",
        ]
        shown = written(self.target)
        body = transform.transform(shown).text if shown is not None else ""
        return "\n".join([*head, "", body, ""])

    def serves(self, *values: Any) -> bool:
        """Whether these values may be given to it without a further look: never."""
        return False

    def serves_again(self, function: Any, key: tuple[Any, ...], values: tuple[Any, ...]) -> None:
        """It has been found for values of this key once more."""

    def current(self) -> bool:
        return self.inner is None or self.inner.current()

    @nested.recorded
    def gradient(self, *values: Any) -> Any:
        return self.through(None, values)

    def through(self, outer: Any, values: tuple[Any, ...]) -> Any:
        """What `run` gives; what is computed for it is noted by an outer tape."""
        tape, structures, result = self.taped(values, outer)
        main, other = self.parts(result)
        seed = rt.seed(main, self.name, self.form.holomorphic)
        if tape.is_active(main):
            tape.add(main, seed)
        tape.reverse()
        found = arguments.finished(structures, tape)
        gradient = found if self.form.many else found[0]
        if self.form.aux:
            return ((main, other), gradient) if self.form.value else (gradient, other)
        return (main, gradient) if self.form.value else gradient

    def taped(self, values: tuple[Any, ...], outer: Any = None) -> tuple[Calls, list[arguments.Structure], Any]:
        """Run the function on a tape: the tape, what the arguments to differentiate looked like, the result."""
        tape = self.tape(outer)
        args, kwargs = self.spread(values)
        # what has its default is left out: a builtin may not take it beside the others
        known = self.signature.parameters
        kwargs = {n: v for n, v in kwargs.items() if n in self.wrt or n not in known or v is not known[n].default}
        places = [self.place(one, args, kwargs) for one in self.wrt]
        given: dict[int | str, Any] = dict(enumerate(args))
        given.update(kwargs.items())
        active = {place: given.pop(place) for place in places}
        separation = Separation(tape, active, given.values())
        seen: dict[int, Any] = {}
        structures = []
        for place in places:
            space: Any = args if isinstance(place, int) else kwargs
            if isinstance(space[place], tape.ndarray):
                space[place] = separation.whole_array(space[place])
            space[place] = arguments.prepare(tape, space[place], seen, separation)
            structures.append(arguments.Structure(space[place], tape.ndarray))
        try:
            result = tape.call(self.target, *args, **kwargs)
        finally:
            separation.end(args, kwargs, self.name)
        if tape.failed is not None:
            raise tape.failed  # the program has caught it, and gone another way than it would have gone
        return tape, structures, result

    def tape(self, outer: Any) -> Calls:
        """An empty tape for where the arguments live; inside of another one, for where that is."""
        if outer is not None:
            return outer.another(outer)
        if self.device is None:
            return Calls()
        from .device import DeviceCalls  # read when there is one

        return DeviceCalls(None, self.device)

    def parts(self, result: Any) -> tuple[Any, Any]:
        """What is differentiated of the result, and what else there is."""
        if not self.form.aux:
            return result, None
        rt.check_pair(result, self.name)
        return result

    def spread(self, values: tuple[Any, ...]) -> tuple[list[Any], dict[str, Any]]:
        """The bound arguments as those of a call."""
        return load.spread(self.signature)(lambda *args, **kwargs: (list(args), kwargs))(*values)

    def place(self, one: int | str, args: list[Any], kwargs: dict[str, Any]) -> int | str:
        """Where an argument to differentiate stands in the call."""
        if isinstance(one, int) or one in kwargs:
            return one
        names = [
            p.name for p in self.signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        if one in names:
            return names.index(one)
        try:  # the parameters of the function that a wrapper takes the place of
            outer = list(inspect.signature(self.target).parameters)
        except (TypeError, ValueError):
            outer = []
        if one in outer and outer.index(one) < len(args):
            return outer.index(one)
        raise ArgumentError(
            f"grad of {self.name}: {one!r} stands for several arguments; name one of them by its position"
        )


class Pullbacks(Recorded):
    """Value and pullback by recording: `run` gives (value, pullback), the pullback a tuple of the adjoints of the arguments `wrt`."""

    def through(self, outer: Any, values: tuple[Any, ...]) -> Any:
        tape, structures, result = self.taped(values, outer)
        main, other = self.parts(result)
        kept = [(array, array.copy()) for s in structures for array in s.arrays()]
        shown = tape.arithmetic.call(rt.copies, main)

        def pullback(value_bar: Any) -> tuple:
            for array, content in kept:
                if not np.array_equal(array, content, equal_nan=True):
                    raise rt.TangentError(
                        f"the pullback of {self.name} was called after an array that the function was given had changed"
                    )
            tape.add(main, tape.arithmetic.call(rt.conformed, value_bar, main))
            try:
                tape.reverse(again=True)
                return arguments.finished(structures, tape)
            finally:
                tape.forget()

        nested.note_pullback(pullback, tape)
        return (shown, pullback, other) if self.form.aux else (shown, pullback)


class Tangents(Pullbacks):
    """Value and tangent from the recorded adjoint: one reverse sweep for each entry of the value."""

    goes_back = True

    def through(self, outer: Any, values: tuple[Any, ...]) -> Any:
        count = len(self.signature.parameters)
        value, pullback, *other = super().through(outer, values[:count])
        if outer is None:
            return (value, rt.transpose_map(pullback, value, values[count:]), *other)
        return (value, outer.recorded(rt.transpose_map)(pullback, value, values[count:]), *other)


@dataclass(frozen=True)
class Form:
    """What the gradient returns: with the value, with what else the function returns, as a tuple."""

    value: bool
    aux: bool
    many: bool
    holomorphic: bool = False
