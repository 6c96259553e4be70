"""The optimisers: each is a rule for one weight, `step`, and the names of what it keeps between updates."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from .clipping import global_norm
from .nested import beside, is_array, pairs, replace, require
from .schedules import Schedule


class Optimiser:
    """What all optimisers share. A kind of optimiser names its `slots` and writes `step`.

    lr is a number, or a schedule that is asked before each update. weight_decay adds weight_decay * w to the gradient
    of every weight. clip, where given, bounds the global norm of the gradient (before weight decay).
    """

    slots: tuple[str, ...] = ()

    def __init__(self, lr: float | Schedule, weight_decay: float = 0.0, clip: float | None = None):
        if not callable(lr):
            require(lr >= 0, f"lr is {lr}; it must not be negative")
        require(weight_decay >= 0, f"weight_decay is {weight_decay}; it must not be negative")
        require(clip is None or clip > 0, f"clip is {clip}; it must be above 0")
        self.lr, self.weight_decay, self.clip = lr, weight_decay, clip
        self.updates = 0
        self._kept: dict[str, dict[str, Any]] = {}  # path of a weight -> slot -> array or number

    def step(self, w: Any, g: Any, kept: dict[str, Any], lr: float) -> Any:
        """What to subtract from w, as a new value; `kept` has an entry per slot, to be replaced here."""
        raise NotImplementedError

    def update(self, w: Any, g: Any) -> Any:
        """Move the weights w along their gradient g; returns them. Neither g nor anything in it is changed.

        Raises ValueError, naming the place, where the structure or a shape of g is not that of w; nothing has then been
        changed.
        """
        leaves = list(pairs(w, g, "w"))  # all of them before the first change, so that a misfit changes nothing
        for path, weight, _ in leaves:
            for slot, value in self._kept.get(path, {}).items():
                given, wanted = np.shape(value), np.shape(weight)
                require(given == wanted, f"{path} has shape {wanted}, the {slot} that is kept for it has {given}")
        factor = 1.0
        if self.clip is not None:
            norm = global_norm(g)
            if self.clip < norm < math.inf:
                factor = self.clip / norm
        lr = float(self.lr(self.updates) if callable(self.lr) else self.lr)
        moved: dict[str, Any] = {}
        for path, weight, weight_bar in leaves:
            if factor != 1.0:
                weight_bar = weight_bar * factor
            if path not in self._kept:
                zero = np.zeros_like(weight) if is_array(weight) else type(weight)(0)
                self._kept[path] = dict.fromkeys(self.slots, zero)  # shared: a step replaces what is kept
            kept = self._kept[path]
            if is_array(weight):
                for slot, value in kept.items():
                    kept[slot] = beside(value, weight)
            change = self.step(weight, self._decayed(weight, weight_bar), kept, lr)
            if is_array(weight):
                weight -= change
            else:
                moved[path] = type(weight)(weight - change)
        self.updates += 1
        return replace(w, g, "w", moved) if moved else w

    def _decayed(self, w: Any, g: Any) -> Any:
        return g + self.weight_decay * w if self.weight_decay else g

    def state(self) -> dict[str, Any]:
        """Everything that the next update depends on, apart from the options: copies, by name."""
        flat = {f"{slot}:{path}": copy.copy(value) for path, kept in self._kept.items() for slot, value in kept.items()}
        return {"updates": self.updates, **flat}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state()` returned, or from what `numpy.load` made of it; ValueError if it does not fit."""
        kept: dict[str, dict[str, Any]] = {}
        for name in state:
            if name == "updates":
                continue
            slot, _, path = name.partition(":")
            require(slot in self.slots, f"the state has an entry {name!r}, which {type(self).__name__} does not keep")
            value = state[name]
            kept.setdefault(path, {})[slot] = value.copy() if np.ndim(value) else _number(value)
        require("updates" in state, "the state has no entry 'updates'")
        for path, entries in kept.items():
            missing = set(self.slots) - set(entries)
            require(not missing, f"the state has no {', '.join(sorted(missing))} for {path}")
        self.updates, self._kept = int(state["updates"]), kept


class SGD(Optimiser):
    """Plain gradient descent: w -= lr * g."""

    def __init__(self, lr: float | Schedule = 0.1, weight_decay: float = 0.0, clip: float | None = None):
        super().__init__(lr, weight_decay, clip)

    def step(self, w, g, kept, lr):
        return lr * g


