"""What the walk over the table does not show: ties, parts that are None, mixed kinds, layouts, refusals, ranks."""

import numpy as np
import pytest
import srcgrad_runtime as rt

from srcgrad import rules

from . import harness

random = np.random.default_rng(7)


def adjoint(function, *args, y_bar, **kwargs):
    return harness.adjoint_of(rules.lookup(function), args, kwargs, y_bar)


def text_for(function, parameter, given=(), ranks=()):
    """The name of the adjoint function that a call with these arguments and ranks takes."""
    return rules.lookup(function).choose_adjoint(parameter, given, ranks).function


# ties share evenly


def test_equal_entries_share_in_sort_partition_and_unique():
    a = np.array([2.0, 1.0, 2.0, 0.0, 2.0])
    g = np.array([1.0, 10.0, 3.0, 5.0, 7.0])
    assert np.array_equal(adjoint(np.sort, a, y_bar=g)["a"], [5.0, 10.0, 5.0, 1.0, 5.0])
    y = np.partition(a, 2)
    shares = adjoint(np.partition, a, 2, y_bar=g)["a"]
    assert np.isclose(shares[0], g[y == 2].mean()) and shares[0] == shares[2] == shares[4]
    assert np.isclose(shares.sum(), g.sum())
    assert np.allclose(adjoint(np.unique, a, y_bar=np.array([1.0, 2.0, 6.0]))["ar"], [2.0, 2.0, 2.0, 1.0, 2.0])


def test_ties_do_not_cross_from_row_to_row():
    a = np.array([[1.0, 3.0], [3.0, 4.0]])  # sorted rows end and begin with the same number
    g = np.array([[1.0, 2.0], [5.0, 7.0]])
    assert np.array_equal(adjoint(np.sort, a, y_bar=g)["a"], g)
    assert np.array_equal(adjoint(np.sort, a.T, 0, y_bar=g.T)["a"], g.T)


# parts that are None


def test_parts_without_an_adjoint_are_zero():
    x = random.standard_normal((4, 2))
    g = random.standard_normal((2, 2))
    assert np.array_equal(adjoint(np.split, x, 2, y_bar=[None, g])["ary"], np.vstack((np.zeros((2, 2)), g)))
    if hasattr(np, "unstack"):
        rows = (None, None, g[0], None)
        assert np.array_equal(adjoint(np.unstack, x, y_bar=rows)["x"][2], g[0])
    found = adjoint(np.meshgrid, np.ones(2), np.ones(3), y_bar=(None, np.ones((3, 2))))["xi"]
    assert found[0] is None and np.array_equal(found[1], [2.0, 2.0, 2.0])
    found = adjoint(np.broadcast_arrays, 1.0, np.ones(3), y_bar=(np.ones(3), None))["args"]
    assert found[0] == 3.0 and found[1] is None
    assert np.array_equal(rt.filled([None, [1.0, None]], [np.ones(2), [2.0, 3.0]])[1], [1.0, 0.0])


def test_sections_that_overlap_add_up():
    x = np.arange(4.0)
    parts = np.split(x, [3, 1])
    g = [np.ones(len(p)) for p in parts]
    assert np.array_equal(adjoint(np.split, x, [3, 1], y_bar=g)["ary"], [1.0, 2.0, 2.0, 1.0])


# mixed kinds


def test_pieces_have_the_kind_of_their_array():
    low, high, pair = np.ones(2, np.float32), np.ones(3), [1.0, 2]
    found = adjoint(np.concatenate, [low, high, pair], y_bar=np.arange(7.0))["arrays"]
    assert found[0].dtype == np.float32 and found[1].dtype == np.float64
    assert isinstance(found[2], list) and found[2] == [5.0, 6.0]
    real, complex_ = adjoint(np.stack, [np.ones(2), np.ones(2, complex)], y_bar=np.full((2, 2), 1 + 2j))["arrays"]
    assert real.dtype == float and complex_.dtype == complex


