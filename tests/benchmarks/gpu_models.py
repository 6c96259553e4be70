"""The five models of the Knet talk at its settings, here, in PyTorch and in JAX: what `tests.benchmarks.gpu` times.

The data are drawn at random, in the shapes and types of the talk's: what is timed does not depend on them. All three sides compute the
same loss of the same weights, which is checked before anything is timed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from examples import charlm, housing, lenet, mnist
from srcgrad import grad, optim, to_device, value_and_grad

SINGLE = np.float32
Step = Callable[[], Any]  # makes an update; gives the loss before it, or None where it is not computed


@dataclass(frozen=True)
class Model:
    """A model: its loss, how often it is updated in a run of the talk, and the seconds that the talk reports for that run.

    `weights` and `batch` give nested arrays of the host for the size asked for; `carries` says that the loss returns a state beside its
    value. `torch` and `jax` give the loss in the words of these libraries.
    """

    name: str
    updates: int
    talk: tuple[float, ...]  # Knet, Theano, Torch, Caffe, TensorFlow
    lr: float
    loss: Callable[..., Any]
    weights: Callable[[bool], Any]
    batch: Callable[[bool], tuple[Any, ...]]
    torch: Callable[..., Any]
    jax: Callable[..., Any]
    carries: bool = False


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


# --- linear regression ------------------------------------------------------------------------------------------------


def housing_batch(small: bool) -> tuple[Any, ...]:
    rows = 20 if small else 506
    return rng().standard_normal((rows, 13)).astype(SINGLE), rng().standard_normal((rows, 1)).astype(SINGLE)


def housing_torch(torch: Any, w: Any, x: Any, y: Any) -> Any:
    return ((y - (x @ w[0] + w[1])) ** 2).sum() / len(y)


def housing_jax(jax: Any, w: Any, x: Any, y: Any) -> Any:
    return jax.numpy.sum((y - (x @ w[0] + w[1])) ** 2) / len(y)


# --- softmax and perceptron -------------------------------------------------------------------------------------------


def digits_batch(small: bool) -> tuple[Any, ...]:
    rows = 5 if small else 100
    return rng().random((rows, 784)).astype(SINGLE), mnist.one_hot(np.arange(rows) % 10)


def digits_torch(torch: Any, w: Any, x: Any, y: Any) -> Any:
    for i in range(0, len(w), 2):
        x = x @ w[i] + w[i + 1]
        x = torch.relu(x) if i + 2 < len(w) else x
    return -(y * torch.log_softmax(x, dim=1)).sum() / len(y)


def digits_jax(jax: Any, w: Any, x: Any, y: Any) -> Any:
    for i in range(0, len(w), 2):
        x = x @ w[i] + w[i + 1]
        x = jax.nn.relu(x) if i + 2 < len(w) else x
    return -jax.numpy.sum(y * jax.nn.log_softmax(x, axis=1)) / len(y)


# --- LeNet ------------------------------------------------------------------------------------------------------------


def lenet_batch(small: bool) -> tuple[Any, ...]:
    images = 2 if small else 100
    return rng().random((images, 1, 28, 28)).astype(SINGLE), np.arange(images) % 10


def lenet_torch(torch: Any, w: Any, x: Any, y: Any) -> Any:
    layers = torch.nn.functional
    for i in (0, 2):
        x = layers.max_pool2d(torch.relu(layers.conv2d(x, w[i], w[i + 1])), 2)
    x = torch.relu(x.reshape(len(x), -1) @ w[4] + w[5])
    return layers.cross_entropy(x @ w[6] + w[7], y)


def lenet_jax(jax: Any, w: Any, x: Any, y: Any) -> Any:
    jnp, lax = jax.numpy, jax.lax
    for i in (0, 2):
        x = lax.conv_general_dilated(x, w[i], (1, 1), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        x = jax.nn.relu(x + w[i + 1][:, None, None])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = jax.nn.relu(x.reshape(len(x), -1) @ w[4] + w[5])
    return -jnp.mean(jax.nn.log_softmax(x @ w[6] + w[7], axis=1)[jnp.arange(len(y)), y])


# --- character model --------------------------------------------------------------------------------------------------


def charlm_weights(small: bool) -> Any:
    return charlm.weights(11, 5, [4], 1.0, rng()) if small else charlm.weights(84, 256, [256], 1.0, rng())


def charlm_batch(small: bool) -> tuple[Any, ...]:
    steps, rows, characters = (3, 2, 11) if small else (100, 128, 84)
    return charlm.start(charlm_weights(small), rows), rng().integers(0, characters, (steps + 1, rows))


def charlm_torch(torch: Any, w: Any, state: Any, window: Any) -> Any:
    """The recurrence by PyTorch's own operation for it."""
    (weight, bias), (hidden, cell) = w["layers"][0], state[0]
    xs = w["embedding"][window[:-1]]
    n, inputs = cell.shape[1], xs.shape[2]
    forget, ingate, outgate, change = (slice(i * n, i * n + n) for i in range(4))
    order = [ingate, forget, change, outgate]  # PyTorch's
    whole = torch.cat([weight[:, part] for part in order], dim=1).T
    offset = torch.cat([bias[part] for part in order])
    parts = [whole[:, :inputs].contiguous(), whole[:, inputs:].contiguous(), offset, torch.zeros_like(offset)]
    hs, _, _ = torch._VF.lstm(xs, (hidden[None], cell[None]), parts, True, 1, 0.0, True, False, False)
    logp = torch.log_softmax(hs @ w["scores"] + w["bias"], dim=2)
    picked = torch.gather(logp, 2, window[1:, :, None])
    return -picked.sum() / window.shape[1]


