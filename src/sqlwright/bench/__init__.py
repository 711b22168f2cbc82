"""Measures models x methods x data sets x seeds, and any option as an axis, and makes the field's tables of it.

bench = read_bench("bench.toml")
found = run_bench(bench, "bench-results", side_by_side=2)

Each cell is prepared, trained, answered and judged in a process of its own, and kept when it is done, so that a matrix
which is interrupted goes on; a cell that fails is a cell with its reason. See docs/bench.md.
"""

from __future__ import annotations

from sqlwright.bench.file import Bench, make_bench, read_bench
from sqlwright.bench.matrix import Cell, placed
from sqlwright.bench.recipes import bench_of
from sqlwright.bench.run import estimates, run_bench

__all__ = ["Bench", "Cell", "bench_of", "estimates", "make_bench", "placed", "read_bench", "run_bench"]
