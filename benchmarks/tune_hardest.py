"""What tuning on the hardest generated pairs brings on questions that people wrote, greedy and free.

    python benchmarks/tune_hardest.py --out benchmarks/results/tune_hardest.json [--only clinic crm] [--seed 0]

Thirteen databases, each with a model of its own, tuned on 1,200 of 6,000 generated pairs alone (`train.hardest`), with
all of its adapter. Three are those of `base_questions.py`, with their hand-written questions; ten are the Spider
training databases that the base is not trained on, with Spider's questions (every second one where there are over 60)
and the Spider-like ones, which needs the reference data. What a call measures is added to the result. On two quiet
cores some six minutes a database.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from base_questions import LIKE, MADE, asked, gain, made, opened, questions
from reference import DATA, cpu, held_out, unpacked

from sqlwright import base, data
from sqlwright.evaluate import compare
from sqlwright.project import Project
from sqlwright.records import Example, write_text

WHOLE = {"by": "random", "fractions": [1.0, 0.0, 0.0]}
"""Nothing of the pairs is kept aside: people's questions judge."""
SETTINGS = {
    "synth": base.PAIRS,
    "split": WHOLE,
    "train": {"blend": 1.0},
    "predict": {"constrain": False, "candidates": 1},
}
MOST = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*MADE, *held_out()]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--seed", type=int, default=0, help="seed of pairs and training")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    result = json.loads(arguments.out.read_text(encoding="utf-8")) if arguments.out.exists() else {"databases": {}}
    with tempfile.TemporaryDirectory() as scratch:
        if not MADE.keys() >= set(arguments.only):
            unpacked("spider/databases-train.tar.zst", Path(scratch))
        for name in arguments.only:
            kept = result["databases"].setdefault(name, {"after": {}})
            project, examples = prepared(Path(scratch), name, arguments.seed)
            kept["machine"] = cpu()
            kept["before"], kept["after"][f"seed {arguments.seed}"] = tuned(project, examples)
            print(name, kept, flush=True)
            write_text(arguments.out, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def prepared(scratch: Path, name: str, seed: int) -> tuple[Project, list[Example]]:
    """Return a project for a database, and the questions that people asked of it."""
    if name in MADE:
        return made(scratch / "projects" / name, name, base.NAME, seed), questions(name)
    (file,) = scratch.rglob(f"{name}.sqlite")
    read = data.read(DATA / "spider" / "train.jsonl").examples
    own = [example for example in read if example.db_id == name]
    like = [json.loads(line) for line in LIKE.read_text(encoding="utf-8").splitlines()]
    more = [Example(**{key: one[key] for key in one.keys() - {"kind"}}) for one in like if one["db_id"] == name]
    project = opened(scratch / "projects" / name, file, base.NAME, {"db_id": name}, seed)
    return project, own[:: 2 if len(own) > MOST else 1] + more


def tuned(project: Project, examples: list[Example]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tune, and return the figures of the base and of what came of it."""
    project = Project.open(project.folder, SETTINGS)
    for stage in (project.synth, project.audit, project.split, project.train):
        stage()
    evaluation = project.evaluate(on=asked(project, examples))
    before, after = ({"questions": len(examples), "greedy": round(one.ex, 4)} for one in evaluation.figures.values())
    return before, after | gain(compare(*evaluation.verdicts.values()))


if __name__ == "__main__":
    main()
