"""Makes a command's flags from a section of the configuration: one a field, named and explained as the field is."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Optional, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sqlwright.config import Config
from sqlwright.errors import ConfigError


def flags_of(section: str, *, leave_out: frozenset[str] = frozenset()) -> list[inspect.Parameter]:
    """Return the parameters of a section's flags; all are None where the flag is not given."""
    return [
        _parameter(section, name, field)
        for name, field in model_of(section).model_fields.items()
        if name not in leave_out
    ]


def overrides_of(section: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that flags gave, as the section's model takes them.

    Raises:
        ConfigError: a `name=number` flag has another form.
    """
    out: dict[str, Any] = {}
    for name, field in model_of(section).model_fields.items():
        value = given.get(f"{section}_{name}")
        if value is None or value == []:
            continue
        if get_origin(field.annotation) is dict:
            out[name] = dict(_named_number(flag(name), item) for text in value for item in text.split(","))
        elif isinstance(value, list) and len(value) == 1 and value[0] in _literals(field.annotation):
            out[name] = value[0]
        elif isinstance(value, str) and _literals(field.annotation) and value.lstrip("-").isdecimal():
            out[name] = int(value)
        else:
            out[name] = value
    return out


def model_of(section: str) -> type[BaseModel]:
    """Return the model of a section of the configuration."""
    return type(getattr(Config(), section))


def flag(name: str) -> str:
    """Return the flag of a field."""
    return f"--{name.replace('_', '-')}"


def default_text(value: Any) -> str:
    """Return a default as a person writes it."""
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value != "" else "none"


def _parameter(section: str, name: str, field: FieldInfo) -> inspect.Parameter:
    names = f"{flag(name)}/--no-{name.replace('_', '-')}" if field.annotation is bool else flag(name)
    default = default_text(field.default)
    help_ = f"{' '.join((field.description or '').split())} [default: {default}]".replace("[", r"\[")
    option = typer.Option(names, help=help_, show_default=False, rich_help_panel=f"Settings of {section}")
    annotated: Any = Annotated
    annotation = annotated[_as_typed(field.annotation), option]
    return inspect.Parameter(f"{section}_{name}", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _as_typed(annotation: Any) -> Any:
    """Return the type of a flag for a field of this type."""
    origin = get_origin(annotation)
    if origin is Literal:
        return Optional[annotation]  # noqa: UP045 - built at run time
    if origin is list:
        (item,) = get_args(annotation)
        any_list: Any = list
        return Optional[any_list[str if get_origin(item) is Literal else item]]  # noqa: UP045
    if origin is dict:
        return Optional[list[str]]  # noqa: UP045
    if origin is not None and any(get_origin(part) is Annotated for part in get_args(annotation)):  # a number or a word
        return Optional[str]  # noqa: UP045
    if origin is not None:  # a list or a word
        return Optional[list[str]]  # noqa: UP045
    return Optional[annotation]  # noqa: UP045


def _literals(annotation: Any) -> tuple[Any, ...]:
    """Return the words that may stand in place of a list or a number."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return ()
    return tuple(word for part in get_args(annotation) if get_origin(part) is Literal for word in get_args(part))


def _named_number(name: str, item: str) -> tuple[str, float]:
    key, sign, number = item.partition("=")
    try:
        return key.strip(), float(number)
    except ValueError:
        wrong = item if sign else repr(item)
        raise ConfigError(f"{name}: expected name=number, such as en=0.5; found {wrong}") from None
