"""Generation with a real tiny model, tuned to know eight pairs by heart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny_model import OTHER_SCHEMA, make_tiny_model, prompts

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Engine, engine, load
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prompt
from sqlwright.schema import parse_ddl
from sqlwright.train import tokenise, tune


@pytest.fixture(scope="module")
def adapter(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = TrainConfig(learning_rate=1e-2, epochs=40, batch_size=4, micro_batch_size=4, precision="fp32", dropout=0.0)
    return Path(tune(prompts(), [], tiny_base, tmp_path_factory.mktemp("tuned"), config).model)


@pytest.fixture(scope="module")
def tuned(tiny_base: Path, adapter: Path) -> Engine:
    return load(tiny_base, adapter, precision="fp32", device="cpu")


@pytest.fixture(scope="module")
def untuned(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu")


def test_it_says_what_it_learnt(tuned: Engine) -> None:
    done: list[tuple[int, int]] = []
    answers = tuned.generate(prompts(), batch_size=3, db_ids={"p0": "geo"}, progress=lambda n, of: done.append((n, of)))
    assert [answer.id for answer in answers] == [prompt.id for prompt in prompts()]
    for answer, prompt in zip(answers, prompts(), strict=True):
        assert answer.sql == prompt.completion.removesuffix("<|end|>").strip()
        assert answer.tokens > 0 and answer.seconds > 0
    assert [answer.db_id for answer in answers[:2]] == ["geo", ""]
    assert done[-1] == (8, 8)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_an_adapter_may_stay_apart(tiny_base: Path, adapter: Path, tuned: Engine, precision: engine.Precision) -> None:
    apart = load(tiny_base, adapter, merge=False, device="cpu", precision=precision)
    assert [a.sql for a in apart.generate(prompts())] == [a.sql for a in tuned.generate(prompts())]


def test_shared_prefixes_answer_as_the_library_does(
    tuned: Engine, untuned: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = prompts() + prompts(OTHER_SCHEMA)[:5] + [Prompt("lone", "<|schema|> x", "<|question|> y <|sql|>")]
    for subject in (tuned, untuned):
        ours = subject.generate(mixed, max_new_tokens=24, batch_size=4)
        with monkeypatch.context() as patch:
            patch.setattr(engine, "can_share", lambda model: False)
            theirs = subject.generate(mixed, max_new_tokens=24, batch_size=4)
        assert [answer.raw for answer in ours] == [answer.raw for answer in theirs]
        assert [answer.tokens for answer in ours] == [answer.tokens for answer in theirs]


def test_beams_begin_with_what_was_learnt_and_differ(tuned: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tuned.candidates(prompts(), count=3, batch_size=5, max_new_tokens=40)
    greedy = tuned.generate(prompts())
    assert [beams[0].sql for beams in found] == [answer.sql for answer in greedy]
    assert all(1 <= len(beams) <= 3 and len({beam.sql for beam in beams}) == len(beams) for beams in found)
    monkeypatch.setattr(engine, "can_share", lambda model: False)
    theirs = tuned.candidates(prompts(), count=3, batch_size=5, max_new_tokens=40)
    assert [beams[0].sql for beams in theirs] == [beams[0].sql for beams in found]


def test_a_schema_changes_nothing_that_keeps_to_it(tuned: Engine) -> None:
    schema = parse_ddl(
        "CREATE TABLE city (name TEXT, country TEXT, population INT); CREATE TABLE mountain (name TEXT, height INT)"
    )
    schemas = {prompt.id: schema for prompt in prompts()}
    free, kept = tuned.generate(prompts()), tuned.generate(prompts(), schemas=schemas)
    assert [answer.raw for answer in free] == [answer.raw for answer in kept]
    smaller = parse_ddl("CREATE TABLE town (id INT, name TEXT)")
    other = tuned.generate(prompts(), max_new_tokens=40, schemas={prompt.id: smaller for prompt in prompts()})
    assert not any("city" in answer.raw for answer in other if "'" not in answer.raw)


def test_beams_are_scored_as_the_library_scores_them(tuned: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tuned.candidates(prompts(), count=4, max_new_tokens=40)
    monkeypatch.setattr(engine, "can_share", lambda model: False)
    theirs = tuned.candidates(prompts(), count=4, max_new_tokens=40)
    for mine, its in zip(ours, theirs, strict=True):
        known = {beam.sql: beam.score for beam in its}
        assert mine[0].sql in known
        for beam in mine:
            if beam.sql in known:
                assert beam.score == pytest.approx(known[beam.sql], abs=1e-3)


def test_it_works_around_a_model_in_training(tuned: Engine) -> None:
    tuned.model.train()
    assert Engine(tuned.model, tuned.tokenizer).generate(prompts()[:2])[0].sql
    assert tuned.model.training
    tuned.model.eval()


def test_prompts_have_the_same_tokens_as_in_training(untuned: Engine) -> None:
    samples, _ = tokenise(prompts(), untuned.tokenizer)
    encode = PromptEncoder(untuned.tokenizer)
    assert [(sample.prefix, sample.suffix) for sample in samples] == [encode(prompt) for prompt in prompts()]


def test_bare_sql_ends_at_its_semicolon(untuned: Engine) -> None:
    ids = untuned.tokenizer.encode
    assert untuned._ended(ids("SELECT 1;"))
    assert not untuned._ended(ids("SELECT ';'")[:-1])
    assert not untuned._ended(ids("First;"))


def test_a_missing_model_is_said_clearly(tiny_base: Path, tmp_path: Path, adapter: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        load(tmp_path / "nowhere")
    other = make_tiny_model(tmp_path / "other", hidden=32)
    with pytest.raises(ConfigError, match="cannot be loaded"):
        load(other, adapter)


def test_extracting_loads_no_torch() -> None:
    code = "import sys; from sqlwright.infer import extract_sql, choose; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_prompts_no_answers(untuned: Engine) -> None:
    assert untuned.generate([]) == []
    assert torch.is_inference_mode_enabled() is False
