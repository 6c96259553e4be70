# Gradient of squared_error with respect to params, from source.py

import numpy as np
import srcgrad_runtime as rt


def network_forward(params, inputs):
    inputs_saved = []
    for k in range(0, len(params), 2):
        inputs_saved.append(inputs)
        inputs = inputs @ params[k] + params[k + 1]
        if k + 2 < len(params):
            inputs = np.maximum(0, inputs)
    return inputs, (params, inputs, inputs_saved)


def network_reverse(params, inputs, inputs_saved, inputs_bar):
    params_bar = [None] * len(params)  # for k in range(0, len(params), 2):
    for k in reversed(range(0, len(params), 2)):
        if k + 2 < len(params):
            inputs_bar = inputs_bar * (inputs > 0)  # inputs = np.maximum(0, inputs)
        inputs = inputs_saved.pop()  # inputs = inputs @ params[k] + params[k + 1]
        params_bar[k + 1] = np.sum(inputs_bar, axis=0)
        params_bar[k] = inputs.T @ inputs_bar
        if k > 0:
            inputs_bar = inputs_bar @ params[k].T
    return params_bar


def squared_error_grad(params, inputs, targets):
    # return np.sum((network(params, inputs) - targets) ** 2)
    t, network_saved = network_forward(params, inputs)
    params_bar = network_reverse(*network_saved, 2.0 * (t - targets))
    return rt.gradient(params_bar, params)
