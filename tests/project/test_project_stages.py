"""The stages of a project: what they write, when they are skipped, what they leave out."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from shop_world import ASKED, CUSTOMERS, HELD_OUT, SQL, make_shop, write_questions

from sqlwright.config import FILE, Config, load
from sqlwright.errors import ConfigError, DatabaseError, DataError
from sqlwright.project import Project, settings_text
from sqlwright.records import Example, Verdict, read_jsonl


@pytest.fixture(scope="module")
def made(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with synthesised, audited and split pairs."""
    project = Project.init(tmp_path_factory.mktemp("made"), str(shop_file), {"synth": {"count": 120}})
    project.synth()
    project.audit()
    project.split()
    return project


@pytest.fixture(scope="module")
def tuned(shop_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a tiny model that was tuned until it knows its one statement."""
    folder = tmp_path_factory.mktemp("tuned")
    train = {"base": str(tiny_base), "method": "full", "learning_rate": 3e-3, "batch_size": 8, "micro_batch_size": 8}
    train |= {"max_steps": 100, "warmup": 0.0, "schedule": "constant", "early_stopping": "off"}
    project = Project.init(folder, str(shop_file), {"train": train, "predict": {"max_new_tokens": 32}})
    project.import_data(write_questions(folder / "asked.jsonl", ASKED), split="train")
    project.import_data(write_questions(folder / "held.jsonl", HELD_OUT), split="test")
    project.audit()
    project.split()
    project.train("known")
    return project


def test_the_settings_file_reads_back_as_written(tmp_path: Path) -> None:
    config = Config.model_validate(
        {
            "database": {"url": 'sqlite:///a "b"\\c.db', "samples": ["a.b"]},
            "synth": {"languages": {"en": 1.0}, "weights": {"odd name": 2.0}},
            "train": {"target_modules": ["q_proj"], "gradient_checkpointing": "on", "learning_rate": 1e-5},
        }
    )
    (tmp_path / FILE).write_text(settings_text(config), encoding="utf-8")
    assert load(tmp_path / FILE) == config


def test_pairs_are_made_audited_and_split(made: Project) -> None:
    pairs = read_jsonl(made.layout.pairs, Example)
    parts = {name: read_jsonl(made.layout.split(name), Example) for name in ("train", "validation", "test")}
    assert len(pairs) == 120
    assert {example.language for example in pairs} == {"en", "zh"}
    assert sorted(example.id for part in parts.values() for example in part) == sorted(pair.id for pair in pairs)
    assert json.loads(made.layout.audit.read_text(encoding="utf-8"))["counts"]["kept"] == 120


def test_a_stage_is_skipped_until_something_changes(made: Project) -> None:
    assert made.synth().unchanged and made.audit().unchanged and made.split().unchanged
    before = made.layout.pairs.read_bytes()
    again = made.synth(force=True)
    assert not again.unchanged
    assert made.layout.pairs.read_bytes() == before  # the same seed
    assert not made.audit(force=True).unchanged
    assert made.split().unchanged  # the same findings
    other = Project.open(made.folder, {"split": {"seed": 3}})
    assert not other.split().unchanged
    assert not made.split().unchanged
    made.layout.split("test").unlink()
    assert not made.split().unchanged


def test_a_changed_database_is_audited_again(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop.db")
    project = Project.init(tmp_path / "project", str(shop))
    project.import_data(write_questions(tmp_path / "asked.jsonl", ASKED))
    assert project.audit().counts["kept"] == len(ASKED)
    with sqlite3.connect(shop) as database:
        database.execute("ALTER TABLE customer RENAME TO client")
    database.close()
    again = Project.open(tmp_path / "project").audit()
    assert not again.unchanged
    assert again.counts["failed"] == len(ASKED)
    assert "no such table" in next(iter(again.counts["reasons"]))


def test_what_failed_the_audit_is_not_used_but_listed(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    project.import_data(write_questions(tmp_path / "good.jsonl", ASKED))
    project.import_data(write_questions(tmp_path / "bad.jsonl", ("Which is it?",), "SELECT nothing FROM nowhere"))
    project.audit()
    outcome = project.split()
    assert outcome.counts["left_out"] == {"failed": 1}
    assert json.loads(project.layout.split_report.read_text(encoding="utf-8"))["left_out"] == {"bad-0": "failed"}
    used = [e.id for name in ("train", "validation", "test") for e in read_jsonl(project.layout.split(name), Example)]
    assert "bad-0" not in used and len(used) == len(ASKED)


def test_a_held_out_question_is_never_trained_on(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    project.import_data(write_questions(tmp_path / "all.jsonl", (*ASKED, *HELD_OUT)), split="train")
    project.import_data(write_questions(tmp_path / "kept.jsonl", HELD_OUT), split="test")
    project.audit()
    assert project.split().counts["left_out"] == {"held-out-question": len(HELD_OUT)}
    trained = {example.question for example in read_jsonl(project.layout.split("train"), Example)}
    assert trained == set(ASKED)


def test_two_sources_with_the_same_ids_stay_apart(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    file = write_questions(tmp_path / "asked.jsonl", ASKED)
    project.import_data(file, name="one")
    outcome = project.import_data(file, name="two")
    ids = [example.id for example in read_jsonl(project.layout.pairs, Example)]
    assert outcome.counts["pairs"] == len(set(ids)) == 2 * len(ASKED)


def test_imported_schemas_are_kept(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    record = {
        "question": "How many boats?",
        "context": "CREATE TABLE boat (id INT, name TEXT)",
        "answer": "SELECT COUNT(*) FROM boat",
    }
    (tmp_path / "boats.json").write_text(json.dumps([record]), encoding="utf-8")
    project.import_data(tmp_path / "boats.json", "hub")
    again = Project.open(tmp_path / "project")
    (boats,) = {example.db_id for example in read_jsonl(again.layout.pairs, Example)}
    assert boats != "shop"
    assert again.schema(boats).table("boat").column("name").type == "TEXT"
    assert again.audit().counts["no-database"] == 1


def test_an_audit_of_other_pairs_is_not_split_by(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    project.import_data(write_questions(tmp_path / "one.jsonl", ASKED))
    project.audit()
    project.import_data(write_questions(tmp_path / "two.jsonl", HELD_OUT))
    with pytest.raises(DataError, match="sqlwright data audit"):
        project.split()


def test_nothing_is_trained_on_a_split_of_other_pairs(tmp_path: Path, shop_file: Path) -> None:
    project = Project.init(tmp_path / "project", str(shop_file))
    project.import_data(write_questions(tmp_path / "one.jsonl", ASKED), split="train")
    project.audit()
    project.split()
    project.import_data(write_questions(tmp_path / "two.jsonl", ASKED[:1]), split="test")
    with pytest.raises(DataError, match="has changed since the split"):
        project.train()


def test_export_carries_the_schema(made: Project) -> None:
    outcome = made.export("instruction", needed_only=True)
    records = json.loads(outcome.wrote[0].read_text(encoding="utf-8"))
    assert len(records) == outcome.counts["examples"]
    assert all("CREATE TABLE" in record["instruction"] for record in records)


def test_statistics_count_every_split(made: Project) -> None:
    counts = made.stats().counts
    assert sum(counts[name]["examples"] for name in ("train", "validation", "test")) == 120


def test_a_project_of_a_folder_of_databases(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "databases" / name).mkdir(parents=True)
        make_shop(tmp_path / "databases" / name / f"{name}.sqlite")
    project = Project.init(tmp_path / "project", str(tmp_path / "databases"), {"synth": {"count": 20}})
    assert project.databases.ids() == ["one", "two"]
    project.synth()
    pairs = read_jsonl(project.layout.pairs, Example)
    assert {example.db_id for example in pairs} == {"one", "two"}
    assert project.audit().counts["kept"] == len(pairs) == 20


def test_init_leaves_nothing_where_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no such database file"):
        Project.init(tmp_path / "project", "sqlite:///nowhere.db")
    assert not (tmp_path / "project").exists()


def test_init_does_not_write_over_settings(tmp_path: Path, shop_file: Path) -> None:
    Project.init(tmp_path, str(shop_file))
    with pytest.raises(ConfigError, match="--force"):
        Project.init(tmp_path, str(shop_file))


def test_a_password_stays_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop_file: Path) -> None:
    monkeypatch.setenv("SHOP_FILE", str(shop_file))
    project = Project.init(tmp_path, "sqlite:///${SHOP_FILE}")
    assert "${SHOP_FILE}" in (tmp_path / FILE).read_text(encoding="utf-8")
    assert project.databases.ids() == ["shop"]
    monkeypatch.delenv("SHOP_FILE")
    with pytest.raises(ConfigError, match="SHOP_FILE is not set"):
        Project.open(tmp_path).databases.ids()


def test_an_interrupted_stage_leaves_no_manifest(made: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(what: str, done: int, total: int, note: str = "") -> None:
        raise KeyboardInterrupt

    before = made.layout.audit.read_bytes()
    stopped = Project.open(made.folder, progress=stop)
    with pytest.raises(KeyboardInterrupt):
        stopped.audit(force=True)
    assert made.layout.audit.read_bytes() == before
    assert not made.audit().unchanged
    assert not list(made.layout.data.glob(".*"))


def test_tuning_makes_the_tiny_model_right(tuned: Project) -> None:
    found = tuned.evaluate("known")
    base, known = found.figures.values()
    assert base.ex == 0.0 and known.ex >= 0.5
    verdicts = read_jsonl(tuned.layout.verdicts("known", "test"), Verdict)
    assert found.comparison is not None
    assert found.comparison.fixed == tuple(verdict.id for verdict in verdicts if verdict.correct)
    assert tuned.compare("base", "known").figures.keys() == found.figures.keys()
    assert tuned.evaluate("known", base=False, rule="ts").rule == "ts"
    with pytest.raises(DataError, match="different rules"):
        tuned.compare("base", "known")
    tuned.evaluate("known")
    report = tuned.report("known").wrote[0].read_text(encoding="utf-8")
    assert HELD_OUT[0] in report and HELD_OUT[1] in report


def test_training_again_finds_the_run(tuned: Project) -> None:
    assert tuned.train("known").unchanged
    named = Project.open(tuned.folder, {"train": {"max_steps": 1}})
    run = named.train().counts["run"]
    assert run.startswith("full-")
    assert named.train().unchanged
    assert tuned.predict(run).counts["predictions"] == len(HELD_OUT)


def test_a_tuned_model_answers_in_the_questions_language(tuned: Project) -> None:
    english, chinese = tuned.ask(ASKED[0], "known"), tuned.ask(ASKED[4], "known")
    assert english.sql == chinese.sql == SQL
    assert english.rows == [(CUSTOMERS,)]
    assert english.text == f"The number of customers is {CUSTOMERS}."
    assert chinese.text.endswith(f" {CUSTOMERS}。")


def test_a_model_that_knows_nothing_gives_an_error_as_answer(tuned: Project) -> None:
    answer = tuned.ask("How many customers are there?", "base")
    assert answer.error and not answer.rows
    assert answer.text.startswith("This could not be answered: ")


def test_a_file_of_questions_can_be_judged(tuned: Project, tmp_path: Path) -> None:
    file = write_questions(tmp_path / "mine.jsonl", ("客户数",))
    found = tuned.evaluate("known", file, base=False)
    assert found.set == "mine"
    assert [summary.count for summary in found.figures.values()] == [1]
    assert "客户数" in tuned.report("known").wrote[0].read_text(encoding="utf-8")


def test_a_base_that_is_no_model_is_named(tuned: Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        tuned.train(base=str(tmp_path / "nowhere"))


def test_the_accuracy_of_validation_can_stop_training(tuned: Project, tmp_path: Path) -> None:
    validation = write_questions(tmp_path / "valid.jsonl", ("How many clients do we have",))
    tuned.import_data(validation, split="validation")
    tuned.audit()
    tuned.split()
    watched = {"early_stopping": "accuracy", "too_long": "trim-schema", "max_length": 400, "patience": 2}
    still = tuned.train("still", **watched, eval_every=2, max_steps=40, learning_rate=1e-9).counts
    assert still["stopped_early"] and (still["steps"], still["best_step"], still["accuracy"]) == (6, 2, 0.0)
    learnt = tuned.train("learnt", **watched, eval_every=50, max_steps=100).counts
    assert (learnt["accuracy"], learnt["validation"]) == (1.0, 1)
    assert not learnt["stopped_early"]
