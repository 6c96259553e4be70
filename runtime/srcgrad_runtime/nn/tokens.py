"""Words as vectors: embedding (rows of a table by number), and scaled dot-product attention between them.

Attention is that of A. Vaswani et al. 2017, eq. 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import scores
from .shapes import are_broadcast, beside, require

__all__ = ["attention", "causal", "embedding"]


def embedding(w: Any, ids: Any) -> Any:
    """The rows of w (V, D) with the numbers `ids` (...): (..., D). A row asked for twice gets both adjoints.

    Raises ValueError if w is no table, or ids are not whole numbers from 0 to V - 1.
    """
    return w[checked_ids(w, ids)]


def checked_ids(w: Any, ids: Any) -> Any:
    """`ids` as an array, if they are numbers of rows of w."""
    ids = beside(ids, w)
    shapes = f"embedding: w has shape {np.shape(w)}, ids have shape {np.shape(ids)} and dtype {ids.dtype}"
    require(np.ndim(w) == 2, f"{shapes}; w must be (V, D)")
    require(ids.dtype.kind in "iu", f"{shapes}; ids must be whole numbers")
    if ids.size:
        low, high = int(np.min(ids)), int(np.max(ids))
        require(low >= 0 and high < len(w), f"{shapes}; ids go from {low} to {high}, w has rows 0 to {len(w) - 1}")
    return ids


def attention(q: Any, k: Any, v: Any, mask: Any = None) -> Any:
    """softmax(q @ k.T / sqrt(D)) @ v for queries q (..., T, D), keys k (..., S, D), values v (..., S, E): (..., T, E).

    `mask`, (T, S) or what broadcasts with (..., T, S), is true where a query may see a key; a query that sees none gets
    zeros. `causal(T)` is the mask with which a place sees itself and what is before it. Raises ValueError if shapes do
    not fit, or the mask is not of truth values.
    """
    size = attention_sizes(np.shape(q), np.shape(k), np.shape(v))
    x = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(size))
    if mask is None:
        return scores.softmax(x) @ v
    mask = checked_mask(mask, x)
    seeing = np.any(mask, axis=-1, keepdims=True)
    x = np.where(mask | ~seeing, x, -np.inf)
    return np.where(seeing, scores.softmax(x) @ v, 0)


def checked_mask(mask: Any, x: Any) -> Any:
    """The mask as truth values, where x lives, if it broadcasts with x (..., T, S)."""
    mask = beside(mask, x)
    shapes = f"attention: the mask has shape {mask.shape}, the scores have shape {np.shape(x)}"
    require(mask.ndim >= 1 and are_broadcast(mask.shape, np.shape(x)), f"{shapes}; the mask must broadcast with them")
    # a mask of numbers that are added to the scores has zeros where this one is true
    kind = f"attention: the mask has dtype {mask.dtype}; it must be of truth values, true where a query may see a key"
    require(mask.dtype.kind == "b", kind)
    return mask


def causal(length: int) -> Any:
    """The mask (length, length) that is true on and below the diagonal."""
    return np.tri(length, dtype=bool)


def attention_sizes(q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...]) -> int:
    """The number of entries of a query, if the shapes fit."""
    shapes = f"attention: q has shape {q}, k has shape {k}, v has shape {v}"
    require(min(len(q), len(k), len(v)) >= 2, f"{shapes}; each must have two axes at least")
    require(q[-1] == k[-1], f"{shapes}; queries and keys must have as many entries: {q[-1]} is not {k[-1]}")
    require(k[-2] == v[-2], f"{shapes}; there must be a value for each key: {v[-2]} are not {k[-2]}")
    require(are_broadcast(q[:-2], k[:-2], v[:-2]), f"{shapes}; the axes before the last two must broadcast")
    return max(1, q[-1])
