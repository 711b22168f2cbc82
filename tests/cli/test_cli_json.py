"""With `--json`, stdout holds what the command says and nothing else, whatever libraries print meanwhile."""

from __future__ import annotations

import json

import pytest
import typer

from sqlwright.cli._command import Said, Session, command


@pytest.mark.parametrize("as_json", [True, False])
def test_what_libraries_print_goes_to_stderr(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()

    def noisy(session: Session) -> Said:
        """Talk like a library."""
        print("Setting accelerator to CPU")
        return Said({"steps": 3}, ["three steps"])

    command(app, "noisy", example="noisy", in_project=False)(noisy)
    app(["--json"] if as_json else [], standalone_mode=False)
    out, err = capsys.readouterr()
    if as_json:
        assert json.loads(out) == {"steps": 3} and "accelerator" in err
    else:
        assert out.splitlines() == ["Setting accelerator to CPU", "three steps"]
