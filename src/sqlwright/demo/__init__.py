"""The demo: from a database to a tuned, measured model in one call, on a CRM made for it or on your own database.

found = run_demo(out=Path("demo"))
found["sets"]["handwritten"]     # {"base": ..., "tuned": ..., "n": 60}
"""

from __future__ import annotations

from sqlwright.demo.crm import build_crm
from sqlwright.demo.run import run_demo

__all__ = ["build_crm", "run_demo"]
