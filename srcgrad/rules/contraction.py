"""einsum, in every form of its arguments, with its tangent and what its second derivative needs."""

from __future__ import annotations

import numpy as np
import srcgrad_runtime as rt

from .declare import adjoint, nondifferentiable, structural, tangent

nondifferentiable(np.einsum_path)


def _contractions(draw):
    yield ("ij,jk->ik", draw(2, 3), draw(3, 2)), {}
    yield ("ij,jk", draw(2, 3), draw(3, 2)), {}
    yield ("ji", draw(2, 3)), {}
    yield ("ii", draw(3, 3)), {}
    yield ("ii->i", draw(3, 3)), {}
    yield ("iij->j", draw(2, 2, 3)), {}
    yield ("ij->", draw(2, 3)), {}
    yield ("ij->i", draw(2, 3)), {}
    yield ("i,i->", draw(3), draw(3)), {}
    yield ("i,j,k->kij", draw(2), draw(3), draw(2)), {}
    yield ("ij, ij, i -> j", draw(2, 3), draw(2, 3), draw(2)), {}
    yield ("...ij,...jk->...ik", draw(2, 2, 3), draw(3, 2)), {}
    yield ("...i,...i", draw(2, 1, 3), draw(4, 3)), {}
    yield ("i...->...", draw(2, 3)), {}
    yield ("...", draw(2)), {}
    yield ("ij,jk->ik", draw(2, 1), draw(3, 2)), {}
    yield ("ij,k->i", draw(2, 3), draw(2)), {}
    yield (draw(2, 3), [0, 1], draw(3, 2), [1, 5], [0, 5]), {}
    yield (draw(2, 3), [3, 1], draw(3), [1]), {}
    yield (draw(2, 3), [Ellipsis, 1], draw(3), [1], [Ellipsis]), {"optimize": True}
    yield (",i->i", 0.5, draw(3)), {}
    yield ("ij,jk->ik", draw(2, 3), draw.complex(3, 2)), {"optimize": "greedy"}


structural(np.einsum, "*operands, out=None, optimize=False", ignored=("optimize",), cases=_contractions)


@adjoint(np.einsum)
def einsum_(operands, *, y_bar):
    return rt.einsum_adjoint(y_bar, operands)


@tangent(np.einsum)
def einsum_tangent_(operands, operands_dot):
    return rt.einsum_tangent(operands_dot, operands)


def _mixed(draw):
    yield (draw(2, 2), ("ij,jk->ik", draw(2, 3), draw(3, 2))), {}


structural(rt.einsum_adjoint, multilinear=("g",), cases=_mixed)
structural(
    rt.einsum_tangent,
    multilinear=("directions",),
    cases=lambda draw: [(((None, draw(2, 3), draw(3, 2)), ("ij,jk->ik", draw(2, 3), draw(3, 2))), {})],
)


@adjoint(rt.einsum_adjoint, "g")
def einsum_adjoint_g(operands, *, y_bar):
    return rt.einsum_tangent(y_bar, operands)


@adjoint(rt.einsum_adjoint, "operands")
def einsum_adjoint_operands(g, operands, *, y_bar):
    return rt.einsum_mixed(g, y_bar, operands)


@tangent(rt.einsum_adjoint, "operands")
def einsum_adjoint_tangent(g, operands, operands_dot):
    return rt.einsum_mixed(g, operands_dot, operands)


@adjoint(rt.einsum_tangent, "directions")
def einsum_tangent_dots(operands, *, y_bar):
    return rt.einsum_adjoint(y_bar, operands)


@adjoint(rt.einsum_tangent, "operands")
def einsum_tangent_operands(directions, operands, *, y_bar):
    return rt.einsum_mixed(y_bar, directions, operands)


@tangent(rt.einsum_tangent, "operands")
def einsum_tangent_tangent(directions, operands, operands_dot):
    return rt.einsum_second(directions, operands_dot, operands)
