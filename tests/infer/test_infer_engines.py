"""Engines other than transformers: a service over HTTP, and a GGUF file."""

from __future__ import annotations

import inspect
import json
import time
from pathlib import Path
from typing import Any

import pytest
from judge_server import Reply, serving
from tiny_model import prompts

from sqlwright._endpoint import Patience
from sqlwright.errors import ConfigError, EndpointError, MissingExtra
from sqlwright.infer import Candidate, Sampling, load
from sqlwright.infer.endpoint import Endpoint
from sqlwright.infer.llamacpp import open_gguf
from sqlwright.infer.vllm import Vllm, _room, open_vllm
from sqlwright.schema import parse_ddl

QUICK = Patience(seconds=10, attempts=3, pause=0.01)


def told(text: str, tokens: int = 7) -> Reply:
    body = {"choices": [{"message": {"content": text}}], "usage": {"completion_tokens": tokens}}
    return Reply(body=json.dumps(body))


def test_a_service_writes_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P_KEY", "secret-1")
    with serving() as server:

        def behave(body: Any, number: int) -> Reply:
            time.sleep(0.2)  # so that others come meanwhile
            return told(f"```sql\nSELECT {len(body['messages'][0]['content'])}\n```")

        server.behave = behave
        found = Endpoint(server.url, "m", "P_KEY", QUICK).generate(prompts(), batch_size=3, max_new_tokens=50)
    assert [one.id for one in found] == [one.id for one in prompts()]
    assert [one.sql for one in found] == [f"SELECT {len(one.prefix + one.suffix)}" for one in prompts()]
    assert all(one.tokens == 7 and one.seconds > 0 for one in found)
    assert 1 < server.most_at_once <= 3
    assert {(body["max_tokens"], body["temperature"], body["model"]) for body in server.bodies} == {(50, 0.0, "m")}
    assert {headers["authorization"] for headers in server.headers} == {"Bearer secret-1"}


def test_a_busy_service_is_asked_again_and_one_that_is_down_is_named() -> None:
    with serving() as server:
        server.behave = lambda body, number: Reply(status=(429, 503)[number]) if number < 2 else told("SELECT 1")
        assert Endpoint(server.url, "m", patience=QUICK).generate(prompts()[:1])[0].sql == "SELECT 1"
        server.behave = lambda body, number: Reply(status=500)
        with pytest.raises(EndpointError, match=r"HTTP 500.*run it again"):
            Endpoint(server.url, "m", patience=QUICK).generate(prompts())
        server.behave = lambda body, number: Reply(status=400)
        assert Endpoint(server.url, "m", patience=QUICK).generate(prompts()[:1])[0].sql == ""
    with pytest.raises(EndpointError, match="cannot be reached"):
        Endpoint("http://127.0.0.1:9/v1", "m", patience=QUICK).generate(prompts()[:1])
    with pytest.raises(ConfigError, match="must begin with http"):
        Endpoint("localhost:8000", "m")


def test_samples_of_a_service_are_counted() -> None:
    with serving() as server:
        server.behave = lambda body, number: told("SELECT 1" if number % 3 else "SELECT 2")
        (found,) = Endpoint(server.url, "m", patience=QUICK).candidates(
            prompts()[:1], count=6, sampling=Sampling(0.7, 0.9, seed=1)
        )
    assert found == [Candidate("SELECT 1", times=4), Candidate("SELECT 2", times=2)]
    assert len({body["seed"] for body in server.bodies}) == 6
    assert {(body["temperature"], body["top_p"]) for body in server.bodies} == {(0.7, 0.9)}


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    pytest.importorskip("llama_cpp")
    pytest.importorskip("gguf")
    from sqlwright import base
    from sqlwright.export import write_gguf

    folder = tmp_path_factory.mktemp("gguf")
    return write_gguf(base.path(), folder / "base.gguf", "f16").path


