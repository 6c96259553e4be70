"""The sequences of `srcgrad_runtime.nn`: rnn, gru and lstm over time."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt
from srcgrad_runtime import nn

from .declare import adjoint, structural, tangent

# ---- rnn -------------------------------------------------------------------------------------------------------------

structural(nn.rnn_scan, cases=lambda draw: [((draw(3, 2, 2), draw(2, 3), draw(5, 3), draw(3)), {})])


@adjoint(nn.rnn_scan, "x")
def rnn_scan_x(x, h, w, b, *, y, y_bar):
    return rt.nn.rnn_adjoint(y_bar, y, h, w)[0] @ w[: x.shape[2]].T


@adjoint(nn.rnn_scan, "h")
def rnn_scan_h(x, h, w, b, *, y, y_bar):
    return rt.nn.rnn_adjoint(y_bar, y, h, w)[1]


@adjoint(nn.rnn_scan, "w")
def rnn_scan_w(x, h, w, b, *, y, y_bar):
    return rt.nn.scan_weights(x, h, y, rt.nn.rnn_adjoint(y_bar, y, h, w)[0])


@adjoint(nn.rnn_scan, "b")
def rnn_scan_b(x, h, w, b, *, y, y_bar):
    return np.sum(rt.nn.rnn_adjoint(y_bar, y, h, w)[0], axis=(0, 1))


@tangent(nn.rnn_scan, "x")
def rnn_scan_x_tangent(x_dot, h, w, b, *, y):
    return rt.nn.rnn_tangent(y, h, w, x_dot @ w[: x_dot.shape[2]])


@tangent(nn.rnn_scan, "h")
def rnn_scan_h_tangent(x, h, h_dot, w, b, *, y):
    return rt.nn.rnn_tangent(y, h, w, None, h_dot)


@tangent(nn.rnn_scan, "w")
def rnn_scan_w_tangent(x, h, w, w_dot, b, *, y):
    return rt.nn.rnn_tangent(y, h, w, rt.nn.scan_inputs(x, h, y, w_dot))


@tangent(nn.rnn_scan, "b")
def rnn_scan_b_tangent(x, h, w, b_dot, *, y):
    return rt.nn.rnn_tangent(y, h, w, np.broadcast_to(b_dot, np.shape(y)))


# ---- gru -------------------------------------------------------------------------------------------------------------

structural(nn.gru_scan, cases=lambda draw: [((draw(3, 2, 2), draw(2, 3), draw(5, 9), draw(9)), {})])


@adjoint(nn.gru_scan, "x")
def gru_scan_x(x, h, w, b, *, y, y_bar):
    return rt.nn.gru_adjoint(y_bar, y, h, w)[0] @ w[: x.shape[2]].T


@adjoint(nn.gru_scan, "h")
def gru_scan_h(x, h, w, b, *, y, y_bar):
    return rt.nn.gru_adjoint(y_bar, y, h, w)[1]


@adjoint(nn.gru_scan, "w")
def gru_scan_w(x, h, w, b, *, y, y_bar):
    return rt.nn.gru_weights(x, h, y, rt.nn.gru_adjoint(y_bar, y, h, w)[0])


@adjoint(nn.gru_scan, "b")
def gru_scan_b(x, h, w, b, *, y, y_bar):
    return np.sum(rt.nn.gru_adjoint(y_bar, y, h, w)[0], axis=(0, 1))


@tangent(nn.gru_scan, "x")
def gru_scan_x_tangent(x_dot, h, w, b, *, y):
    return rt.nn.gru_tangent(y, h, w, x_dot @ w[: x_dot.shape[2]])


@tangent(nn.gru_scan, "h")
def gru_scan_h_tangent(x, h, h_dot, w, b, *, y):
    return rt.nn.gru_tangent(y, h, w, None, h_dot)


@tangent(nn.gru_scan, "w")
def gru_scan_w_tangent(x, h, w, w_dot, b, *, y):
    return rt.nn.gru_tangent(y, h, w, rt.nn.gru_inputs(x, h, y, w_dot))


@tangent(nn.gru_scan, "b")
def gru_scan_b_tangent(x, h, w, b_dot, *, y):
    return rt.nn.gru_tangent(y, h, w, np.broadcast_to(b_dot, y[1].shape))


# ---- lstm ------------------------------------------------------------------------------------------------------------

structural(
    nn.lstm_scan,
    cases=lambda draw: [((draw(3, 2, 2), draw(2, 3), draw(2, 3), draw(5, 12), draw(12)), {})],
)


@adjoint(nn.lstm_scan, "x")
def lstm_scan_x(x, h, c, w, b, *, y, y_bar):
    return rt.nn.lstm_adjoint(y_bar, y, h, c, w)[0] @ w[: x.shape[2]].T


@adjoint(nn.lstm_scan, "h")
def lstm_scan_h(x, h, c, w, b, *, y, y_bar):
    return rt.nn.lstm_adjoint(y_bar, y, h, c, w)[1]


@adjoint(nn.lstm_scan, "c")
def lstm_scan_c(x, h, c, w, b, *, y, y_bar):
    return rt.nn.lstm_adjoint(y_bar, y, h, c, w)[2]


@adjoint(nn.lstm_scan, "w")
def lstm_scan_w(x, h, c, w, b, *, y, y_bar):
    return rt.nn.scan_weights(x, h, y[0], rt.nn.lstm_adjoint(y_bar, y, h, c, w)[0])


@adjoint(nn.lstm_scan, "b")
def lstm_scan_b(x, h, c, w, b, *, y, y_bar):
    return np.sum(rt.nn.lstm_adjoint(y_bar, y, h, c, w)[0], axis=(0, 1))


@tangent(nn.lstm_scan, "x")
def lstm_scan_x_tangent(x_dot, h, c, w, b, *, y):
    return rt.nn.lstm_tangent(y, h, c, w, x_dot @ w[: x_dot.shape[2]])


@tangent(nn.lstm_scan, "h")
def lstm_scan_h_tangent(x, h, h_dot, c, w, b, *, y):
    return rt.nn.lstm_tangent(y, h, c, w, None, h_dot)


@tangent(nn.lstm_scan, "c")
def lstm_scan_c_tangent(x, h, c, c_dot, w, b, *, y):
    return rt.nn.lstm_tangent(y, h, c, w, None, None, c_dot)


@tangent(nn.lstm_scan, "w")
def lstm_scan_w_tangent(x, h, c, w, w_dot, b, *, y):
    return rt.nn.lstm_tangent(y, h, c, w, rt.nn.scan_inputs(x, h, y[0], w_dot))


@tangent(nn.lstm_scan, "b")
def lstm_scan_b_tangent(x, h, c, w, b_dot, *, y):
    return rt.nn.lstm_tangent(y, h, c, w, np.broadcast_to(b_dot, y[2].shape))
