"""How fast pairs are drawn, run and written, on one core, over the demo's CRM.

    python benchmarks/synth_speed.py

Writes benchmarks/results/synth_speed.json: microseconds to draw a tree and print its SQL, milliseconds to make a
catalog, and executed, audited pairs a minute by processor time of one core, English and Chinese in equal shares.
"""

from __future__ import annotations

import json
import os
import platform
import random
import tempfile
import time
from pathlib import Path

from sqlwright.database import open_executor
from sqlwright.demo.crm import build_crm
from sqlwright.records import write_text
from sqlwright.schema import introspect, read_values
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.pairs import make_pairs
from sqlwright.synth.sampler import Sampler
from sqlwright.synth.write_sql import write_sql

RESULT = Path(__file__).parent / "results" / "synth_speed.json"
TREES, CATALOGS, PAIRS = 20_000, 50, 6_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{build_crm(Path(folder) / 'crm.sqlite')}"
        schema = introspect(url)
        values = read_values(url, schema)

        start = time.process_time()
        for _ in range(CATALOGS):
            catalog = Catalog(schema, values)
        catalog_seconds = (time.process_time() - start) / CATALOGS

        sampler = Sampler(catalog, None, random.Random(1))
        start = time.process_time()
        for _ in range(TREES):
            write_sql(sampler.draw(), schema)
        tree_seconds = (time.process_time() - start) / TREES

        with open_executor(url) as executor:
            start, clock = time.process_time(), time.perf_counter()
            examples, statistics = make_pairs(schema, values, executor, count=PAIRS, seed=1)
            pairs_seconds, wall_seconds = time.process_time() - start, time.perf_counter() - clock

    figures = {
        "catalog_ms": round(catalog_seconds * 1e3, 3),
        "tables": len(schema.tables),
        "columns": sum(len(table.columns) for table in schema.tables),
        "draw_and_write_us": round(tree_seconds * 1e6, 2),
        "pairs": len(examples),
        "pairs_a_minute_a_core": round(len(examples) / pairs_seconds * 60),
        "wall_seconds": round(wall_seconds, 2),
        "statistics": statistics.to_json(),
        "machine": {"python": platform.python_version(), "processor": platform.machine(), "cores": os.cpu_count()},
    }
    write_text(RESULT, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps({key: value for key, value in figures.items() if key != "statistics"}, indent=2))


if __name__ == "__main__":
    main()
