"""What is sent to the Hub is what a dry run writes: model, tokenizer and a card of facts; and Ollama's Modelfile."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from export_models import make_adapter, make_model
from huggingface_hub import ModelCard
from transformers import AutoModelForCausalLM

from sqlwright.errors import ConfigError
from sqlwright.export import Card, Score, card_text, fill_folder, find_source, upload, write_gguf, write_modelfile

CARD = Card(
    "shop-sql",
    "qwen/some-base",
    base_on_hub=True,
    licence="apache-2.0",
    languages=("en", "zh"),
    template="chat",
    data={"train examples": 1400, "dialects": "sqlite"},
    recipe={"rank": "16", "method": '"lora"'},
    versions={"torch": "2.9", "absent": ""},
    scores=(Score("test", 1200, "ts", 0.875, (0.85, 0.9), 0.4), Score("other", 3, "strict", 1.0, (1.0, 1.0))),
)


class _Hub(ThreadingHTTPServer):
    """A hub that takes uploads, in memory."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.made: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}


class _Answers(BaseHTTPRequestHandler):
    server: _Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers.get("Authorization") != "Bearer hf_right":
            self._answer({"error": "Invalid user token."}, 401)
        elif self.path == "/api/repos/create":
            self.server.made.append(json.loads(body))
            self._answer({"url": f"{self._address}/me/shop-sql", "name": "me/shop-sql", "id": "1"})
        elif "/preupload/" in self.path:
            asked = json.loads(body)["files"]
            self._answer({"files": [{**file, "uploadMode": "regular", "shouldIgnore": False} for file in asked]})
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.server.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._answer({"commitUrl": f"{self._address}/me/shop-sql/commit/1", "commitOid": "1", "success": True})
        else:  # whether the card's metadata is good
            self._answer({"errors": [], "warnings": []})

    def do_GET(self) -> None:
        self._answer({"error": "Repository not found"}, 404)

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _answer(self, value: Any, status: int = 200) -> None:
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[_Hub]:
    server = _Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


_ALL = """
import json, os, sys
from sqlwright.cli import main
call = ["export", "hub", "me/shop-sql", "adapter", "--licence", "mit", "--json"]
os.environ["HF_TOKEN"] = "hf_wrong"
codes = [main([*call, "--dry-run", "--out", "dry"]), main([*call, "--out", "refused"])]
os.environ["HF_TOKEN"] = "hf_right"
sys.exit([*codes, main(call)] != [0, 2, 0])
"""


def test_the_upload_is_what_the_dry_run_writes(hub: _Hub, tmp_path: Path) -> None:
    adapter = make_adapter(make_model(tmp_path / "base", "qwen2"), tmp_path / "adapter")
    (adapter / "notes.txt").write_text("of the tuner's own")
    # In a process of its own: huggingface_hub reads its settings once.
    settings = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_address[1]}", "HF_HUB_OFFLINE": "0"}
    call = [sys.executable, "-c", _ALL]
    done = subprocess.run(
        call, capture_output=True, text=True, env=os.environ | settings, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    dry, sent = map(json.loads, done.stdout.splitlines())
    assert (dry["sent"], sent["sent"].endswith("/me/shop-sql")) == ("", True)
    assert [made["visibility"] for made in hub.made] == ["private"]
    files = ["README.md", "adapter_config.json", "adapter_model.safetensors"]
    assert dry["files"] == sent["files"] == files
    assert hub.files == {name: (tmp_path / "dry" / name).read_bytes() for name in files}
    assert b"license: mit" in hub.files["README.md"]
    assert str(tmp_path).encode() not in b"".join(hub.files.values())
    assert json.loads(hub.files["adapter_config.json"])["base_model_name_or_path"] == "base"
    (refused,) = [line for line in done.stderr.splitlines() if "error" in line]
    assert "me/shop-sql: the upload failed" in refused


def test_a_repository_has_a_possible_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be a repository's name"):
        upload(tmp_path, "me/shop/sql")


def test_a_card_reads_back_as_the_facts() -> None:
    card = ModelCard(card_text(CARD))
    data = card.data.to_dict()
    assert data["base_model"] == "qwen/some-base"
    assert (data["license"], data["language"], data["library_name"]) == ("apache-2.0", ["en", "zh"], "peft")
    assert data["model-index"][0]["results"][0]["metrics"][0]["value"] == 87.5
    assert "| test | 1,200 | ts | 87.5 (85.0 - 90.0) | 40.0 |" in card.text
    assert "| other | 3 | strict | 100.0 (100.0 - 100.0) | - |" in card.text
    assert "| train examples | 1,400 |" in card.text
    assert 'rank = 16\nmethod = "lora"' in card.text
    assert "With torch 2.9." in card.text
    bare = card_text(Card("x", "a base of mine"))
    assert "base_model" not in bare
    for told in (
        "It was not evaluated",
        "The recipe was not recorded",
        "The data was not recorded",
        "Not stated; that of",
    ):
        assert told in bare


def test_a_merged_model_is_sent_whole(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", "llama3", tied=True)
    adapter = make_adapter(base, tmp_path / "adapter")
    card = Card("shop-sql", "llama", merged=True, note="it was tuned on a base in 4 bits (QLoRA)")
    files = fill_folder(find_source(adapter), card, tmp_path / "out")
    assert {"README.md", "config.json", "model.safetensors", "tokenizer.json"} <= set(files)
    AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    told = (tmp_path / "out" / "README.md").read_text()
    assert "library_name: transformers" in told
    assert "It was tuned on a base in 4 bits (QLoRA)." in told
    with pytest.raises(ConfigError, match="--force"):
        fill_folder(find_source(adapter), card, tmp_path / "out")


def test_a_modelfile_frames_prompts_as_the_chat_template_does(tmp_path: Path) -> None:
    chat = write_gguf(make_model(tmp_path / "qwen", "qwen2"), tmp_path / "models" / "shop.gguf").path
    found = write_modelfile(chat)
    assert found == tmp_path / "models" / "Modelfile"
    assert found.read_text() == (
        "FROM ./shop.gguf\n"
        'TEMPLATE """<|im_start|>user\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n"""\n'
        "PARAMETER temperature 0\n"
        "PARAMETER num_ctx 256\n"
        'PARAMETER stop "<|im_end|>"\n'
    )
    plain = write_gguf(make_model(tmp_path / "llama", "llama3"), tmp_path / "plain.gguf").path
    told = write_modelfile(plain, tmp_path / "models" / "Plain").read_text()
    assert told.startswith('FROM ../plain.gguf\nTEMPLATE """{{ .Prompt }}"""\n')
    assert 'PARAMETER stop "<|eot_id|>"' in told


def test_a_modelfile_is_of_a_gguf_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="export gguf"):
        write_modelfile(tmp_path / "nothing.gguf")
    (tmp_path / "other.gguf").write_bytes(b"something else, and long enough for a header")
    with pytest.raises(ConfigError, match="no GGUF file"):
        write_modelfile(tmp_path / "other.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["other.gguf"]
