"""What else is made of a function besides its gradient: value and tangent (forward mode), value and pullback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import Refused
from ..emit import load
from . import Recipe
from .signatures import Argnums
from .specialise import Specialisation


class _WithValue(Recipe):
    """What comes with the value of the function, and is not a tuple of gradients."""

    takes_complex = True

    def __init__(self, function: Callable[..., Any], argnums: Argnums, aux: bool):
        super().__init__(function, argnums, True, aux)

    def _wrapping(self) -> str:
        return ""


class Tangent(_WithValue):
    """Value and tangent of a function: the emitted function takes the bound arguments, then the tangents of those to differentiate."""

    mode = "tangent"
    what = "Value and tangent"

    def adapt(self, function: Callable[..., Any]) -> Callable[..., Any]:
        spread, count = load.spread(self.parameters.signature, function), len(self.parameters.names)
        if spread(function) is function:
            return function

        def run(*values: Any) -> Any:
            arguments, dots = values[:count], values[count:]
            return spread(lambda *args, **keywords: function(*args, *dots, **keywords))(*arguments)

        return run

    def program(
        self,
        function: Any,
        wrt: tuple[int | str, ...],
        kinds: dict[str, Any],
        after: str | None,
        device: bool,
        large: bool,
    ) -> Any:
        from ..differentiate.program import tangent

        return tangent.build(function, wrt, kinds, aux=self.aux, after=after, device=device)

    def recorded(self, why: Refused, inner: Specialisation | None = None, device: Any = None) -> Any:
        """The tangent from the recorded adjoint, one reverse sweep for each entry of the result."""
        from .. import recorded

        form = recorded.Form(True, self.aux, True)
        return recorded.Tangents(*self._of_recorded(form, why, inner, device))


class Pullback(_WithValue):
    """Value of a function and the function from the adjoint of the value to the adjoints of the arguments."""

    mode = "pullback"
    what = "Value and pullback"

    def program(
        self,
        function: Any,
        wrt: tuple[int | str, ...],
        kinds: dict[str, Any],
        after: str | None,
        device: bool,
        large: bool,
    ) -> Any:
        from ..differentiate.program import pullback

        return pullback.build(function, wrt, kinds, aux=self.aux, after=after, device=device)

    def recorded(self, why: Refused, inner: Specialisation | None = None, device: Any = None) -> Any:
        from .. import recorded

        form = recorded.Form(True, self.aux, True)
        return recorded.Pullbacks(*self._of_recorded(form, why, inner, device))
