"""Score a checkpoint on held-out training databases: execution accuracy, by hardness and by kind of error.

    python recipes/base/evaluate.py --model DIR --data DIR --spider DIR --databases DIR [--limit 300] [--candidates 8]

`--data` is the folder that `prepare.py` wrote; its `heldout.json` is scored, unless `--questions` names another file of
the same form. The rule is `ts` (any column order, bag, order where gold orders), on all `*.sqlite` files of a
database's folder: its test suite, where there is one; `--plain` takes the one file alone. Answers are greedy and free,
or with `--candidates` as the product gives them: the best of so many, held to the schema and chosen by running them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from heldout import MOST, Heldout, gathered, read_heldout, read_items
from sqlwright.evaluate import TEST_SUITE, Options, score, summarise
from sqlwright.infer import Engine, choose, load
from sqlwright.records import Prediction, write_jsonl


def main() -> None:
    """Parse the command line, predict and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name in ("model", "spider", "databases"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--candidates", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="score on the plain database alone")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    items = read_items(arguments.questions or arguments.data / "heldout.json", arguments.limit)
    held = read_heldout(items, arguments.spider, arguments.databases)
    examples, files = held.examples, held.files
    began = time.monotonic()
    engine = load(arguments.model, device=arguments.device)
    if arguments.candidates:
        predictions = chosen(engine, held, arguments.candidates)
    else:
        predictions = engine.generate(
            held.prompts(examples), db_ids={e.id: e.db_id for e in examples}, max_new_tokens=MOST
        )
    seconds = time.monotonic() - began

    def suite(db_id: str) -> list[str]:
        found = [files[db_id]] if arguments.plain else sorted(files[db_id].parent.glob("*.sqlite"))
        return [f"sqlite:///{file}" for file in found]

    verdicts = score(examples, predictions, suite, options=Options(TEST_SUITE))
    summary = summarise(verdicts, examples)
    print(summary)
    print(Counter(v.error for v in verdicts if not v.correct).most_common(), f"{seconds:.0f} s")
    if arguments.out:
        write_jsonl(arguments.out / "predictions.jsonl", predictions)
        write_jsonl(arguments.out / "examples.jsonl", examples)
        write_jsonl(arguments.out / "verdicts.jsonl", verdicts)


def chosen(engine: Engine, held: Heldout, count: int) -> list[Prediction]:
    """Return the best of `count` answers to each example, by what came of running them on the plain database."""
    out = []
    for one in gathered(engine, held, count):
        best = one.candidates[choose(one.candidates, one.results, one.required, one.told)]
        out.append(Prediction(one.example.id, one.example.db_id, best.sql, best.sql))
    return out


if __name__ == "__main__":
    main()
