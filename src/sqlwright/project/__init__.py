"""Composes the stages over a project folder; see `Project`.

Names are imported when they are first used: judging a file of predictions needs few of the rooms that a project does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand

if TYPE_CHECKING:
    from sqlwright.project._answer import Answer
    from sqlwright.project._databases import Databases
    from sqlwright.project._evaluation import Evaluation
    from sqlwright.project._export import Subject, export_gguf, export_hub, export_merged, find_subject
    from sqlwright.project._files import compare_folders, evaluate_files
    from sqlwright.project._layout import Layout
    from sqlwright.project._manifest import digest, stage, versions
    from sqlwright.project._models import Model, model_of
    from sqlwright.project._outcome import Outcome, Progress, silent
    from sqlwright.project._sentence import shown
    from sqlwright.project._settings import settings_text, toml_value
    from sqlwright.project._text_files import TextEvaluation, evaluate_texts
    from sqlwright.project._urls import hide_password
    from sqlwright.project.project import Project

__all__ = [
    "Answer",
    "Databases",
    "Evaluation",
    "Layout",
    "Model",
    "Outcome",
    "Progress",
    "Project",
    "Subject",
    "TextEvaluation",
    "compare_folders",
    "digest",
    "evaluate_files",
    "evaluate_texts",
    "export_gguf",
    "export_hub",
    "export_merged",
    "find_subject",
    "hide_password",
    "model_of",
    "settings_text",
    "shown",
    "silent",
    "stage",
    "toml_value",
    "versions",
]

_MODULES = {
    "_answer": ("Answer",),
    "_databases": ("Databases",),
    "_evaluation": ("Evaluation",),
    "_export": ("Subject", "export_gguf", "export_hub", "export_merged", "find_subject"),
    "_files": ("compare_folders", "evaluate_files"),
    "_layout": ("Layout",),
    "_manifest": ("digest", "stage", "versions"),
    "_models": ("Model", "model_of"),
    "_outcome": ("Outcome", "Progress", "silent"),
    "_sentence": ("shown",),
    "_settings": ("settings_text", "toml_value"),
    "_text_files": ("TextEvaluation", "evaluate_texts"),
    "_urls": ("hide_password",),
    "project": ("Project",),
}
__getattr__ = on_demand(__name__, _MODULES)
