"""Writes the reference of the command line and of the configuration from the program itself.

python docs/gen_cli.py           # write docs/reference/cli.md and docs/reference/config.md
python docs/gen_cli.py --check   # exit with 1 when they differ from what would be written
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from sqlwright.cli import app
from sqlwright.config import Config
from sqlwright.project import toml_value

FOLDER = Path(__file__).parent / "reference"
_NOTE = "<!-- Written by docs/gen_cli.py from the program; change it there. -->\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; return the exit code."""
    stale = []
    for name, text in {"cli.md": cli_page(), "config.md": config_page()}.items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(file)
            if "--check" not in arguments:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    if "--check" not in arguments:
        return 0
    for file in stale:
        print(f"{file.name} is out of date; run: python docs/gen_cli.py", file=sys.stderr)
    return 1 if stale else 0


def cli_page() -> str:
    """Return the page of the command line."""
    root: Any = typer.main.get_command(app)
    parts = [_NOTE, "# Command line\n", f"{root.help}\n", f"{root.epilog}\n"]
    for name, command in _commands(root, "sqlwright"):
        parts += _command(name, command)
    return "\n".join(parts)


def config_page() -> str:
    """Return the page of the configuration."""
    parts = [
        _NOTE,
        "# Configuration\n",
        "`sqlwright.toml` holds the settings of a project; `sqlwright init` writes one with every key. A flag of the "
        "command line wins over the file, the file over the defaults below. Unknown keys and wrong types are errors.\n",
    ]
    for section, field in Config.model_fields.items():
        model = type(field.default)
        parts += [f"## `[{section}]`\n", f"{model.__doc__}\n", "| key | type | default | |", "|---|---|---|---|"]
        parts += [_key(name, item) for name, item in model.model_fields.items()]
        parts.append("")
    return "\n".join(parts)


def _commands(group: Any, path: str) -> list[tuple[str, Any]]:
    out = []
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        if not inner or (command.epilog and command.invoke_without_command):  # a group that is a command itself
            out.append((f"{path} {name}", command))
        out += _commands(command, f"{path} {name}") if inner else []
    return out


def _command(name: str, command: Any) -> list[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    usage = " ".join([name, "[OPTIONS]", *(param.name.upper() for param in arguments)])
    example = command.epilog.removeprefix("Example: ")
    out = [f"## `{name}`\n", f"{' '.join(command.help.split())}\n", f"```\n{usage}\n\n{example}\n```\n"]
    if arguments:
        out += ["| argument | |", "|---|---|"]
        out += [f"| `{param.name.upper()}` | {_help(param)} |" for param in arguments] + [""]
    out += ["| option | |", "|---|---|"]
    for param in options:
        names = ", ".join(f"`{flag}`" for flag in [*param.opts, *param.secondary_opts])
        out.append(f"| {names} | {_help(param)} |")
    return [*out, ""]


def _help(param: Any) -> str:
    text = (param.help or "").replace(r"\[", "[")
    if isinstance(param.show_default, str):
        text += f" [default: {param.show_default}]"
    elif param.show_default and param.default not in (None, False, (), []):
        text += f" [default: {'on' if param.default is True else param.default}]"
    return _cell(text + (" Required." if param.required else ""))


def _key(name: str, field: FieldInfo) -> str:
    limits = [text for item in field.metadata if (text := _limit(item))]
    kind = ", ".join([_type(field.annotation), *limits])
    return f"| `{name}` | {_cell(kind)} | `{_cell(toml_value(field.default))}` | {_cell(field.description or '')} |"


def _type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(toml_value(word) for word in parts)
    if origin is list:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"table of {_type(parts[1])}"
    if origin is Annotated:
        return " ".join([_type(parts[0]), *(text for item in parts[1:] if (text := _limit(item)))])
    if parts:
        return " or ".join(_type(part) for part in parts)
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}[annotation]


def _limit(item: Any) -> str:
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    return next((f"{word} {getattr(item, name)}" for name, word in words.items() if hasattr(item, name)), "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
