"""`sqlwright export ...`: merged safetensors, GGUF, a Hub folder, an Ollama Modelfile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from sqlwright.cli._command import Said, Session, command

if TYPE_CHECKING:
    from sqlwright.project import Outcome

Model = Annotated[
    str,
    typer.Argument(
        help="A run ('base' is the untuned model), or the folder of a model.", show_default="the latest run"
    ),
]
Base = Annotated[str, typer.Option(help="Base of an adapter's folder.", show_default="the one that it names")]
Out = Annotated[Path | None, typer.Option(help="What to write.", show_default="in the run's export/")]
Dtype = Annotated[str, typer.Option(help="Type of the weights: bf16, fp16, fp32, or auto for the base's.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Write a tuned model for others to run: merge, gguf, hub, ollama.")

    @group.callback(invoke_without_command=True)
    def _group(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    command(group, "merge", example="sqlwright export merge lora-r16-0c1d2e")(merge)
    command(group, "gguf", example="sqlwright export gguf --quant q4_k_m")(gguf)
    command(group, "hub", example="sqlwright export hub me/shop-sql --dry-run")(hub)
    command(group, "ollama", example="sqlwright export ollama shop-q4_k_m.gguf", in_project=False)(ollama)
    app.add_typer(group, name="export")


def merge(
    session: Session, model: Model = "", base: Base = "", out: Out = None, dtype: Dtype = "auto", force: Force = False
) -> Said:
    """Add an adapter to its base's weights: a whole model of safetensors that needs no adapter."""
    from sqlwright import export, project

    _known("--dtype", dtype, export.Dtype)
    subject = project.find_subject(model, session.folder, base=base)
    chosen: export.Dtype = dtype  # type: ignore[assignment]
    outcome = project.export_merged(subject, out, dtype=chosen, force=force, progress=session.display)
    counts = outcome.counts
    text = f"{counts['parameters']:,} parameters in {counts['dtype']}, {_size(counts['bytes'])}"
    following = f"sqlwright export gguf {outcome.wrote[0]} --quant q4_k_m"
    return Said(outcome.to_json(), _lines(outcome, text), following)


def gguf(
    session: Session,
    model: Model = "",
    quant: Annotated[str, typer.Option(help="f16, q8_0, q5_k_m or q4_k_m.")] = "q8_0",
    base: Base = "",
    out: Out = None,
    force: Force = False,
) -> Said:
    """Write a model as one GGUF file, for llama.cpp and Ollama; an adapter is merged first."""
    from sqlwright import export, project

    _known("--quant", quant, export.Quant)
    subject = project.find_subject(model, session.folder, base=base)
    chosen: export.Quant = quant  # type: ignore[assignment]
    outcome = project.export_gguf(subject, out, quant=chosen, force=force, progress=session.display)
    counts = outcome.counts
    types = ", ".join(f"{number} {kind}" for kind, number in counts["types"].items())
    lines = _lines(outcome, f"{_size(counts['bytes'])}: tensors of {types}")
    if counts["other"]:
        lines.append(f"{counts['other']} matrices are of another type: their rows do not divide into {quant}'s blocks")
    if not counts["tokens_checked"]:
        lines.append("not read back; with llama-cpp-python installed its tokens are compared with transformers'")
    return Said(outcome.to_json(), lines, f"sqlwright export ollama {outcome.wrote[0]}")


def hub(
    session: Session,
    repository: Annotated[str, typer.Argument(help="The repository on the Hub, such as me/shop-sql.")],
    model: Model = "",
    merged: Annotated[bool, typer.Option("--merged", help="Send the whole model instead of the adapter.")] = False,
    licence: Annotated[
        str,
        typer.Option("--licence", "--license", help="SPDX name of its licence.", show_default="the base's, if known"),
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="Let everybody see a repository that is made.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the folder, and send nothing.")] = False,
    base: Base = "",
    out: Out = None,
    dtype: Dtype = "auto",
    force: Force = False,
) -> Said:
    """Send a model with its card (data, recipe, scores, licence) to the Hugging Face Hub."""
    from sqlwright import export, project

    _known("--dtype", dtype, export.Dtype)
    subject = project.find_subject(model, session.folder, base=base)
    chosen: export.Dtype = dtype  # type: ignore[assignment]
    outcome = project.export_hub(
        subject,
        repository,
        out,
        merged=merged,
        dtype=chosen,
        licence=licence,
        private=not public,
        dry_run=dry_run,
        force=force,
        progress=session.display,
    )
    files = outcome.counts["files"]
    text = f"sent {len(files)} files to {outcome.counts['sent']}" if not dry_run else f"would send {', '.join(files)}"
    return Said(outcome.to_json(), _lines(outcome, text))


def ollama(
    session: Session,
    model: Annotated[Path, typer.Argument(help="A GGUF file.")],
    out: Annotated[Path | None, typer.Option(help="What to write.", show_default="Modelfile beside it")] = None,
    force: Force = False,
) -> Said:
    """Write an Ollama Modelfile for a GGUF file."""
    from sqlwright.export import write_modelfile

    written = write_modelfile(model, out or "", force=force)
    return Said({"wrote": [str(written)]}, [f"wrote {written}"], f"ollama create {model.stem} -f {written}")


def _known(option: str, value: str, words: Any) -> None:
    from sqlwright.errors import ConfigError

    if value not in get_args(words):
        raise ConfigError(f"{option}: {value!r} is unknown; known: {', '.join(get_args(words))}")


def _lines(outcome: Outcome, text: str) -> list[str]:
    note = outcome.counts.get("note")
    return [text, *([note] if note else []), *(f"wrote {path}" for path in outcome.wrote)]


def _size(count: int) -> str:
    return f"{count / 1e9:,.2f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"
