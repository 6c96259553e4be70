# Gradient of run with respect to states and inputs, from source.py

import numpy as np
import srcgrad_runtime as rt


def cell_forward(x, hidden, memory):
    memory_2 = memory * hidden + x  # memory = memory * hidden + x
    t_2 = np.tanh(hidden)  # return memory * np.tanh(hidden), memory
    return (memory_2 * t_2, memory_2), (hidden, memory, memory_2, t_2)


def cell_reverse(hidden, memory, memory_2, t_2, t_4_bar):
    t_3_bar = t_4_bar[0]  # return memory * np.tanh(hidden), memory
    memory_2_bar = t_4_bar[1] + t_3_bar * t_2
    hidden_bar = t_3_bar * memory_2 * (1 - t_2 * t_2) + memory_2_bar * memory
    return memory_2_bar, hidden_bar, memory_2_bar * hidden


def run_grad(states, inputs):
    states_saved = []
    states_saved_2 = []
    cell_saved_saved = []
    x_saved = []
    for t in range(len(inputs)):
        x = inputs[t]
        for layer in range(0, len(states), 2):
            # states[layer], states[layer + 1] = cell(x, states[layer], states[layer + 1])
            (t_5, t_6), cell_saved = cell_forward(x, states[layer], states[layer + 1])
            states_saved.append(states[layer].copy())
            states[layer] = t_5
            states_saved_2.append(states[layer + 1].copy())
            states[layer + 1] = t_6
            x = states[layer]
            cell_saved_saved.append(cell_saved)
        x_saved.append(x)  # for layer in range(0, len(states), 2):
    states_final = states.copy()  # return np.sum(states)
    inputs_bar = rt.zeros_like(inputs)  # for t in range(len(inputs)):
    states_bar = rt.copy(rt.expand(1.0, np.shape(states)))
    for t in reversed(range(len(inputs))):
        x = x_saved.pop()  # for layer in range(0, len(states), 2):
        x_bar = rt.zeros_like(x)
        for layer in reversed(range(0, len(states), 2)):
            cell_saved_2 = cell_saved_saved.pop()  # x = states[layer]
            states_bar[layer] += x_bar
            # states[layer], states[layer + 1] = cell(x, states[layer], states[layer + 1])
            states[layer + 1] = states_saved_2.pop()
            t_6_bar = states_bar[layer + 1].copy()
            states_bar[layer + 1] = 0.0
            states[layer] = states_saved.pop()
            t_5_bar = states_bar[layer].copy()
            states_bar[layer] = 0.0
            x_bar, hidden_bar, memory_bar = cell_reverse(*cell_saved_2, (t_5_bar, t_6_bar))
            states_bar[layer + 1] += memory_bar
            states_bar[layer] += hidden_bar
        inputs_bar[t] += x_bar  # x = inputs[t]
    states[...] = states_final  # return np.sum(states)
    return states_bar, inputs_bar
