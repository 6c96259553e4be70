"""Which programs of the suite a device refuses, with the reason and the line: `python -m tests.device.refusals`."""

from __future__ import annotations

import argparse
import copy
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import srcgrad_runtime.fake as xp

import srcgrad
from srcgrad.testing import nested
from tests.programs import registry


def programs() -> list[Any]:
    """The programs of the suite that are differentiated and have arrays among their arguments."""
    return [p for p in registry.load() if not p.raises and not p.refused_ok and _has_arrays(p)]


def _has_arrays(program: Any) -> bool:
    return any(isinstance(leaf, np.ndarray) for _, leaf in nested.leaves(program.make_args(), ""))


def refusal(program: Any, gradient: Any) -> str | None:
    """Why the device refuses the gradient of a program, in one line; None if it runs there."""
    if program.reset:
        program.reset()
    try:
        args = srcgrad.to_device(copy.deepcopy(program.make_args()), xp)
        gradient(*args, **program.kwargs)
    except srcgrad.Refused as refused:
        first = refused.refusals[0]
        return f"{os.path.basename(first.place.filename)}:{first.place.line}: {first.what}" + (
            f" ({first.why})" if first.why else ""
        )
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    finally:
        if program.reset:
            program.reset()
    return None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs (default: all)")
    options = parser.parse_args(argv)
    chosen = [p for p in programs() if not options.names or p.name in options.names]
    refused = recorded = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in chosen:
            gradient = srcgrad.value_and_grad(program.function, argnums=program.argnums)
            why = refusal(program, gradient)
            recorded += why is None and ", recorded because" in gradient.source.partition("\n")[0]
            if why is not None:
                refused += 1
                print(f"{program.name:44} {why}", flush=True)
    print(
        f"{len(chosen)} programs with arrays, {refused} of them refused on a device, {recorded} of the others recorded there"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