class Momentum(Optimiser):
    """The heavy ball: velocity = decay * velocity + lr * g; w -= velocity. [Polyak 1964]"""

    slots = ("velocity",)

    def __init__(self, lr: float | Schedule = 0.01, decay: float = 0.9, weight_decay=0.0, clip=None):
        super().__init__(lr, weight_decay, clip)
        self.decay = _fraction("decay", decay)

    def step(self, w, g, kept, lr):
        kept["velocity"] = self.decay * kept["velocity"] + lr * g
        return kept["velocity"]


class Nesterov(Momentum):
    """Momentum that looks ahead: w -= decay * velocity + lr * g, with the new velocity. [Sutskever et al. 2013]"""

    def step(self, w, g, kept, lr):
        kept["velocity"] = self.decay * kept["velocity"] + lr * g
        return self.decay * kept["velocity"] + lr * g


class Adagrad(Optimiser):
    """Divides by the root of the sum of all squares: w -= lr * g / (sqrt(squares) + eps). [Duchi et al. 2011]"""

    slots = ("squares",)

    def __init__(self, lr: float | Schedule = 0.01, eps: float = 1e-6, weight_decay=0.0, clip=None):
        super().__init__(lr, weight_decay, clip)
        self.eps = _above_zero("eps", eps)

    def step(self, w, g, kept, lr):
        kept["squares"] = kept["squares"] + g * g
        return lr * g / (np.sqrt(kept["squares"]) + self.eps)


class RMSprop(Optimiser):
    """Divides by the root of a running mean of squares: w -= lr * g / (sqrt(squares) + eps). [Tieleman, Hinton 2012]"""

    slots = ("squares",)

    def __init__(self, lr: float | Schedule = 1e-3, rho: float = 0.9, eps: float = 1e-6, weight_decay=0.0, clip=None):
        super().__init__(lr, weight_decay, clip)
        self.rho, self.eps = _fraction("rho", rho), _above_zero("eps", eps)

    def step(self, w, g, kept, lr):
        kept["squares"] = self.rho * kept["squares"] + (1 - self.rho) * (g * g)
        return lr * g / (np.sqrt(kept["squares"]) + self.eps)


class Adadelta(Optimiser):
    """Steps in the units of the weights: change = g * sqrt(steps + eps) / sqrt(squares + eps). [Zeiler 2012]"""

    slots = ("squares", "steps")

    def __init__(self, lr: float | Schedule = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay=0.0, clip=None):
        super().__init__(lr, weight_decay, clip)
        self.rho, self.eps = _fraction("rho", rho), _above_zero("eps", eps)

    def step(self, w, g, kept, lr):
        kept["squares"] = self.rho * kept["squares"] + (1 - self.rho) * (g * g)
        change = g * np.sqrt(kept["steps"] + self.eps) / np.sqrt(kept["squares"] + self.eps)
        kept["steps"] = self.rho * kept["steps"] + (1 - self.rho) * (change * change)
        return lr * change


class Adam(Optimiser):
    """Running means of g and g*g, corrected for their start at zero. [Kingma, Ba 2015, algorithm 1]"""

    slots = ("mean", "squares")

    def __init__(
        self, lr: float | Schedule = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
        weight_decay: float = 0.0, clip: float | None = None,
    ):  # fmt: skip
        super().__init__(lr, weight_decay, clip)
        self.beta1, self.beta2, self.eps = _fraction("beta1", beta1), _fraction("beta2", beta2), _above_zero("eps", eps)

    def step(self, w, g, kept, lr):
        count = self.updates + 1
        kept["mean"] = self.beta1 * kept["mean"] + (1 - self.beta1) * g
        kept["squares"] = self.beta2 * kept["squares"] + (1 - self.beta2) * (g * g)
        mean = kept["mean"] / (1 - self.beta1**count)
        squares = kept["squares"] / (1 - self.beta2**count)
        return lr * mean / (np.sqrt(squares) + self.eps)


class AdamW(Adam):
    """Adam with weight decay beside the gradient, not in it: w -= lr * weight_decay * w. [Loshchilov, Hutter 2019]"""

    def __init__(
        self, lr: float | Schedule = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
        weight_decay: float = 0.01, clip: float | None = None,
    ):  # fmt: skip
        super().__init__(lr, beta1, beta2, eps, weight_decay, clip)

    def _decayed(self, w, g):
        return g

    def step(self, w, g, kept, lr):
        return super().step(w, g, kept, lr) + lr * self.weight_decay * w


def _number(value: Any) -> Any:
    return value[()] if is_array(value) else value


def _fraction(name: str, value: float) -> float:
    require(0 <= value < 1, f"{name} is {value}; it must be at least 0 and below 1")
    return value


def _above_zero(name: str, value: float) -> float:
    require(value > 0, f"{name} is {value}; it must be above 0")
    return value
