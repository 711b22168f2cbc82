"""The Dockerfile and the compose file fit the package: what they mount, install, call and listen on is there."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from sqlwright.cli import main
from sqlwright.config import ServeConfig

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PORT = ServeConfig().port


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, and their arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def of(name: str) -> list[str]:
    return [argument for instruction, argument in steps() if instruction == name]


def test_what_is_mounted_is_there_and_not_left_out() -> None:
    assert all("--mount=type=bind,target=/src " in run for run in of("RUN") if "/src[" in run)
    first, *others = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = {line.removeprefix("!") for line in others if line.startswith("!")}
    assert first == "*" and all((ROOT / source).exists() for source in kept)
    needed = [PACKAGE["readme"], *PACKAGE["license-files"], "pyproject.toml", "src"]
    assert set(needed) == kept  # without which the package is not built


def test_what_is_installed_is_an_extra_of_the_package() -> None:
    installed = re.findall(r'pip install [^\n]*"/src\[([\w,]+)\]"', "\n".join(of("RUN")))
    assert len(installed) == len([stage for stage in of("FROM") if stage.startswith("base")]) == 2
    extras = {extra for extras in installed for extra in extras.split(",")}
    assert "serve" in extras and extras <= set(PACKAGE["optional-dependencies"])
    (python,) = re.findall(r"^python:([\d.]+)-slim AS base$", "\n".join(of("FROM")), flags=re.MULTILINE)
    assert f"{python}.0" in SpecifierSet(PACKAGE["requires-python"])


def test_the_command_is_one_that_the_program_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,), command = (json.loads(of(name)[0]) for name in ("ENTRYPOINT", "CMD"))
    assert program in PACKAGE["scripts"]
    assert main([*command, "-C", str(tmp_path)]) == 2
    assert "sqlwright.toml" in capsys.readouterr().err  # so it is no flag that stopped it
    (check,) = of("HEALTHCHECK")
    _, _, script = json.loads(check[check.index("[") :])
    compile(script, "HEALTHCHECK", "exec")
    assert of("EXPOSE") == [str(PORT)] and f":{PORT}/readyz" in script


def test_the_compose_file_fits_the_image() -> None:
    told: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    service, database = told["services"]["sqlwright"], told["services"]["db"]
    stages = {stage.split()[-1] for stage in of("FROM")}
    assert service["build"]["target"] in stages and (ROOT / service["build"]["context"] / "Dockerfile").is_file()
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["volumes"][0].rpartition(":")[2] in of("WORKDIR")
    assert set(service["depends_on"]) <= set(told["services"])
    assert database["volumes"][0].partition(":")[0] in told["volumes"]
    assert int(service["stop_grace_period"].rstrip("s")) > ServeConfig().grace
    commands = re.findall(r"docker compose run --rm (.*)$", (ROOT / "compose.yaml").read_text(), flags=re.MULTILINE)
    for command in commands:
        name, *arguments = shlex.split(command)
        assert name in told["services"] and main([*arguments, "--help"]) == 0
