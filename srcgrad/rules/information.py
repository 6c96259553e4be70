"""Functions of NumPy that tell, print, read or write: nothing is differentiated through them."""

from __future__ import annotations

import numpy as np

from .declare import adjoint, nondifferentiable, refused, structural, tangent

nondifferentiable(
    np.array2string, np.array_repr, np.array_str, np.base_repr, np.binary_repr, np.format_float_positional,
    np.format_float_scientific, np.datetime_as_string, np.datetime_data, np.get_printoptions, np.set_printoptions,
    np.can_cast, np.common_type, np.finfo, np.iinfo, np.isdtype, np.issubdtype, np.isfortran, np.isscalar, np.iterable,
    np.min_scalar_type, np.mintypecode, np.promote_types, np.result_type, np.typename, np.may_share_memory,
    np.shares_memory, np.geterr, np.seterr, np.errstate, np.geterrcall, np.seterrcall, np.getbufsize, np.setbufsize, np.get_include,
    np.info, np.show_config, np.show_runtime, np.busday_count, np.busday_offset, np.is_busday, np.packbits,
    np.unpackbits, np.save, np.savetxt, np.savez, np.savez_compressed, np.load, np.loadtxt, np.genfromtxt,
    np.fromfile, np.fromregex,
    np.bartlett, np.blackman, np.hamming, np.hanning, np.digitize, np.einsum_path,
)  # fmt: skip
for _name in ("__array_namespace_info__", "test", "fromstring"):
    if hasattr(np, _name):
        nondifferentiable(getattr(np, _name))
refused(np.frombuffer, "it shares the memory of its argument; use np.array, a slice or x.view")
refused(np.from_dlpack, "it shares the memory of its argument; use np.array or a slice")
for _name in ("asmatrix", "bmat"):
    refused(getattr(np, _name), "matrices multiply by *; use two-dimensional arrays and @")


def _counts(draw):
    yield (np.array([0, 2, 2, 1]), draw(4)), {}
    yield (np.array([0, 2]), draw(2)), {"minlength": 5}


# without weights it counts, which has no derivative
structural(np.bincount, "x, /, weights=None, minlength=0", ignored=("minlength",), cases=_counts)


@adjoint(np.bincount, "weights")
def bincount_weights(x, *, y_bar):
    return y_bar[x]


@tangent(np.bincount, "weights")
def bincount_weights_tangent(weights_dot, x, minlength=0):
    return np.bincount(x, weights_dot, minlength)
