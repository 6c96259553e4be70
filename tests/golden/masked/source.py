import numpy as np


def entropy(p):
    terms = np.zeros(p.shape)
    np.log(p, out=terms, where=p > 0)
    np.multiply(terms, p, out=terms)
    return np.sum(terms * terms)
