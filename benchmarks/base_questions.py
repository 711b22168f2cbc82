"""What the embedded base answers of hand-written questions on databases that it never saw, and what tuning brings.

    python benchmarks/base_questions.py --out benchmarks/results/base_questions.json [--tune --seed N [--only NAME]]

Three databases made by hand, with 140 questions in English and Chinese: the demo's CRM, a clinic, a bus company. And
260 Spider-like questions over the ten training databases that the base is not trained on: 100 with synonyms that share
no word with what they mean in the schema, 100 that name no column, 60 in Chinese; they need the reference data.

The base answers greedily and freely, then guided: the best of 8 candidates, held to the schema and chosen by running
them. With `--tune`, instead, each made database gets its own model, from generated pairs alone and with the demo's
settings, which answers in both ways too, beside the base. The wrong answers stand in the result; what a call does not
measure stays in it as it was, so that seeds and databases may be measured one by one. About 6 minutes on two cores, 40
with `--tune`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from reference import machine, unpacked

from sqlwright import base
from sqlwright.demo.crm import build_crm
from sqlwright.demo.run import SETTINGS
from sqlwright.evaluate import Comparison, Summary, compare, summarise
from sqlwright.project import Evaluation, Project
from sqlwright.records import Example, Prediction, Verdict, read_jsonl, write_jsonl, write_text

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "data"))

from clinic import build_clinic  # noqa: E402
from fleet import build_fleet  # noqa: E402

CANDIDATES = 8
WAYS: dict[str, dict[str, Any]] = {"greedy": {"constrain": False, "candidates": 1}, "guided": {}}
MADE: dict[str, tuple[Callable[[Path], Path], Path]] = {
    "crm": (build_crm, Path(str(files("sqlwright.demo") / "questions.jsonl"))),
    "clinic": (build_clinic, HERE / "data" / "clinic_questions.jsonl"),
    "fleet": (build_fleet, HERE / "data" / "fleet_questions.jsonl"),
}
LIKE = HERE / "data" / "spider_like.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=base.NAME, help="the base: embedded, or a checkpoint of its template")
    parser.add_argument("--tune", action="store_true", help="tune on each made database, and judge what that brings")
    parser.add_argument("--seed", type=int, default=0, help="seed of pairs, split and training")
    parser.add_argument("--only", nargs="+", choices=MADE, default=list(MADE), help="with --tune: these databases")
    parser.add_argument("--work", type=Path, help="keep the projects here, and what is done in them")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = arguments.work or Path(scratch)
        names = arguments.only if arguments.tune else MADE
        projects = {name: made(work / name, name, arguments.model, arguments.seed) for name in names}
        found = tuned(projects) if arguments.tune else untuned(work, projects, arguments.model)
    result = json.loads(arguments.out.read_text(encoding="utf-8")) if arguments.out.exists() else {}
    if arguments.tune:
        seeds = result.setdefault("tuned", {}).setdefault("seeds", {})
        seeds.setdefault(str(arguments.seed), {}).update(found)
        result["tuned"] |= summary(seeds)
    else:
        result |= found
    write_text(arguments.out, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def untuned(work: Path, projects: Mapping[str, Project], model: str) -> dict[str, Any]:
    """Return what the base answers."""
    return {
        "what": "execution accuracy on hand-written questions; rule ts with DISTINCT kept, one database each",
        "guided": f"the best of {CANDIDATES} candidates, held to the schema and chosen by running them",
        "machine": machine(),
        "databases": {name: answered(project, questions(name))[0] for name, project in projects.items()},
        "spider_like": spider_like(work, model),
    }


def questions(name: str) -> list[Example]:
    """Return the hand-written questions of a made database."""
    return list(read_jsonl(MADE[name][1], Example))


def made(folder: Path, name: str, model: str, seed: int) -> Project:
    """Return a project for one of the made databases, with the demo's settings."""
    build, _ = MADE[name]
    return opened(folder, build(folder.with_suffix(".sqlite")), model, {"db_id": name}, seed)


def opened(folder: Path, databases: Path, model: str, more: Mapping[str, Any], seed: int = 0) -> Project:
    """Return a project; the people of these databases are invented, so their names may be asked for."""
    settings = {section: dict(values) for section, values in SETTINGS.items()}
    for section in ("synth", "split", "train"):
        settings[section]["seed"] = seed
    settings["database"] = {"personal_values": True, **more}
    settings["train"]["base"] = model
    settings["predict"] = {"candidates": CANDIDATES}
    if (folder / "sqlwright.toml").exists():
        return Project.open(folder, settings)
    return Project.init(folder, str(databases), settings)


def asked(project: Project, examples: Sequence[Example]) -> Path:
    """Put the questions where the project finds them, and return the file."""
    file = project.layout.data / "questions.jsonl"
    write_jsonl(file, examples)
    return file


