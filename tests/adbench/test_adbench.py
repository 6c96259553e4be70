"""The objectives of ADBench and their derivatives: its published answers, differences, and both modes against each other."""

import numpy as np
import pytest

import srcgrad
from srcgrad import testing

from . import inputs, objectives

# the answers are those of ADBench's own tests
GMM_VALUE = 8.07380408004975791
GMM_GRADIENT = [
    1.08662855508652456e-01, -7.41270039523898472e-01, 6.32607184015246071e-01, 1.11692576532787013e00, 1.63333013551455269e-01,
    -2.19989824071193142e-02, 2.27778292254236098e-01, 1.20963025612832187, -6.06375920733956339e-02, 2.58529994051162237,
    1.12632694524213789e-01, 3.85744309849611777e-01, 7.35180573182305508e-02, 5.41836362715595232, -3.21494409677446469e-01,
    1.71892309775004937, 8.60091090790866875e-01, -9.94640930466322848e-01,
]  # fmt: skip
CAMERA_ROW = [
    228.877202208246757, 634.574811495545418, -782.222866259340549, 2.42892615607159668, -11.7828079628011313, 2.54169312487743460,
    -1.03657084958518086, 0.417022, 0, -350.739521096005205, -912.107773668008576,
]  # fmt: skip
POINT_ROW = [-2.42892615607159668, 11.7828079628011313, -2.54169312487743460]
HAND = [1.65193147941611551e-01, -1.74542769272742593e-01, 1.54751161622253441e-01, -1.25651749731793605e-01,
        -4.25102935355075040e-02, -1.30665781132340175e-01]  # fmt: skip
TRIANGLES = [0.15618766169646370, -0.14930052600332222, 0.17223808982645483, -0.098877045184959655, -0.016123803546210125,
             -0.19758676846557965]  # fmt: skip


@pytest.mark.parametrize("objective", [objectives.gmm, objectives.gmm_by_loops])
def test_gaussian_mixture(files, objective):
    value, gradients = srcgrad.value_and_grad(objective, argnums=(0, 1, 2))(*inputs.gmm(files / "gmm" / "test.txt"))
    assert abs(value - GMM_VALUE) < 1e-8
    assert np.max(np.abs(np.concatenate([g.ravel() for g in gradients]) - GMM_GRADIENT)) < 1e-8


def test_both_mixtures_agree_on_a_larger_file(files):
    args = inputs.gmm(files / "gmm" / "1k" / "gmm_d2_K5.txt")
    first = srcgrad.grad(objectives.gmm, argnums=(0, 1, 2))(*args)
    second = srcgrad.grad(objectives.gmm_by_loops, argnums=(0, 1, 2))(*args)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_bundle_adjustment(files):
    cameras, points, weights, features = inputs.ba(files / "ba" / "test.txt")
    errors, zaches = objectives.reprojection_errors(cameras, points, weights, features)
    np.testing.assert_allclose(errors, [[-2.69048849235189402e-01, 2.59944792677901881e-01]] * 10, rtol=1e-12)
    np.testing.assert_allclose(zaches, [8.26092651515999976e-01] * 10, rtol=1e-12)
    one = cameras[0], points[0], weights[0], features[0]
    by_camera, by_point, by_weight = srcgrad.jacobian(objectives.reprojection_error, argnums=(0, 1, 2))(*one)
    np.testing.assert_allclose(by_camera[0], CAMERA_ROW, rtol=1e-9)
    np.testing.assert_allclose(by_point[0], POINT_ROW, rtol=1e-9)
    np.testing.assert_allclose(by_weight[0], -0.645167039712987389, rtol=1e-9)


def test_bundle_adjustment_as_a_sum_of_squares(files):
    args = inputs.ba(files / "ba" / "test.txt")
    by_camera, by_point, by_weight = srcgrad.grad(objectives.bundle_adjustment, argnums=(0, 1, 2))(*args)
    expected = [np.zeros_like(a) for a in args[:3]]
    for i, w in enumerate(args[2]):
        one = args[0][i % 2], args[1][i % 10], w, args[3][i]
        error = objectives.reprojection_error(*one)
        rows = srcgrad.jacobian(objectives.reprojection_error, argnums=(0, 1, 2))(*one)
        for total, place, row in zip(expected, (i % 2, i % 10, i), rows, strict=True):
            total[place] += error @ row
        expected[2][i] -= 2 * w * (1 - w**2)
    for found, known in zip((by_camera, by_point, by_weight), expected, strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-9)


def test_hand(files):
    model = inputs.hand_model(files / "hand" / "model")
    _, theta, correspondences, points = inputs.hand(files / "hand" / "test.txt")
    np.testing.assert_allclose(objectives.hand(theta, model, correspondences, points), HAND, rtol=1e-9)
    forward, reverse = (
        srcgrad.jacobian(objectives.hand, mode=mode)(theta, model, correspondences, points) for mode in ("fwd", "rev")
    )
    np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-9)
    testing.check_grads(lambda t: objectives.hand(t, model, correspondences, points), (theta,), order=1)


def test_hand_on_triangles(files):
    model = inputs.hand_model(files / "hand" / "model")
    args = inputs.hand(files / "hand" / "hand_complicated.txt", triangles=True)
    us, theta, correspondences, points = args
    np.testing.assert_allclose(
        objectives.hand_on_triangles(us, theta, model, correspondences, points), TRIANGLES, rtol=1e-9
    )
    testing.check_grads(
        lambda u, t: objectives.hand_on_triangles(u, t, model, correspondences, points), (us, theta), order=1
    )


def test_lstm(files):
    main, extra, state, sequence = inputs.lstm(files / "lstm" / "lstm_l2_c1024.txt")
    value, (by_main, _) = srcgrad.value_and_grad(objectives.lstm, argnums=(0, 1))(main, extra, state.copy(), sequence)
    assert abs(value - 0.66666518) < 1e-8
    np.testing.assert_allclose(
        by_main.ravel()[[0, 7]], [3.14387024996101187e-06, -3.67840807336070475e-05], rtol=0, atol=1e-12
    )


def test_lstm_against_differences(files):
    main, extra, state, sequence = inputs.lstm(files / "lstm" / "lstm_l2_c1024.txt")
    testing.check_grads(lambda m, e, s: objectives.lstm(m, e, 1.0 * s, sequence[:12]), (main, extra, state), order=1)
