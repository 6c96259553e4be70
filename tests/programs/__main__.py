"""`python -m tests.programs [AREA ...] [--name NAME] [--all] [--trace]`: a table of how each program fares."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter

from . import compare, registry


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programs", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=", ".join(registry.AREAS))
    parser.add_argument("--name", action="append", default=[], help="only this program (may be repeated)")
    parser.add_argument("--all", action="store_true", help="list the programs that are right, too")
    parser.add_argument("--wrong", action="store_true", help="do not list the refused ones")
    parser.add_argument("--trace", action="store_true", help="print the traceback of an internal error")
    parser.add_argument("--refused", action="store_true", help="print only the names of refused programs")
    parser.add_argument("--self", action="store_true", help="check the programs and their differences, not srcgrad")
    options = parser.parse_args()
    judge = compare.self_check if options.self else compare.outcome
    programs = [p for p in registry.load(options.areas) if not options.name or p.name in options.name]
    totals: dict[str, Counter[str]] = {}
    bad = 0
    for program in programs:
        try:
            with compare.time_limit(60):
                outcome = judge(program)
        except TimeoutError as error:
            outcome = compare.Outcome("internal error", str(error))
        totals.setdefault(program.area, Counter())[outcome.verdict] += 1
        bad += outcome.verdict not in ("right", "refused")
        if options.refused:
            if outcome.verdict == "refused":
                print(program.name)
            continue
        hidden = outcome.verdict == "right" and not options.all or outcome.verdict == "refused" and options.wrong
        if not hidden:
            print(f"{program.area:<14} {program.name:<34} {outcome.verdict:<14} {outcome.detail}", flush=True)
        if options.trace and outcome.verdict == "internal error":
            show_traceback(program)
    if not options.refused:
        show_totals(totals)
    return 1 if bad else 0


def show_traceback(program: registry.Program) -> None:
    import srcgrad

    try:
        called = compare.run(program, srcgrad.grad(program.function, program.argnums), program.make_args())
        if called.error is not None:
            raise called.error
    except Exception:
        traceback.print_exc(file=sys.stdout)


def show_totals(totals: dict[str, Counter[str]]) -> None:
    verdicts = ("right", "refused", "WRONG", "internal error", "bad program")
    print("\n" + " " * 15 + "".join(f"{verdict:>16}" for verdict in verdicts))
    for area, counts in totals.items():
        print(f"{area:<15}" + "".join(f"{counts[verdict]:>16}" for verdict in verdicts))
    print(f"{'total':<15}" + "".join(f"{sum(c[verdict] for c in totals.values()):>16}" for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