def charlm_jax(jax: Any, w: Any, state: Any, window: Any) -> Any:
    jnp = jax.numpy
    weight, bias = w["layers"][0]

    def step(carried: Any, char: Any) -> Any:
        hidden, cell = carried
        gates = jnp.concatenate([w["embedding"][char], hidden], axis=1) @ weight + bias
        forget, ingate, outgate, change = jnp.split(gates, 4, axis=1)
        sigmoid = jax.nn.sigmoid
        cell = cell * sigmoid(forget) + sigmoid(ingate) * jnp.tanh(change)
        hidden = sigmoid(outgate) * jnp.tanh(cell)
        return (hidden, cell), hidden

    _, hs = jax.lax.scan(step, tuple(state[0]), window[:-1])
    logp = jax.nn.log_softmax(hs @ w["scores"] + w["bias"], axis=2)
    return -jnp.sum(jnp.take_along_axis(logp, window[1:, :, None], axis=2)) / window.shape[1]


MODELS = (
    Model("linear regression", 10_000, (2.84, 1.88, 2.66, 2.35, 5.92), 0.1, housing.loss,
          lambda small: [np.zeros((13, 1), SINGLE), np.zeros(1, SINGLE)], housing_batch, housing_torch, housing_jax),
    Model("softmax, 10 epochs", 6_000, (2.35, 1.40, 2.88, 2.45, 5.57), 0.5, mnist.loss,
          lambda small: mnist.weights([784, 10], 0.1, rng()), digits_batch, digits_torch, digits_jax),
    Model("MLP 64, 10 epochs", 6_000, (3.68, 2.31, 4.03, 3.69, 6.94), 0.5, mnist.loss,
          lambda small: mnist.weights([784, 64, 10], 0.1, rng()), digits_batch, digits_torch, digits_jax),
    Model("LeNet, 1 epoch", 600, (3.59, 3.03, 1.69, 3.54, 8.77), 0.1, lenet.loss,
          lambda small: lenet.weights(rng()), lenet_batch, lenet_torch, lenet_jax),
    Model("character LSTM, 1 epoch", 16, (2.25, 2.42, 2.23, 1.43, 2.86), 1.0, charlm.loss,
          charlm_weights, charlm_batch, charlm_torch, charlm_jax, carries=True),
)  # fmt: skip


# --- the three sides --------------------------------------------------------------------------------------------------


def ours(model: Model, device: Any, small: bool) -> Step:
    """An update on a device, an array module."""
    w, batch = to_device(model.weights(small), device), to_device(model.batch(small), device)
    optimiser = optim.SGD(model.lr)
    gradient = value_and_grad(model.loss, has_aux=True) if model.carries else grad(model.loss)

    def step() -> None:
        nonlocal w, batch
        found = gradient(w, *batch)
        if model.carries:
            (_, state), found = found
            batch = (state, *batch[1:])
        w = optimiser.update(w, found)

    return step


def loss_here(model: Model, small: bool) -> float:
    """The loss of the weights at the begin, on the host."""
    value = model.loss(model.weights(small), *model.batch(small))
    return float(value[0] if model.carries else value)


def in_torch(model: Model, small: bool, place: str) -> Step | None:
    """An update in PyTorch, operation by operation; None where it is not installed, or has no such device."""
    torch = _imported("torch")
    if torch is not None:  # single precision as it is in the others
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    if torch is None or place == "cuda" and not torch.cuda.is_available():
        return None
    move = _mover(lambda a: torch.tensor(a, device=place))
    w, batch = move(model.weights(small)), move(model.batch(small))
    leaves = _leaves(w)
    for leaf in leaves:
        leaf.requires_grad_(True)

    def step() -> float:
        value = model.torch(torch, w, *batch)
        with torch.no_grad():
            for leaf, bar in zip(leaves, torch.autograd.grad(value, leaves), strict=True):
                leaf -= model.lr * bar
        return value.detach()

    return step


def in_jax(model: Model, small: bool) -> Step | None:
    """An update in JAX, compiled as a whole; None where it is not installed."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the others need memory, too
    jax = _imported("jax")
    if jax is None:
        return None
    jax.config.update("jax_default_matmul_precision", "highest")  # single precision as it is in the others
    w, batch = jax.tree.map(jax.numpy.asarray, (model.weights(small), model.batch(small)))

    @jax.jit
    def update(w: Any, batch: Any) -> Any:
        value, bars = jax.value_and_grad(lambda w: model.jax(jax, w, *batch))(w)
        return value, jax.tree.map(lambda leaf, bar: leaf - model.lr * bar, w, bars)

    def step() -> Any:
        nonlocal w
        value, w = update(w, batch)
        return value

    return step


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _mover(move: Callable[[np.ndarray], Any]) -> Callable[[Any], Any]:
    def moved(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {key: moved(item) for key, item in tree.items()}
        if isinstance(tree, (list, tuple)):
            return type(tree)(map(moved, tree))
        return move(tree)

    return moved


def _leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for item in tree for leaf in _leaves(item)] if isinstance(tree, (list, tuple)) else [tree]
