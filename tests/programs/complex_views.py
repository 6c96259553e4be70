"""Complex arrays by their parts: what is stored into the one is seen in the other."""

import numpy as np

from .registry import program


@program(lambda d: (d.vec(4),))
def stores_into_both_parts(x):
    z = np.zeros(4, complex)
    z.real = x
    z.imag[:2] = x[2:] * x[:2]
    z *= 1j
    z.real[0] += x[3]
    part = z.imag
    part *= 2.0
    return np.sum(np.abs(z) ** 2)


@program(lambda d: (d.vec(3),))
def a_part_sees_what_is_stored_into_the_whole(x):
    z = x * (1 + 2j)
    part = np.imag(z)
    z[0] = x[1] * 1j
    return np.sum(part * x) + part[0] ** 2


@program(lambda d: (d.vec(3),))
def the_whole_sees_what_is_stored_into_a_part(x):
    z = np.zeros(3, complex)
    np.multiply(x, 2.0, out=z.imag)
    z[1:].imag[1] = x[0] * x[2]
    z.real += x
    np.add.at(z.imag, [0, 0, 1], x)
    return np.sum(np.abs(z) ** 4)


@program(lambda d: (d.vec(3),))
def imaginary_parts_in_a_list(x):
    z = x * np.exp(1j * x)
    held = [z.imag, z.real]
    held[0][1:] *= held[1][:-1]
    held.reverse()
    z[2] *= held[0][0] + 1j
    return np.sum(np.abs(z + held[1]) ** 2)


@program(lambda d: (d.vec(4),))
def real_numbers_as_pairs(x):
    y = x.copy()
    z = y.view(complex)
    z *= 1 + 2j
    z[1] = np.exp(z[0] / 4)
    pairs = z.view(float)
    pairs[1] += pairs[2] * x[3]
    return np.sum(y * y)


@program(lambda d: (d.vec(2, 2),))
def a_complex_matrix_by_rows(x):
    z = np.empty((2, 2), complex)
    for i, row in enumerate(z):
        row.real = x[i]
        row.imag = x[:, i] ** 2
    z.T.imag[0] -= x[0]
    w = z @ z
    return np.sum(w.real * w.imag) + w.imag[0, 1]
