"""Fluid simulation: initial velocities are found that let smoke flow into a picture.

    python -m examples.fluid

The solver is that of Stam (Real-Time Fluid Dynamics for Games, 2003) on a grid that closes on itself: what flows is
taken from where it was a step ago, between four cells, and velocities are made free of divergence by Jacobi's method.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import optim, to_host, value_and_grad


def project(vx, vy, sweeps):
    """Velocities (rows, columns) without the part that is the slope of a pressure."""
    pressure = np.zeros(vx.shape)
    divergence = -0.5 * (np.roll(vx, -1, 1) - np.roll(vx, 1, 1) + np.roll(vy, -1, 0) - np.roll(vy, 1, 0))
    for _ in range(sweeps):
        around = np.roll(pressure, 1, 0) + np.roll(pressure, -1, 0) + np.roll(pressure, 1, 1) + np.roll(pressure, -1, 1)
        pressure = (divergence + around) / 4
    vx = vx - 0.5 * (np.roll(pressure, -1, 1) - np.roll(pressure, 1, 1))
    vy = vy - 0.5 * (np.roll(pressure, -1, 0) - np.roll(pressure, 1, 0))
    return vx, vy


def advect(f, vx, vy):
    """f moved along the velocities, in cells per step."""
    rows, columns = f.shape
    y, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    from_x, from_y = x - vx, y - vy
    left, top = np.floor(from_x).astype(int), np.floor(from_y).astype(int)
    right_share, bottom_share = from_x - left, from_y - top
    left, right, top, bottom = left % columns, (left + 1) % columns, top % rows, (top + 1) % rows
    upper = (1 - right_share) * f[top, left] + right_share * f[top, right]
    lower = (1 - right_share) * f[bottom, left] + right_share * f[bottom, right]
    return (1 - bottom_share) * upper + bottom_share * lower


def simulate(vx, vy, smoke, steps):
    """The smoke after so many steps."""
    for _ in range(steps):
        vx, vy = project(advect(vx, vx, vy), advect(vy, vx, vy), 10)
        smoke = advect(smoke, vx, vy)
    return smoke


def loss(w, smoke, picture, steps):
    """The mean squared difference of what becomes of the smoke from the picture."""
    return np.mean((simulate(w["vx"], w["vy"], smoke, steps) - picture) ** 2)


lossgradient = value_and_grad(loss)


def main(options: argparse.Namespace) -> dict[str, list[float]]:
    """Train, print the losses and the picture, return the losses."""
    rng = np.random.default_rng(options.seed)
    side, flow = (16, 8) if options.fast else (32, 20)
    y, x = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side), indexing="ij")
    smoke = np.exp(-4 * (x**2 + y**2))
    picture = (np.abs(np.hypot(x, y) - 0.6) < 0.2) * 1.0
    w = {"vx": rng.normal(size=(side, side)) * 0.01, "vy": rng.normal(size=(side, side)) * 0.01}
    command.inspect(options, loss, lossgradient, w, (smoke, picture, flow), rng)
    optimiser = optim.Adam(lr=0.05)
    there = command.place(options)
    w, gradient, losses = there(w), there(lossgradient), []
    for step in range(options.steps + 1):
        value, w_bar = gradient(w, smoke, picture, flow)
        losses.append(float(value))
        if step % max(1, options.steps // 10) == 0:
            print(f"step {step:4d}  loss {losses[-1]:.5f}")
        w = optimiser.update(w, w_bar)
    w = to_host(w)
    shades = np.clip(simulate(w["vx"], w["vy"], smoke, flow) * 5, 0, 4).astype(int)
    print("\n".join("".join(" .:+#"[shade] * 2 for shade in row).rstrip() for row in shades))
    return {"loss": losses}


def cli(argv: Sequence[str] | None = None) -> int:
    return command.run_script(main, "fluid", "Smoke that flows into a picture.", 100, 20, argv)


if __name__ == "__main__":
    sys.exit(cli())