@pytest.mark.parametrize("function", [np.matmul, np.dot, np.inner])
def test_a_real_factor_of_a_complex_one_gets_a_real_adjoint(function):
    a, b = random.standard_normal((2, 2, 3)), random.standard_normal((2, 3, 3)) + 1j
    y = function(a, b)
    rule = rules.lookup(function)
    found = harness.adjoint_of(rule, (a, b), {}, np.ones_like(y) * (1 + 1j))
    first, second = rule.differentiable
    assert found[first].dtype == float and found[second].dtype == complex


def test_conversions_to_integers_cut_the_gradient():
    x = np.array([0.5, 1.5])
    for function in (np.array, np.asarray, rt.astype):
        assert np.array_equal(list(adjoint(function, x, int, y_bar=np.ones(2)).values())[0], [0.0, 0.0])
    assert adjoint(np.full, 3, 0.5, int, y_bar=np.ones(3))["fill_value"] == 0.0
    assert adjoint(np.full_like, np.ones(3, int), 0.5, y_bar=np.ones(3))["fill_value"] == 0.0
    low = adjoint(rt.astype, np.ones(2, np.float32), np.float64, y_bar=np.ones(2))["x"]
    assert low.dtype == np.float32
    real = adjoint(rt.astype, x, complex, y_bar=np.ones(2) * 1j)["x"]
    assert real.dtype == float and np.array_equal(real, [0.0, 0.0])


# layouts and modes


def test_order_a_reads_memory_as_numpy_does():
    g = np.arange(6.0)
    a = np.asfortranarray(np.ones((2, 3)))
    for order in ("A", "K", "F"):
        back = adjoint(np.ravel, a, order, y_bar=g)["a"]
        assert np.array_equal(np.ravel(np.asfortranarray(back), order), g)
    turned = np.arange(24.0).reshape(4, 6)[::2, ::2].T
    back = adjoint(np.ravel, turned, "K", y_bar=turned.ravel("K"))["a"]
    assert np.array_equal(back, turned)


def test_padding_by_a_function_is_refused_when_it_runs():
    with pytest.raises(ValueError, match="mode"):
        adjoint(np.pad, np.ones(3), 1, lambda *_: None, y_bar=np.ones(5))


def test_padding_with_nothing_has_no_derivative():
    back = adjoint(np.pad, np.ones(3), (1, 2), "empty", y_bar=np.arange(6.0))
    assert np.array_equal(back["array"], [1.0, 2.0, 3.0])


def test_a_polynomial_that_loses_its_leading_coefficient_is_refused():
    with pytest.raises(ValueError, match="np.convolve"):
        adjoint(np.polymul, np.array([0.0, 1.0]), np.array([1.0, 2.0]), y_bar=np.ones(2))


@pytest.mark.parametrize("widths", [{0: 1}, {-1: (2, 1)}, {0: (0, 2), 1: 1}])
def test_pad_widths_by_axis(widths):
    try:
        y = np.pad(np.ones((2, 3)), widths)
    except TypeError:
        pytest.skip("this NumPy has no widths by axis")
    g = random.standard_normal(y.shape)
    back = adjoint(np.pad, np.ones((2, 3)), widths, y_bar=g)["array"]
    assert np.array_equal(back.ravel(), g[y == 1])


def test_transposing_by_a_method_takes_axes_in_every_form():
    for axes in ((1, 2, 0), ((1, 2, 0),), ([1, 2, 0],), (1, 2, -3)):
        assert rt.inverse_axes(axes) == (2, 0, 1)
    assert rt.inverse_axes(()) is None and rt.inverse_axes((None,)) is None


# einsum against a loop over all indices


