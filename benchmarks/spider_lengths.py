"""Writes the token lengths of Spider's prompts, which the benchmarks of speed are made of; no text is kept.

    python benchmarks/spider_lengths.py --data ../shared/data/spider --tokenizer bpe128k.json
    python benchmarks/spider_lengths.py --data ../shared/data/spider --tokenizer bpe128k.json --dev-databases DIR

The second writes those of dev, in the file's order within a database, for the questions whose databases are in DIR.

The tokenizer is a byte-level BPE of 128,000 tokens, trained on 80 million characters of Python sources and documents
with Llama 3's split pattern, since Llama's own is not free to pass on.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from random_base import DEV_LENGTHS, LENGTHS
from tokenizers import Tokenizer

from sqlwright.prompt import get_template, schema_prefix
from sqlwright.records import Example
from sqlwright.schema import read_spider_tables

ABOUT = (
    "tokens of Spider's {} prompts (template 'chat') under a byte-level BPE of 128,000 tokens, trained on "
    "80 million characters of Python sources and documentation with Llama 3's split pattern"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--dev-databases", type=Path, help="folder of dev's databases")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(args.tokenizer)

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    template = get_template("chat")
    schemas = read_spider_tables(args.data / "tables.json")
    by_db: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for example in _examples(args.data, args.dev_databases):
        completion = template.completion(example.sql)
        by_db[example.db_id].append((count(template.suffix(example, ())), count(completion) + 1))
    found = [
        {"prefix": 1 + count(schema_prefix(schemas[db], template)), "samples": pairs}
        for db, pairs in sorted(by_db.items())
    ]
    about = ABOUT.format("dev" if args.dev_databases else "training")
    place = DEV_LENGTHS if args.dev_databases else LENGTHS
    place.write_text(json.dumps({"about": about, "schemas": found}, separators=(",", ":")) + "\n")
    prefixes = [1 + count(schema_prefix(schemas[db], template)) for db in by_db]
    pairs = [pair for each in by_db.values() for pair in each]
    print(f"{len(by_db)} schemas of {statistics.mean(prefixes):.0f} tokens, {len(pairs)} samples", end=", ")
    print(f"suffix {statistics.mean(a for a, _ in pairs):.1f}, completion {statistics.mean(b for _, b in pairs):.1f}")


def _examples(data: Path, dev_databases: Path | None) -> Iterator[Example]:
    if dev_databases is None:
        rows = [json.loads(line) for line in (data / "train.jsonl").open()]
    else:
        rows = json.loads((data / "dev.json").read_text())
        rows = [row for row in rows if (dev_databases / row["db_id"]).exists()]
    for number, row in enumerate(rows):
        yield Example(str(number), question=row["question"], sql=row["query"], db_id=row["db_id"], dialect="sqlite")


if __name__ == "__main__":
    main()
