"""Plausible values for columns whose stored values are not known."""

from __future__ import annotations

from sqlwright.synth._roles import Role, words_of
from sqlwright.synth.tree import Value

_TEXTS: dict[str, tuple[str, ...]] = {
    "city": ("Berlin", "Paris", "London", "Madrid", "Boston", "Tokyo"),
    "country": ("Germany", "France", "Spain", "Japan", "Brazil", "Canada"),
    "state": ("California", "Texas", "Ohio", "Florida"),
    "status": ("active", "closed", "pending", "cancelled"),
    "gender": ("F", "M"),
    "sex": ("F", "M"),
    "type": ("standard", "premium", "basic"),
    "category": ("Books", "Music", "Sports", "Garden"),
    "color": ("red", "blue", "green", "black"),
    "priority": ("low", "medium", "high"),
    "name": ("Anna Smith", "James Brown", "Maria Lopez", "David Lee", "Emma Wilson"),
    "title": ("The Long Road", "Silent Sea", "First Light", "Golden Days"),
    "description": ("new", "repair", "urgent", "standard"),
}
_NUMBERS: dict[str, tuple[float, float]] = {
    "year": (1995, 2024), "age": (18, 80), "price": (5, 500), "salary": (30000, 120000), "quantity": (1, 50),
    "rating": (1, 5), "score": (0, 100), "percent": (0, 100), "percentage": (0, 100), "population": (5000, 5000000),
    "weight": (1, 200), "height": (140, 210), "temperature": (-10, 40), "rank": (1, 50), "budget": (10000, 1000000),
    "duration": (5, 240), "capacity": (50, 60000),
}  # fmt: skip
_STEPS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)


def default_values(name: str, role: Role, kind: str, integer: bool, dialect: str) -> tuple[Value, ...]:
    """Return values that a column of this name and role could hold."""
    words = words_of(name)
    if role == "flag":
        if kind == "boolean" and dialect in ("postgres", "duckdb"):
            return (True, False)
        return (1, 0) if kind in ("boolean", "number") else ("Y", "N")
    if role == "date":
        return tuple(f"{year}-{month:02}-{day:02}" for year, month, day in _DAYS)
    if kind == "number":
        low, high = next((_NUMBERS[word] for word in reversed(words) if word in _NUMBERS), (10.0, 1000.0))
        numbers = [low + (high - low) * step for step in _STEPS]
        return tuple(int(number) if integer else round(number, 2) for number in numbers)
    if role in ("key", "other"):
        return ()
    return next((_TEXTS[word] for word in reversed(words) if word in _TEXTS), ("alpha", "beta", "gamma", "delta"))


_DAYS = (
    (2019, 3, 12),
    (2020, 7, 1),
    (2021, 1, 15),
    (2021, 11, 30),
    (2022, 5, 9),
    (2023, 2, 20),
    (2023, 9, 4),
    (2024, 6, 18),
)
