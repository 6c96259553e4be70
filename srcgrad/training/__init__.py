"""What training needs besides gradients and optimisers: batches, accuracy, first weights, files.

rng = np.random.default_rng(1)
w = [training.xavier(rng, (784, 64)), np.zeros(64, np.float32), training.xavier(rng, (64, 10)), np.zeros(10, np.float32)]
for epoch in range(10):
    for x_batch, y_batch in training.minibatches(100, x, y, rng=rng):
        w = optimiser.update(w, lossgradient(w, x_batch, y_batch))
    training.save("weights.npz", w)
"""

from .batches import accuracy, minibatches, one_hot
from .files import load, save
from .initialisers import he, normal, orthogonal, xavier

__all__ = ["accuracy", "he", "load", "minibatches", "normal", "one_hot", "orthogonal", "save", "xavier"]