def test_a_gguf_file_says_what_transformers_says(gguf: Path) -> None:
    from sqlwright import base

    engine = load(base.path(), precision="fp32", device="cpu")
    writer = open_gguf(gguf, engine.tokenizer, threads=1)
    ours, its = (each.generate(prompts()[:4], max_new_tokens=24) for each in (engine, writer))
    assert [one.raw for one in its] == [one.raw for one in ours]
    assert [one.tokens for one in its] == [one.tokens for one in ours]
    bold = Sampling(temperature=1.0, seed=2)
    once, again = (writer.candidates(prompts()[:1], count=3, max_new_tokens=16, sampling=bold) for _ in range(2))
    assert once == again and sum(one.times for one in once[0]) <= 3
    with pytest.raises(ConfigError, match="more than the model's context"):
        writer.generate(prompts()[:1], max_new_tokens=100_000)


def test_a_gguf_file_keeps_to_a_grammar(gguf: Path) -> None:
    from sqlwright import base

    engine = load(base.path(), precision="fp32", device="cpu", grammar=True)
    writer = open_gguf(gguf, engine.tokenizer, threads=1, grammar=True)
    town = parse_ddl("CREATE TABLE town (label TEXT, size INT)")  # not what the prompts show
    asked = [prompts()[at] for at in (0, 3)]
    ours, its = (
        each.generate(asked, max_new_tokens=24, schemas={one.id: town for one in asked}) for each in (engine, writer)
    )
    assert [one.raw for one in its] == [one.raw for one in ours]
    assert all("town" in one.sql and "city" not in one.sql for one in its)


def test_what_is_no_gguf_file_is_said(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    with pytest.raises(ConfigError, match="no such GGUF file"):
        open_gguf(tmp_path / "none.gguf", None)
    (tmp_path / "odd.gguf").write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(ConfigError, match="cannot load it"):
        open_gguf(tmp_path / "odd.gguf", None)


def test_a_missing_engine_names_its_extra() -> None:
    pytest.importorskip("torch")
    try:
        import vllm  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtra, match=r"sqlwright\[vllm\]"):
            open_vllm("base", None)


def test_vllm_takes_what_it_is_given(tmp_path: Path) -> None:
    """Needs vLLM's Python files, but no GPU."""
    vllm = pytest.importorskip("vllm")
    from vllm.v1.structured_output.backend_xgrammar import validate_xgrammar_grammar

    town = parse_ddl("CREATE TABLE town (label TEXT, size INT)")
    writer = Vllm(None, None, {"a": str(tmp_path), "b": str(tmp_path)}, grammar=True)
    greedy = writer._how(prompts()[0], 1, 64, town, None)
    assert (greedy.n, greedy.max_tokens, greedy.temperature) == (1, 64, 0.0)
    validate_xgrammar_grammar(greedy)  # raises
    drawn = [writer._how(one, 3, 64, None, Sampling(0.7, 0.9, seed=1)) for one in prompts()[:2]]
    assert [(one.n, one.temperature, one.top_p, one.structured_outputs) for one in drawn] == [(3, 0.7, 0.9, None)] * 2
    assert drawn[0].seed != drawn[1].seed
    assert [writer._request(name).lora_int_id for name in ("a", "b")] == [1, 2]
    asked = [{"prompt_token_ids": [1]}]
    inspect.signature(vllm.LLM.generate).bind(None, asked, [greedy], use_tqdm=False, lora_request=None)


def test_room_for_adapters_of_several_ranks(tmp_path: Path) -> None:
    folders = {}
    for rank in (4, 24):
        folder = tmp_path / str(rank)
        folder.mkdir()
        (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
        folders[str(rank)] = str(folder)
    assert _room(folders) == 32
    (tmp_path / "24" / "adapter_config.json").write_text('{"r": 600}')
    with pytest.raises(ConfigError, match="rank 512 at most, not 600"):
        _room(folders)
