"""What the embedded base answers of hand-written questions on databases that it never saw: the demo's CRM and a clinic.

    python benchmarks/base_questions.py --out benchmarks/results/base_questions.json [--model DIR]

A hundred questions, English and Chinese. Answers are greedy and free, then guided: the best of 8 candidates, held to
the schema and chosen by running them. The wrong guided answers stand in the result.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from reference import cpu

from sqlwright import base
from sqlwright.database import open_executor
from sqlwright.demo.crm import build_crm
from sqlwright.evaluate import TEST_SUITE, Options, score, summarise
from sqlwright.infer import choose, load, required_values
from sqlwright.prompt import build, get_template
from sqlwright.records import Example, Prediction, read_jsonl, write_text
from sqlwright.schema import Linker, introspect, read_values

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "data"))

from clinic import build_clinic  # noqa: E402

CANDIDATES = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=base.path())
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = {
            name: answered(
                build_database(Path(scratch) / f"{name}.sqlite"), list(read_jsonl(questions, Example)), arguments.model
            )
            for name, build_database, questions in (
                ("crm", build_crm, Path(str(files("sqlwright.demo") / "questions.jsonl"))),
                ("clinic", build_clinic, HERE / "data" / "clinic_questions.jsonl"),
            )
        }
    result = {
        "what": "execution accuracy of the embedded base, untuned, on hand-written questions; rule ts on one database",
        "guided": f"the best of {CANDIDATES} candidates, held to the schema and chosen by running them",
        "databases": found,
        "machine": cpu(),
    }
    write_text(arguments.out, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def answered(database: Path, examples: Sequence[Example], model: Path) -> dict[str, Any]:
    """Return the scores on one database, and the wrong guided answers."""
    url = f"sqlite:///{database}"
    schema = introspect(url)
    linker = Linker(schema, read_values(url, schema))
    template = get_template(base.TEMPLATE)
    links = {example.id: linker.link(example.question) for example in examples}
    prompts = [build(example, schema, template, links[example.id]) for example in examples]
    engine = load(model, device="cpu", precision="fp32")
    began = time.monotonic()
    greedy = engine.generate(prompts, max_new_tokens=template.max_new_tokens)
    between = time.monotonic()
    candidates = engine.candidates(
        prompts,
        count=CANDIDATES,
        max_new_tokens=template.max_new_tokens,
        schemas={example.id: schema for example in examples},
    )
    guided = []
    with open_executor(url) as executor:
        for example, some in zip(examples, candidates, strict=True):
            best = some[choose(some, [executor.run(one.sql) for one in some], required_values(links[example.id]))]
            guided.append(Prediction(example.id, example.db_id, best.sql, best.sql))
    ended = time.monotonic()
    out: dict[str, Any] = {"questions": len(examples)}
    for name, predictions, seconds in (("greedy", greedy, between - began), ("guided", guided, ended - between)):
        predictions = [replace(one, db_id=example.db_id) for one, example in zip(predictions, examples, strict=True)]
        verdicts = score(examples, predictions, lambda _: [url], options=Options(TEST_SUITE))
        figures = summarise(verdicts, examples)
        out[name] = {
            "accuracy": round(figures.score, 4),
            "interval": [round(x, 4) for x in figures.score_interval],
            "by_language": {language: round(group.score, 4) for language, group in figures.by_language.items()},
            "executable": round(figures.executable, 4),
            "seconds_a_question": round(seconds / len(examples), 3),
        }
        wrong = [
            {"id": e.id, "question": e.question, "gold": e.sql, "answer": p.sql, "error": v.error}
            for e, p, v in zip(examples, predictions, verdicts, strict=True)
            if not v.correct
        ]
    out["wrong_guided"] = wrong
    print(database.stem, {name: out[name]["accuracy"] for name in ("greedy", "guided")}, flush=True)
    return out


if __name__ == "__main__":
    main()
