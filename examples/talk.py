"""The functions on the slides of the talk: their values, their derivatives, and the programs that compute these.

python -m examples.talk                  the numbers
python -m examples.talk --show-gradient  and the gradient programs that srcgrad writes
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence

import numpy as np

from examples import command
from srcgrad import grad, source, value_and_grad


def loop(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] <= 0:
            s += np.exp(x[i])
        else:
            s += np.log(x[i])
    return s


def expression(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


def step(x):
    return 4 * x * (1 - x)


def l4(x):
    return step(step(step(x)))


def l7(x):
    return step(step(step(l4(x))))


def l10(x):
    return step(step(step(l7(x))))


def polynomial(x):
    """The derivative of l4 as computer algebra has it, on the slide."""
    a, b = 1 - 2 * x, 1 - 8 * x + 8 * x**2
    return (
        128 * x * (1 - x) * (16 * x - 8) * a**2 * b
        + 64 * (1 - x) * a**2 * b**2
        - 64 * x * a**2 * b**2
        - 256 * x * (1 - x) * a * b**2
    )


loopgradient = value_and_grad(loop)
expressiongradient = value_and_grad(expression, argnums=(0, 1))
gradients = {"l4": grad(l4), "l7": grad(l7), "l10": grad(l10)}


def main(options: argparse.Namespace) -> None:
    """Print each function with its derivative."""
    # the slide shows its numbers rounded; the second point is one that rounds to the first, and to what the slide prints
    for x in ([0.88, -2.52, 1.55], [0.8831, -2.522, 1.551]):
        value, x_bar = loopgradient(np.array(x))
        print(f"loop with branches at {x}: {value:.4f}, gradient {' '.join(f'{number:.4f}' for number in x_bar)}")
    value, (x1_bar, x2_bar) = expressiongradient(2.0, 5.0)
    print(f"ln(x1) + x1*x2 - sin(x2) at (2, 5): {value:.3f}, adjoints {x1_bar} and {x2_bar:.3f}")
    points = np.linspace(0, 1, 101).tolist()
    error = max(abs(gradients["l4"](x) - polynomial(x)) for x in points)
    print(f"derivative of l4 at 101 points: that of the slide, up to {'rounding' if error < 1e-11 else error}")
    for gradient in gradients.values():
        gradient(0.2)
    lines = {name: len(source(gradient).splitlines()) for name, gradient in gradients.items()}
    print("lines of the derivative: " + ", ".join(f"{name} {count}" for name, count in lines.items()))
    if options.show_gradient:
        for gradient in (loopgradient, expressiongradient, gradients["l4"]):
            print(f"\n{source(gradient)}")


def cli(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("talk", description="The functions on the slides of the talk.")
    parser.add_argument("--show-gradient", action="store_true", help="print the gradient programs that are run")
    return command.run(main, parser, argv)


if __name__ == "__main__":
    sys.exit(cli())
