"""Timing programs side by side.

Two programs are compared by running them in turns within one process, a round of each after a round of the other, so
that a change of the clock rate or a busy neighbour hits both. The minimum of the rounds is what the program costs when
nothing disturbs it, the median is what one usually sees; ratios are taken of the minima.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Timing:
    """Seconds per call: the best and the median of the rounds."""

    best: float
    median: float
    rounds: int


def once(call: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Seconds that one call takes."""
    start = clock()
    call()
    return clock() - start


def side_by_side(
    programs: Mapping[str, Callable[[], object]],
    rounds: int = 21,
    seconds: float = 3.0,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Timing]:
    """Time every program `rounds` times in turns, within about `seconds` in all; each has been called once before.

    A round repeats a quick program until it lasts long enough for the clock, 1 ms at least. On a busy machine,
    `time.process_time` as the clock leaves out what others do.
    """
    repeats = {}
    for name, program in programs.items():
        program()
        share = max(seconds / (rounds * len(programs)), 1e-3)
        repeats[name] = max(1, int(share / max(min(once(program) for _ in range(3)), 1e-9)))
    found: dict[str, list[float]] = {name: [] for name in programs}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, program in programs.items():
                trips = range(repeats[name])
                start = clock()
                for _ in trips:
                    program()
                found[name].append((clock() - start) / len(trips))
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return {name: Timing(min(times), statistics.median(times), rounds) for name, times in found.items()}


def duration(seconds: float) -> str:
    """The time in the unit that suits it.

    >>> duration(0.0123)
    '12.30 ms'
    """
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1.0:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def table(timings: Mapping[str, Timing], against: str) -> str:
    """A line per program: best, median, and how many times the best of `against` its best is."""
    width = max(map(len, timings))
    return "\n".join(
        f"  {name:<{width}}  {duration(timing.best):>10}  median {duration(timing.median):>10}  "
        f"{timing.best / timings[against].best:8.2f} x"
        for name, timing in timings.items()
    )
