"""API keys: a file of names and salted hashes; a key itself is shown once, when it is made.

    add("keys.json", "reports")        # "sw-..."
    KeyRing("keys.json").owner("sw-...")   # "reports"

A key is 256 random bits, so that one round of SHA-256 is as hard to turn back as a slow hash would be, and a request
costs no time. The file is read again when it changes: a key that is removed no longer opens anything at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlwright.errors import ConfigError
from sqlwright.records import write_text

_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the file holds it."""

    name: str
    salt: str
    """Hexadecimal."""
    hash: str
    """SHA-256 of salt and key, hexadecimal."""
    created: str


def add(file: Path, name: str) -> str:
    """Make a key, note its hash in the file and return it.

    Raises:
        ConfigError: the name is taken, or cannot be one; or the file is damaged.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot name a key; take up to 64 letters, digits and . _ @ -")
    known = read(file)
    if any(key.name == name for key in known):
        raise ConfigError(
            f"{file}: there is a key {name!r} already; remove it first: sqlwright serve keys remove {name}"
        )
    secret, salt = f"sw-{secrets.token_urlsafe(32)}", secrets.token_hex(16)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    _write(file, [*known, Key(name, salt, _hash(salt, secret), created)])
    return secret


def remove(file: Path, name: str) -> None:
    """Take a key out of the file. Raises ConfigError when there is none of this name."""
    known = read(file)
    left = [key for key in known if key.name != name]
    if len(left) == len(known):
        names = ", ".join(key.name for key in known) or "none"
        raise ConfigError(f"{file}: no key {name!r} (there are: {names})")
    _write(file, left)


def read(file: Path) -> list[Key]:
    """Return the keys of a file; none when it is not there. Raises ConfigError when it is damaged."""
    try:
        return [Key(**item) for item in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise ConfigError(f"{file}: is no file of keys; make one with: sqlwright serve keys add NAME") from None


class KeyRing:
    """The keys of a file, as it is at the moment."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._keys: list[Key] = read(file)

    @property
    def empty(self) -> bool:
        """Whether there are no keys, so that none is asked for."""
        return not self._current()

    def owner(self, secret: str) -> str:
        """Return the name of a key; "" when it opens nothing. Takes the same time for every key and for none."""
        found = ""
        for key in self._current():
            if hmac.compare_digest(_hash(key.salt, secret), key.hash):
                found = key.name
        return found

    def _current(self) -> list[Key]:
        """Return the keys, read again when the file has changed; a damaged or lost one leaves those that were."""
        try:
            stat = self._file.stat()
        except OSError:
            return self._keys
        if (state := (stat.st_mtime_ns, stat.st_size)) != self._seen:
            try:
                self._keys = read(self._file)
            except ConfigError:
                return self._keys
            self._seen = state
        return self._keys


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}:{secret}".encode("utf-8", "replace")).hexdigest()


def _write(file: Path, keys: list[Key]) -> None:
    write_text(file, json.dumps([asdict(key) for key in keys], indent=2) + "\n")
    file.chmod(0o600)