SUBSCRIPTS = [
    "ij,jk->ik",
    "iij,j->i",
    "ii,ij->j",
    "i,i,i->",
    "ij->ji",
    "ab,ba,a",
    "i...,...->i...",
    "...ii->...i",
    "aab->",
]


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_second_derivatives_of_einsum_are_symmetric_and_match_differences(subscripts):
    terms = subscripts.split("->")[0].split(",")
    arrays = [random.standard_normal((2,) * (len(t.replace("...", "")) + t.count("..."))) for t in terms]
    operands = (subscripts, *arrays)
    first, second = ([None, *(random.standard_normal(a.shape) for a in arrays)] for _ in range(2))
    g = random.standard_normal(np.einsum(*operands).shape)
    pairing = np.sum(g * rt.einsum_second(first, second, operands)) if len(arrays) > 1 else 0.0
    for one, other in ((first, second), (second, first)):
        mixed = rt.einsum_mixed(g, one, operands)
        assert np.isclose(
            sum(np.sum(m * d) for m, d in zip(mixed, other, strict=True) if m is not None and d is not None), pairing
        )
    step = 1e-5

    def slope(sign):
        moved = (subscripts, *(a + sign * step * d for a, d in zip(arrays, second[1:], strict=True)))
        return np.sum(g * rt.einsum_tangent(first, moved))

    assert np.isclose((slope(1) - slope(-1)) / (2 * step), pairing, atol=1e-6)


def test_einsum_piece_is_that_of_the_whole():
    a, b, c = (random.standard_normal((2, 2)) for _ in range(3))
    for operands in (("ij,jk,kl->il", a, b, c), (a, [0, 1], b, [1, 2], c, [2, 3], [0, 3])):
        whole = rt.einsum_adjoint(np.ones((2, 2)), operands)
        for i, part in enumerate(whole):
            if part is not None:
                assert np.array_equal(part, rt.einsum_operand_adjoint(np.ones((2, 2)), operands, i))
        assert [part is None for part in whole] == [not isinstance(x, np.ndarray) for x in operands]


def test_einsum_of_size_one_axes_is_summed_back():
    a, b = random.standard_normal((2, 1)), random.standard_normal((3, 4))
    if np.shape(np.einsum("ij,jk->ik", a, b)) == (2, 4):
        found = rt.einsum_adjoint(np.ones((2, 4)), ("ij,jk->ik", a, b))
        assert found[1].shape == a.shape and np.allclose(found[1], np.sum(b))


# the texts for known ranks


def test_known_ranks_give_the_text_that_an_expert_writes():
    assert text_for(np.matmul, "x1", ("x2",), (2, 2)).__name__ == "matmul_x1_matrices"
    assert text_for(np.matmul, "x1", ("x2",), (3, 3)).__name__ == "matmul_x1"
    assert text_for(np.dot, "b", ("a",), (1, 1)).__name__ == "dot_b_vectors"
    assert text_for(np.transpose, "a").__name__ == "transpose_"
    assert text_for(np.transpose, "a", ("axes",)).__name__ == "transpose_axes"
    assert text_for(np.reshape, "a", ("shape",), (2,)).__name__ == "reshape_2"
    assert text_for(np.reshape, "a", ("shape", "order"), (2,)).__name__ == "reshape_ordered"
    assert rules.lookup(np.concatenate).choose_adjoint("arrays", ("dtype",)) is None


def test_methods_and_attributes_name_functions_with_rules():
    for name in (
        "reshape",
        "ravel",
        "flatten",
        "transpose",
        "squeeze",
        "repeat",
        "take",
        "trace",
        "astype",
        "item",
        "tolist",
    ):
        assert rules.lookup(rules.method(name).function) is not None
    assert rules.method("reshape").pack == "shape"
    assert rules.attribute("T") is np.transpose and rules.attribute("mT") is np.matrix_transpose
    assert rules.is_nondifferentiable(rules.method("argsort").function)


def test_linear_in_large_arrays():
    """The adjoint of a list of many numbers, and of one index out of many, does not cost more than the list."""
    numbers = [0.5] * 20_000
    assert rt.array_adjoint(np.ones(20_000), numbers) == [1.0] * 20_000
