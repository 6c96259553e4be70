"""Operations of neural networks on plain arrays, each beside its adjoint: `import srcgrad_runtime.nn as nn`.

Use them in ordinary functions like those of NumPy. Arrays are channels first, (N, C, *size), sequences are time first,
(T, N, D). The dtype of the arguments is kept. Shapes that do not fit raise ValueError with the shapes and the rule.

    convolution     conv, conv_transpose
    pooling         max_pool, avg_pool, unpool, max_unpool
    activations     relu, leaky_relu, elu, selu, gelu, silu, softplus, sigmoid, tanh
    scores          softmax, log_softmax, logsumexp, cross_entropy, nll, bce
    normalisation   batch_norm, batch_statistics, layer_norm, dropout
    sequences       embedding, rnn_step, gru_step, lstm_step, rnn, gru, lstm, attention, causal
"""

# ruff: noqa: F403, F405
from .activations import *
from .convolution import *
from .normalisation import *
from .pooling import *
from .recurrent import *
from .regularisation import *
from .scans import *
from .scores import *
from .tokens import *

# what a user calls; the adjoints and tangents, which emitted programs call, are here under their names as well
__all__ = [
    "attention", "avg_pool", "avg_unpool", "batch_norm", "batch_statistics", "bce", "causal", "conv", "conv_transpose",
    "cross_entropy", "dropout", "elu", "embedding", "gelu", "gru", "gru_step", "layer_norm", "leaky_relu", "log_softmax",
    "logsumexp", "lstm", "lstm_step", "max_pool", "max_unpool", "nll", "one_hot", "relu", "rnn", "rnn_step", "selu",
    "sigmoid", "silu", "softmax", "softplus", "standardise", "tanh", "unpool",
]  # fmt: skip
