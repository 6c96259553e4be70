import numpy as np


def cell(x, hidden, memory):
    memory = memory * hidden + x
    return memory * np.tanh(hidden), memory


def run(states, inputs):
    for t in range(len(inputs)):
        x = inputs[t]
        for layer in range(0, len(states), 2):
            states[layer], states[layer + 1] = cell(x, states[layer], states[layer + 1])
            x = states[layer]
    return np.sum(states)
