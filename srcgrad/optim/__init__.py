"""Optimisers: how weights move, given a gradient of the same structure.

    optimiser = optim.Adam(lr=1e-3)
    for x, y in batches:
        w = optimiser.update(w, lossgradient(w, x, y))

Weights are floats, floating arrays, and any nesting of those in lists, tuples, dicts, dataclasses and objects with
attributes. Arrays, lists, dicts and objects are changed in place; a float, which cannot be, is replaced where it
stands, and so is a tuple that holds one. `update` returns the weights, which is the same object unless it is itself
such a float or tuple. Where the gradient is None the weight is left alone. Steps are computed in the weight's dtype.

The state of an optimiser is one flat dict of arrays and numbers, for `numpy.savez`: `state()` and `restore(state)`. A
run that is stopped, saved and restored goes on exactly as it would have gone on.
"""

from .clipping import clip, global_norm, sum_of_norms
from .optimisers import SGD, Adadelta, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimiser, RMSprop
from .schedules import Schedule, cosine_decay, exponential_decay, step_decay, warm_up

__all__ = [
    "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Momentum", "Nesterov", "Optimiser", "RMSprop",
    "Schedule", "cosine_decay", "exponential_decay", "step_decay", "warm_up",
    "clip", "global_norm", "sum_of_norms",
]  # fmt: skip
