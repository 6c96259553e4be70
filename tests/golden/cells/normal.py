# Gradient of run with respect to states and inputs, from source.py

import numpy as np


def run(states, inputs):
    for t in range(len(inputs)):
        x = inputs[t]
        for layer in range(0, len(states), 2):
            # states[layer], states[layer + 1] = cell(x, states[layer], states[layer + 1])
            t_2 = states[layer]
            t_3 = states[layer + 1]
            t_4 = cell(x, t_2, t_3)
            t_5 = t_4[0]
            states[layer] = t_5
            t_6 = t_4[1]
            states[layer + 1] = t_6
            x = states[layer]
    t_7 = np.sum(states)  # return np.sum(states)
    return t_7
