"""What Prometheus reads from `/metrics`: counts, times and sizes, and no data."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The figures of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "sqlwright_requests", "Requests by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "sqlwright_request_seconds", "Seconds a request took.", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self.batches = Histogram(
            "sqlwright_batch_size",
            "Prompts that went through the model at once.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=self.registry,
        )
        self.running = Gauge(
            "sqlwright_requests_running", "Requests that are worked on, or wait.", registry=self.registry
        )
        self.waiting = Gauge("sqlwright_engine_waiting", "Calls that wait for the model.", registry=self.registry)
        self.tokens = Counter(
            "sqlwright_tokens", "Tokens by kind: prompt, completion.", ["kind"], registry=self.registry
        )
        self.refused = Counter(
            "sqlwright_refused_statements",
            "Statements that the guard refused, by rule.",
            ["rule"],
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return the figures in Prometheus' text form."""
        return generate_latest(self.registry)
