"""`python -m tests.fuzz --programs N --seed S`: random programs, gradient against finite differences."""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import sys
import time
from collections import Counter

from . import programs, shrink
from .judge import judge, judge_number

BAD = ("WRONG", "internal error")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first program")
    parser.add_argument("--level", type=int, choices=(1, 2), default=2, help="1: no stores; 2: everything")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=None, help="stop after so long")
    parser.add_argument("--show", action="store_true", help="print the program of --seed, and stop")
    parser.add_argument("--failures", type=int, default=5, help="stop after so many failures (0: never)")
    parser.add_argument("--shrink-seconds", type=float, default=40.0, help="time for shrinking each failure")
    options = parser.parse_args()
    if options.show:
        print(programs.write(options.seed, options.level))
        return 0
    seeds = range(options.seed, options.seed + options.programs)
    stop = time.monotonic() + 60 * options.minutes if options.minutes else None
    return run(seeds, options.level, options.jobs, stop, options.failures, options.shrink_seconds)


def run(seeds: range, level: int, jobs: int, stop: float | None, most: int, shrink_seconds: float) -> int:
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    failures = 0
    for seed, (verdict, detail) in verdicts(seeds, level, jobs):
        totals[verdict] += 1
        if verdict == "refused":
            reasons[detail.partition(": ")[2] or detail] += 1
        if verdict in BAD:
            failures += 1
            report(seed, level, verdict, detail, shrink_seconds)
        if (most and failures >= most) or (stop is not None and time.monotonic() > stop):
            break
    for reason, count in reasons.most_common(12):
        print(f"refused {count:>5} times: {reason}")
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(totals.items())))
    return int(failures > 0)


def verdicts(seeds: range, level: int, jobs: int):
    if jobs <= 1:
        for seed in seeds:
            yield seed, judge_number(seed, level)
        return
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        pending: dict[concurrent.futures.Future, int] = {}
        rest = iter(seeds)
        try:
            while True:
                while len(pending) < 4 * jobs and (seed := next(rest, None)) is not None:
                    pending[pool.submit(judge_number, seed, level)] = seed
                if not pending:
                    return
                done, _ = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in sorted(done, key=pending.__getitem__):
                    yield pending.pop(future), future.result()
        finally:
            for future in pending:
                future.cancel()


def report(seed: int, level: int, verdict: str, detail: str, seconds: float) -> None:
    print(f"\n--- program {seed} (level {level}): {verdict}: {detail}", flush=True)
    kind = detail.partition(":")[0] if verdict == "internal error" else ""

    def fails(source: str) -> bool:
        outcome = judge(source, seed, seconds=5)
        return outcome.verdict == verdict and (not kind or outcome.detail.partition(":")[0] == kind)

    source = programs.write(seed, level)
    print(shrink.shrink(source, fails, seconds) if seconds > 0 else source, flush=True)


if __name__ == "__main__":
    sys.exit(main())
