"""The readers, the audit and the splits on the reference data beside the checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sqlwright.data import audit, clean_examples, export, find_leaks, read, split, statistics
from sqlwright.records import Turn

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (DATA / "spider").is_dir(), reason="the reference data is not beside the checkout"),
]
RECORDED = {"ok_nonempty": "kept", "ok_empty": "empty", "no_db": "no-database", "error": "failed"}


def test_spider_json_and_jsonl_bring_their_schemas() -> None:
    dev = read(DATA / "spider" / "dev.json")
    train = read(DATA / "spider" / "train.jsonl")
    assert (dev.format, len(dev.examples), len(dev.schemas)) == ("spider", 1034, 20)
    assert (train.format, len(train.examples), len(train.schemas)) == ("spider", 7000, 140)
    assert train.skipped == dev.skipped == []
    assert {example.language for example in train.examples} == {"en"}


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "postgresql"])
def test_bird_evidence_is_read_for_all_500(dialect: str) -> None:
    path = DATA / "bird" / f"mini_dev_{dialect}.json"
    found = read(path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    assert found.format == "bird"
    assert len({example.id for example in found.examples}) == len(raw) == 500
    assert [example.evidence for example in found.examples] == [record["evidence"].strip() for record in raw]


@pytest.mark.parametrize(("name", "dialogues"), [("sparc", 422), ("cosql", 293)])
def test_no_turn_sees_its_own_or_a_later_answer(name: str, dialogues: int) -> None:
    path = DATA / "cosql_sparc" / f"{name}_dev.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    found = read(path, skip_bad=True)
    assert found.format == name
    assert len(raw) == dialogues
    assert len(found.examples) == sum(len(record["interaction"]) for record in raw)
    earlier: dict[str, list[Turn]] = {}
    for example in found.examples:
        turns = earlier.setdefault(example.meta["dialogue"], [])
        assert list(example.history) == turns
        turns.append(Turn(example.question, example.sql))


def test_what_is_exported_reads_back(tmp_path: Path) -> None:
    found = read(DATA / "spider" / "dev.json")
    for form in ("instruction", "completion", "chat", "csv", "sqlwright"):
        export(found.examples, tmp_path / form, form, schemas=found.schemas, needed_only=True)
        back = read(tmp_path / form, skip_bad=True)
        assert back.skipped == []
        told = [(example.db_id, example.question, example.sql) for example in found.examples]
        assert [(example.db_id, example.question, example.sql) for example in back.examples] == told


def test_splits_of_dialogues_are_whole_and_statistics_count_them() -> None:
    examples = read(DATA / "cosql_sparc" / "sparc_dev.json", skip_bad=True).examples
    for by in ("random", "database", "skeleton"):
        parts = split(examples, by=by)
        assert sum(map(len, parts.values())) == len(examples)
        dialogues = [{example.meta["dialogue"] for example in part} for part in parts.values()]
        assert sum(map(len, dialogues)) == len(set().union(*dialogues))
    assert sum(statistics(examples).hardness.values()) == len(examples)


def test_a_skeleton_split_of_spider_leaks_nothing_but_questions() -> None:
    examples, _ = clean_examples(read(DATA / "spider" / "dev.json").examples)
    parts = split(examples, by="skeleton")
    assert {leak.kind for leak in find_leaks(parts)} <= {"question"}
    shares = [len(part) / len(examples) for part in parts.values()]
    assert all(abs(share - goal) < 0.12 for share, goal in zip(shares, (0.7, 0.15, 0.15), strict=True))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not installed")
def test_the_audit_of_spider_agrees_with_the_recorded_status(tmp_path: Path) -> None:
    subprocess.run(
        ["tar", "--zstd", "-xf", str(DATA / "spider" / "databases-train.tar.zst"), "-C", str(tmp_path)], check=True
    )
    files = {path.stem: str(path) for path in tmp_path.glob("*/*.sqlite")}
    examples = read(DATA / "spider" / "train.jsonl").examples
    found = audit(examples, files)
    disagreements = Counter(
        (example.meta["status"], finding.status)
        for example, finding in zip(examples, found.findings, strict=True)
        if RECORDED.get(str(example.meta["status"])) != finding.status
    )
    assert disagreements == {("missing_table", "empty"): 10}
    missing = {example.id for example in examples if example.meta["status"] == "missing_table"}
    assert all(finding.reason.endswith("is empty") for finding in found.findings if finding.id in missing)
    print(f"audited in {found.seconds:.1f} s", file=sys.stderr)
