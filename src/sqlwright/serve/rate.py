"""How often a key may be used: a token bucket for each."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class Rates:
    """Buckets by key; each holds `burst` requests and gains `rate` a second. A rate of 0 is no limit."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: dict[str, tuple[float, float]] = {}
        """What is left, and when that was counted."""

    def wait(self, key: str) -> float:
        """Take one request from a key's bucket and return 0; or the seconds until there is one, and take none."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, then = self._buckets.get(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - then) * self._rate)
        if left < 1:
            self._buckets[key] = (left, now)
            return (1 - left) / self._rate
        self._buckets[key] = (left - 1, now)
        return 0.0
