"""Writes the token lengths of Spider's training prompts, which the benchmarks of speed are made of; no text is kept.

    python benchmarks/spider_lengths.py --data ../shared/data/spider --tokenizer bpe128k.json

The tokenizer is a byte-level BPE of 128,000 tokens, trained on 80 million characters of Python sources and documents
with Llama 3's split pattern, since Llama's own is not free to pass on.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

from random_base import LENGTHS
from tokenizers import Tokenizer

from sqlwright.prompt import get_template, schema_prefix
from sqlwright.records import Example
from sqlwright.schema import read_spider_tables

ABOUT = (
    "tokens of Spider's training prompts (template 'chat') under a byte-level BPE of 128,000 tokens, trained on "
    "80 million characters of Python sources and documentation with Llama 3's split pattern"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--tokenizer", required=True)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(args.tokenizer)

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    template = get_template("chat")
    schemas = read_spider_tables(args.data / "tables.json")
    by_db: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in (args.data / "train.jsonl").open():
        row = json.loads(line)
        example = Example(
            id=row["id"], question=row["question"], sql=row["query"], db_id=row["db_id"], dialect="sqlite"
        )
        completion = template.completion(row["query"])
        by_db[row["db_id"]].append((count(template.suffix(example, ())), count(completion) + 1))
    found = [
        {"prefix": 1 + count(schema_prefix(schemas[db], template)), "samples": pairs}
        for db, pairs in sorted(by_db.items())
    ]
    LENGTHS.write_text(json.dumps({"about": ABOUT, "schemas": found}, separators=(",", ":")) + "\n")
    prefixes = [1 + count(schema_prefix(schemas[db], template)) for db in by_db]
    pairs = [pair for each in by_db.values() for pair in each]
    print(f"{len(by_db)} schemas of {statistics.mean(prefixes):.0f} tokens, {len(pairs)} samples", end=", ")
    print(f"suffix {statistics.mean(a for a, _ in pairs):.1f}, completion {statistics.mean(b for _, b in pairs):.1f}")


if __name__ == "__main__":
    main()
