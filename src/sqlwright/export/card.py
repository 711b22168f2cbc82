"""A model card: what was tuned, on which data, how, how well it did, and under which licence.

It is written from facts that the caller gathers, and holds no path, address or row of the tuner's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Score:
    """What a model reached on one set."""

    name: str
    questions: int
    rule: str
    """What made two results equal."""
    accuracy: float
    """Execution accuracy, 0 to 1."""
    interval: tuple[float, float]
    """Its 95 % confidence interval."""
    base: float | None = None
    """That of the untuned base on the same questions."""


@dataclass(frozen=True, slots=True)
class Card:
    """The facts of a model card."""

    title: str
    base: str
    """What people know the base as; a name on the Hub where `base_on_hub`."""
    base_on_hub: bool = False
    merged: bool = False
    licence: str = ""
    """SPDX name in lower case; "" where it is not known."""
    licence_note: str = ""
    languages: tuple[str, ...] = ()
    template: str = ""
    """Prompt template that it was tuned with."""
    data: Mapping[str, int | float | str] = field(default_factory=dict)
    """Counts and kinds of the data, by what they count."""
    recipe: Mapping[str, str] = field(default_factory=dict)
    """The settings of [train], as TOML writes their values."""
    versions: Mapping[str, str] = field(default_factory=dict)
    scores: Sequence[Score] = ()
    note: str = ""


def card_text(card: Card) -> str:
    """Return the card as the Hub's README.md: metadata in YAML, then the text."""
    parts = [
        "---",
        _metadata(card),
        "---",
        "",
        f"# {card.title}",
        "",
        f"Writes SQL for questions. Tuned from {card.base} with sqlwright"
        + (", merged into whole weights." if card.merged else "; an adapter, to be loaded beside its base."),
    ]
    if card.note:
        parts += ["", f"{card.note[0].upper()}{card.note[1:]}."]
    if card.template:
        parts += ["", f"It was tuned on sqlwright's `{card.template}` prompts; other prompts give other SQL."]
    parts += ["", "## Data", "", *_rows(card.data, "The data was not recorded.")]
    parts += ["", "## Recipe", "", *_recipe(card)]
    parts += ["", "## Scores", "", *_scores(card.scores)]
    parts += ["", "## Licence", "", _licence(card)]
    parts += [
        "",
        "## Limits",
        "",
        "What it writes may be wrong, or more than the asker may see: run it read-only, behind a guard, and not on a "
        "database it was not evaluated on.",
        "",
    ]
    return "\n".join(parts)


def _metadata(card: Card) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    results = [
        EvalResult(
            task_type="text-generation",
            task_name="Text to SQL",
            dataset_type="sqlwright",
            dataset_name=score.name,
            metric_type="execution_accuracy",
            metric_name=f"Execution accuracy ({score.rule})",
            metric_value=round(100 * score.accuracy, 1),
        )
        for score in card.scores
    ]
    data = ModelCardData(
        language=list(card.languages) or None,
        license=card.licence or None,
        base_model=card.base if card.base_on_hub else None,
        library_name="transformers" if card.merged else "peft",
        pipeline_tag="text-generation",
        tags=["text-to-sql", "sqlwright"],
        model_name=card.title,
        eval_results=results or None,
    )
    return data.to_yaml().strip()


def _rows(values: Mapping[str, int | float | str], otherwise: str) -> list[str]:
    if not values:
        return [otherwise]
    rows = [
        f"| {name} | {value:,} |" if isinstance(value, int) else f"| {name} | {value} |"
        for name, value in values.items()
    ]
    return ["| | |", "|---|---|", *rows]


def _recipe(card: Card) -> list[str]:
    if not card.recipe:
        return ["The recipe was not recorded."]
    settings = [f"{name} = {value}" for name, value in card.recipe.items()]
    versions = ", ".join(f"{name} {version}" for name, version in card.versions.items() if version)
    return ["```toml", "[train]", *settings, "```", *(["", f"With {versions}."] if versions else [])]


def _scores(scores: Sequence[Score]) -> list[str]:
    if not scores:
        return ["It was not evaluated."]
    rows = [
        f"| {score.name} | {score.questions:,} | {score.rule} | {_percent(score.accuracy)} "
        f"({_percent(score.interval[0])} - {_percent(score.interval[1])}) | "
        f"{'-' if score.base is None else _percent(score.base)} |"
        for score in scores
    ]
    return [
        "Execution accuracy in per cent, with its 95 % interval:",
        "",
        "| set | questions | rule | this model | untuned base |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _licence(card: Card) -> str:
    said = card.licence or f"Not stated; that of {card.base} holds for what was made of it"
    return f"{said}. {card.licence_note}".strip()