def answered(project: Project, examples: Sequence[Example]) -> tuple[dict[str, Any], Evaluation]:
    """Return the base's figures on questions, with the wrong guided answers; and the guided evaluation."""
    file = asked(project, examples)
    out: dict[str, Any] = {"questions": len(examples)}
    for way, settings in WAYS.items():
        began = time.monotonic()
        project.predict("base", file, force=True, **settings)
        seconds = time.monotonic() - began
        evaluation = project.evaluate("base", file)
        (figures,) = evaluation.figures.values()
        out[way] = shares(figures) | {"seconds_a_question": round(seconds / len(examples), 3)}
        print(project.folder.name, way, out[way]["accuracy"], flush=True)
    out["wrong_guided"] = wrong(project, examples, evaluation)
    return out, evaluation


def spider_like(work: Path, model: str) -> dict[str, Any]:
    """Return the base's figures on the Spider-like questions, by kind."""
    databases = work / "spider"
    if not databases.exists():
        databases.mkdir()
        unpacked("spider/databases-train.tar.zst", databases)
    lines = [json.loads(line) for line in LIKE.read_text(encoding="utf-8").splitlines()]
    kinds = {line["id"]: line.pop("kind") for line in lines}
    examples = [Example(**line) for line in lines]
    out, evaluation = answered(opened(work / "spider_like", databases, model, {}), examples)
    (verdicts,) = evaluation.verdicts.values()
    out["guided"]["by_kind"] = by_kind(kinds, examples, verdicts)
    return out


def by_kind(kinds: Mapping[str, str], examples: Sequence[Example], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[kinds[verdict.id]].append(verdict)
    by_id = {example.id: example for example in examples}
    return {
        kind: shares(summarise(some, [by_id[verdict.id] for verdict in some])) | {"questions": len(some)}
        for kind, some in groups.items()
    }


def tuned(projects: Mapping[str, Project]) -> dict[str, Any]:
    """Tune on each database's generated pairs, and return what that brings on its hand-written questions."""
    out: dict[str, Any] = {}
    for name, project in projects.items():
        began = time.monotonic()
        project.synth()
        project.audit()
        project.split()
        project.train("tuned")
        seconds = time.monotonic() - began
        examples = questions(name)
        file = asked(project, examples)
        out[name] = {
            "machine": machine(),
            "pairs": len(list(read_jsonl(project.layout.split("train"), Example))),
            "seconds": round(seconds, 1),
        }
        for way, settings in WAYS.items():
            for run in ("base", "tuned"):
                project.predict(run, file, force=True, **settings)
            evaluation = project.evaluate(on=file)
            (was, now), (before, after) = evaluation.verdicts.values(), evaluation.figures.values()
            out[name][way] = {"before": shares(before), "after": shares(after), **gain(compare(was, now))}
            print(project.folder, way, out[name][way]["gain"], flush=True)
        out[name]["wrong_guided"] = wrong(project, examples, evaluation)
    return out


def summary(seeds: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return how tuning is done, and each database's accuracy before and after, as means over its seeds."""
    means: dict[str, Any] = {}
    for name in MADE:
        rows = [found[name] for found in seeds.values() if name in found]
        if rows:
            means[name] = {"questions": len(questions(name)), "seeds": len(rows)}
        for way in WAYS if rows else ():
            ends = {end: [row[way][end]["accuracy"] for row in rows] for end in ("before", "after")}
            means[name][way] = {end: round(sum(each) / len(each), 4) for end, each in ends.items()}
    return {
        "how": "sqlwright synth, audit, split, train with the demo's settings; no hand-written question is seen",
        "means": means,
    }


def gain(found: Comparison) -> dict[str, Any]:
    return {
        "gain": round(found.gain, 4),
        "gain_interval": [round(bound, 4) for bound in found.gain_interval],
        "p": round(found.p, 5),
        "fixed": list(found.fixed),
        "broken": list(found.broken),
    }


def shares(figures: Summary) -> dict[str, Any]:
    return {
        "accuracy": round(figures.ex, 4),
        "interval": [round(bound, 4) for bound in figures.ex_interval],
        "by_language": {language: round(group.ex, 4) for language, group in figures.by_language.items()},
        "by_hardness": {level: [group.count, round(group.ex, 4)] for level, group in figures.by_hardness.items()},
        "executable": round(figures.executable, 4),
    }


def wrong(project: Project, examples: Sequence[Example], evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the questions that the last run gets wrong, with gold and its answer."""
    run = list(evaluation.figures)[-1]
    answers = {one.id: one.sql for one in read_jsonl(project.layout.predictions(run, evaluation.set), Prediction)}
    errors = {verdict.id: verdict.error for verdict in evaluation.verdicts[run] if not verdict.correct}
    return [
        {"id": e.id, "question": e.question, "gold": e.sql, "answer": answers[e.id], "error": errors[e.id]}
        for e in examples
        if e.id in errors
    ]


if __name__ == "__main__":
    main()
