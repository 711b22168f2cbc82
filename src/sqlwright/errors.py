"""The one exception base class, and the few kinds of error a person can mend.

Raise the narrowest class with a message that says what was wrong, where (file, line, example id) and what to do.
The command line prints the message on one line and exits with 2; it never shows a traceback for these.
"""

from __future__ import annotations


class SqlwrightError(Exception):
    """Base class of every error that sqlwright raises on purpose."""


class ConfigError(SqlwrightError):
    """A configuration file, flag or form value is unknown, missing or of the wrong type."""


class DataError(SqlwrightError):
    """An input file or record is missing or malformed."""


class SchemaError(SqlwrightError):
    """A schema cannot be read, or names something that is not there."""


class DatabaseError(SqlwrightError):
    """A database cannot be opened, or a statement failed on it."""


class SqlError(SqlwrightError):
    """A statement does not parse, or is not of an allowed kind."""


class RefusedSql(SqlError):
    """The guard does not let a statement through; `rule` is the short, stable name of the rule that it breaks."""

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(rule, why)
        self.rule = rule
        self.why = why

    def __str__(self) -> str:
        """Return the rule and why it is broken."""
        return f"refused by the rule {self.rule!r}: {self.why}"


class ResourceError(SqlwrightError):
    """Memory or disk space ran out; what was saved before is kept."""


class EndpointError(SqlwrightError):
    """A service on the network refuses, fails or does not answer."""


class MissingExtra(SqlwrightError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; install it with: pip install 'sqlwright[{extra}]'")
