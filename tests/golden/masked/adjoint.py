# Gradient of entropy with respect to p, from source.py

import numpy as np


def entropy_grad(p):
    terms = np.zeros(p.shape)
    t = p > 0  # np.log(p, out=terms, where=p > 0)
    t_4 = p[t]
    terms[t] = np.log(t_4)
    terms_before = terms[...].copy()  # np.multiply(terms, p, out=terms)
    terms[...] = np.multiply(terms, p)
    terms_bar = 2.0 * terms  # return np.sum(terms * terms)
    terms[...] = terms_before  # np.multiply(terms, p, out=terms)
    t_6_bar = terms_bar
    terms_bar = terms_bar * p
    p_bar = t_6_bar * terms
    t_5_bar = terms_bar[t]  # np.log(p, out=terms, where=p > 0)
    terms_bar[t] = 0.0
    p_bar[t] += t_5_bar / t_4
    return p_bar
