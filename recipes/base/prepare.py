"""Read the public training questions once, and write what the stream needs as one small folder.

    python recipes/base/prepare.py --spider DIR --databases DIR --words FILE --out DIR

DIR holds Spider's `train.jsonl` and `tables.json`; `--databases` its training databases as `<db_id>/<db_id>.sqlite`;
`--words` is a plain list of English words, one a line. The questions of the databases in `heldout.txt` are written
apart, in each task, and again with a column or table hidden: checkpoints are chosen on them. Development databases are
never read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path
from typing import Any

from sqlwright.config import Task
from sqlwright.errors import SqlwrightError
from sqlwright.prompt import build, get_template
from sqlwright.records import Example
from sqlwright.schema import read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker
from sqlwright.schema.model import Schema
from sqlwright.schema.values import Values
from sqlwright.sqlkit import canonical
from unknown import UNKNOWN, Item, hide, without

_JOIN_WITHOUT_ON = re.compile(r"JOIN \S+( AS \S+)? (JOIN|WHERE|GROUP|ORDER|LIMIT)\b|JOIN \S+$")
HELDOUT = Path(__file__).with_name("heldout.txt")


def schema_json(schema: Schema) -> dict[str, Any]:
    """Return a schema as plain JSON, as `mix.py` reads it."""
    return {
        "db_id": schema.db_id,
        "tables": [
            {
                "name": t.name,
                "columns": [[c.name, c.type] for c in t.columns],
                "primary_key": list(t.primary_key),
                "foreign_keys": [[list(k.columns), k.target_table, list(k.target_columns)] for k in t.foreign_keys],
            }
            for t in schema.tables
        ],
    }


Texts = list[tuple[str, str, str]]


class Asked:
    """The held-out databases, for questions about them with links as at prediction time."""

    def __init__(self, schemas: dict[str, Schema], databases: Path) -> None:
        self.schemas = schemas
        self.databases = databases
        self.values: dict[str, Values] = {}
        self.linkers: dict[tuple[str, frozenset[Item]], Linker] = {}

    def linker(self, db_id: str, gone: frozenset[Item] = frozenset()) -> Linker:
        """Return the linker of a database less some items."""
        if db_id not in self.values:
            file = self.databases / db_id / f"{db_id}.sqlite"
            self.values[db_id] = read_values(f"sqlite:///{file}", self.schemas[db_id], personal=True)
        if (db_id, gone) not in self.linkers:
            smaller = without(self.schemas[db_id], gone)
            self.linkers[db_id, gone] = Linker(smaller, self.values[db_id])
        return self.linkers[db_id, gone]

    def texts(self, items: list[dict[str, Any]], task: Task = "text-to-sql") -> Texts:
        """Return prefix, suffix and completion of each question in a task."""
        template = get_template("base")
        texts = []
        for item in items:
            gone = frozenset((table, column) for table, column in item.get("gone", ()))
            schema = without(self.schemas[item["db_id"]], gone)
            links = self.linker(schema.db_id, gone).link(item["question"])
            example = Example(item["id"], schema.db_id, item["question"], item["sql"])
            prompt = build(example, schema, template, links, task=task)
            texts.append((prompt.prefix, prompt.suffix, prompt.completion))
        return texts

    def unknown(self, items: list[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
        """Return questions over smaller schemas: as many that cannot be answered as such that can."""
        by_db: dict[str, list[dict[str, Any]]] = {}
        for item in items:
            by_db.setdefault(item["db_id"], []).append(item)
        found: list[dict[str, Any]] = []
        for db_id, own in by_db.items():
            lost: dict[str, dict[str, Any]] = {}
            kept: dict[str, dict[str, Any]] = {}
            ids = {item["question"]: item["id"] for item in own}
            linker = self.linker(db_id)
            for _ in range(30):
                pairs = [(item["question"], item["sql"]) for item in rng.sample(own, min(20, len(own)))]
                hidden = hide(self.schemas[db_id], self.values[db_id], pairs, linker, Lexicon.builtin(), rng)
                if hidden is None:
                    continue
                gone = sorted(hidden.gone, key=str)
                for question, sql in hidden.pairs:
                    told = {"id": ids[question], "db_id": db_id, "question": question, "sql": sql, "gone": gone}
                    (lost if sql == UNKNOWN else kept).setdefault(question, told)
            found += lost.values()
            found += rng.sample(list(kept.values()), min(len(lost), len(kept)))
        return found


def main() -> None:
    """Parse the command line and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name in ("spider", "databases", "words", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    heldout = set(HELDOUT.read_text(encoding="utf-8").split())
    schemas = read_spider_tables(arguments.spider / "tables.json")
    lines = (arguments.spider / "train.jsonl").read_text(encoding="utf-8").splitlines()
    kept: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    used: set[str] = set()
    failed = 0
    for line in lines:
        record = json.loads(line)
        if record["status"] not in ("ok_nonempty", "ok_empty", "no_db"):
            continue
        schema = schemas[record["db_id"]]
        columns = {t.name: [c.name for c in t.columns] for t in schema.tables}
        try:
            sql = canonical(record["query"], "sqlite", columns=columns)
        except SqlwrightError:
            failed += 1
            continue
        if _JOIN_WITHOUT_ON.search(sql):
            continue
        question = " ".join(record["question"].replace(" ?", "?").replace(" .", ".").replace(" ,", ",").split())
        item = {"id": record["id"], "db_id": record["db_id"], "question": question, "sql": sql}
        if record["db_id"] in heldout:
            if record["status"] == "ok_nonempty":
                aside.append(item)
        else:
            used.add(record["db_id"])
            kept.append(item)
    values: dict[str, list[Any]] = {}
    for db_id in sorted(used):
        file = arguments.databases / db_id / f"{db_id}.sqlite"
        if file.exists():
            read: Values = read_values(f"sqlite:///{file}", schemas[db_id], limit=40, personal=True)
            values[db_id] = [[table, column, list(found)] for (table, column), found in read.items()]
    words = sorted({w for w in arguments.words.read_text(encoding="utf-8").split() if re.fullmatch(r"[a-z]{3,10}", w)})
    random.Random(0).shuffle(words)

    def write(name: str, value: object) -> None:
        (out / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")

    write("pairs.json", kept)
    write("heldout.json", aside)
    asked = Asked(schemas, arguments.databases)
    unknown = asked.unknown(aside, random.Random(0))
    tasks: dict[str, Texts] = {task: asked.texts(aside, task) for task in ("text-to-sql", "sql-to-text", "reasoning")}
    tasks["unknown"] = asked.texts([item for item in unknown if item["sql"] == UNKNOWN])
    write("heldout_unknown.json", unknown)
    write("heldout_texts.json", tasks)
    write("schemas.json", [schema_json(schemas[db_id]) for db_id in sorted(used)])
    write("values.json", values)
    (out / "words.txt").write_text("\n".join(words), encoding="utf-8")
    print(
        f"{len(kept)} pairs of {len(used)} databases, {len(aside)} held out and {len(unknown)} over less of a schema, "
        f"{failed} not parsed, {len(words)} words"
    )


if __name__ == "__main__":
    main()
