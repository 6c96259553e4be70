# Gradient of entropy with respect to p, from source.py

import numpy as np


def entropy(p):
    terms = np.zeros(p.shape)
    t = p > 0  # np.log(p, out=terms, where=p > 0)
    t_4 = p[t]
    t_5 = np.log(t_4)
    terms[t] = t_5
    t_6 = np.multiply(terms, p)  # np.multiply(terms, p, out=terms)
    terms[...] = t_6
    t_2 = terms * terms  # return np.sum(terms * terms)
    t_3 = np.sum(t_2)
    return t_3
