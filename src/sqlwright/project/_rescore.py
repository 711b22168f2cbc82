"""Whether, and how, a model's candidates are weighed by how well they explain their question (`predict.rescore`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlwright.base as embedded
from sqlwright.config import PredictConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Candidate

if TYPE_CHECKING:
    from sqlwright.infer import Writer
    from sqlwright.project._models import Model
    from sqlwright.records import Example
    from sqlwright.schema import Schema


def rescored(
    candidates: Sequence[Candidate],
    example: Example,
    schema: Schema,
    prefix: str,
    model: Model,
    writer: Writer,
    config: PredictConfig,
) -> Sequence[Candidate]:
    """Return a question's candidates with how well each explains it, where `config` asks for that.

    Args:
        schema, prefix: what the candidates' prompt showed.

    Raises:
        ConfigError: it is asked for, and the engine cannot tell.
    """
    from sqlwright.infer.rescore import Scorer, explained

    if config.rescore == "off" or (config.rescore == "auto" and not _learnt(model, config)):
        return candidates
    if not isinstance(writer, Scorer):
        if config.rescore == "auto":
            return candidates
        raise ConfigError('predict.rescore = "on" needs the engine transformers, which can tell how likely a text is')
    if len(candidates) < 2:
        return candidates
    return explained(writer, example, schema, prefix, candidates, model.template, model.frame)


def _learnt(model: Model, config: PredictConfig) -> bool:
    """Return whether who is asked is known to have learnt to write questions for SQL: the embedded base, untuned."""
    return model.base == embedded.NAME and (model.adapter is None or model.asks_base(config))
