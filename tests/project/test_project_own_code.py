"""A base that comes with code of its own: it runs in no stage unless `trust_remote_code` says so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from shop_world import ASKED, HELD_OUT, write_questions
from tiny_model import make_tiny_model

from sqlwright.errors import ConfigError
from sqlwright.project import Project

_CODE = """
from pathlib import Path
from transformers import LlamaConfig, LlamaForCausalLM

Path(__file__).with_name("it-ran").touch()

class OwnConfig(LlamaConfig):
    model_type = "own-llama"

class OwnModel(LlamaForCausalLM):
    config_class = OwnConfig
"""


@pytest.fixture
def own_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a base whose code writes a file when it runs."""
    import transformers.dynamic_module_utils as modules

    monkeypatch.setattr(modules, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    base = make_tiny_model(tmp_path / "own")
    (base / "own_model.py").write_text(_CODE)
    told = json.loads((base / "config.json").read_text())
    told |= {"model_type": "own-llama", "architectures": ["OwnModel"]}
    told["auto_map"] = {"AutoConfig": "own_model.OwnConfig", "AutoModelForCausalLM": "own_model.OwnModel"}
    (base / "config.json").write_text(json.dumps(told))
    return base


def test_code_of_a_base_runs_by_consent_alone(own_base: Path, tmp_path: Path, shop_file: Path) -> None:
    train = {"base": str(own_base), "template": "base", "max_steps": 1, "batch_size": 4, "early_stopping": "off"}
    project = Project.init(tmp_path / "project", str(shop_file), {"train": train, "predict": {"max_new_tokens": 2}})
    project.import_data(write_questions(tmp_path / "asked.jsonl", ASKED[:4]), split="train")
    project.import_data(write_questions(tmp_path / "held.jsonl", HELD_OUT[:1]), split="test")
    project.audit()
    project.split()
    told = "comes with code of its own, which would run on this machine"
    with pytest.raises(ConfigError, match=told):
        project.train("mine")
    with pytest.raises(ConfigError, match=told):
        project.estimate()
    with pytest.raises(ConfigError, match=told):
        project.predict("base")
    assert not list(tmp_path.rglob("it-ran"))
    trusting = Project.open(project.folder, {"train": {"trust_remote_code": True}})
    assert trusting.estimate().steps == 1
    trusting.train("mine")
    assert list(tmp_path.rglob("it-ran"))
    assert trusting.predict("mine").counts["predictions"] == 1
    with pytest.raises(ConfigError, match=told):
        project.predict("mine", force=True)
