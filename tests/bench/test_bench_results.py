"""What finished cells come to: means, intervals, differences, tables and pictures."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bench_world import BENCH, record_of

from sqlwright.bench import make_bench, placed
from sqlwright.bench.report import write_results
from sqlwright.bench.results import gain, interval_of, rows_of
from sqlwright.errors import ConfigError
from sqlwright.evaluate.bootstrap import interval
from sqlwright.evaluate.summary import LEVELS

ROOT = Path(__file__).parents[2]
MATRIX = """
[matrix.methods]
title = "Methods"
methods = ["base", "lora", "qlora", "full"]
[matrix.curve]
title = "Learning curve"
methods = ["lora"]
seeds = [0]
axes = { pairs = [2, 16, 0] }
"""
PUBLISHED = """
note = "On test suites."
[[row]]
data = "Spider dev"
model = "Some-7B"
method = "LoRA"
measure = "TS"
hard = 50.5
all = 62.6
source = "its README"
"""
TOOK = {
    "seconds": 10.0,
    "memory_gib": 4.0,
    "energy_wh": 2.5,
    "resumed": False,
    "samples": 30,
    "tokens": 123_456,
    "steps": 7,
    "epochs": 1.0,
    "samples_per_second": 3.0,
    "trainable": 1000,
    "parameters": 5000,
}
LOWER = {**TOOK, "seconds": 15.0, "memory_gib": 1.0, "resumed": True, "energy_wh": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the results of a benchmark whose full tuning failed."""
    (tmp_path / "published.toml").write_text(PUBLISHED)
    text = 'published = "published.toml"\nseeds = [0, 1]\n' + BENCH + MATRIX
    bench = make_bench(tomllib.loads(text), tmp_path, where="bench.toml")
    places = placed(bench)
    records = {}
    for place in places:
        cell = place.cell
        if cell.method == "base":
            one = record_of(cell.to_json(), ex="1100", ts="1000", em="100-")
        elif cell.method == "lora":
            seed = "1110" if cell.seed else "1111"
            samples = cell.pairs or 30
            one = record_of(cell.to_json(), train={**TOOK, "samples": samples}, ex=seed, ts="1110", em="111-")
        elif cell.method == "qlora":
            one = record_of(cell.to_json(), train=LOWER, ex="1110", ts="1010", em="101-")
        else:
            one = {"cell": cell.to_json(), "status": "failed", "reason": "out of | memory <b>", "data": "mark"}
        records[cell.id] = one
    rows = rows_of(places, records)
    base, lora = rows[0], rows[1]
    measure = lora.measure("ex")
    assert measure is not None
    assert measure.seeds == (1.0, 0.75) and measure.share == 0.875 and measure.values == (1.0, 1.0, 1.0, 0.5)
    assert measure.levels == {"easy": 1.0, "hard": 0.75}
    assert measure.interval[0] < 0.875 <= measure.interval[1]
    better = gain(base, lora, "ex")
    assert better is not None and better.share == 0.375  # of questions: 0, 0, 1, 0.5
    matched = lora.measure("em")
    assert matched is not None and len(matched.values) == 3  # a question that is not judged counts for neither
    write_results(bench, rows, records, tmp_path)
    return tmp_path


def cells(text: str, title: str) -> list[list[str]]:
    """Return the rows of a table in Markdown, by its title."""
    lines = text.split(f"## {title}\n")[1].split("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.split(" | ")] for line in lines if line.startswith("| ")]


def test_the_tables_say_what_was_measured(folder: Path) -> None:
    text = (folder / "results.md").read_text(encoding="utf-8")
    head, base, lora, qlora = cells(text, "EX, %: Methods (shop)")
    assert head[:2] == ["| model", "method"] and head[2:7] == ["easy", "medium", "hard", "extra", "all"]
    assert base[1:7] == ["base", "100.0", "–", "0.0", "–", "50.0"]
    assert lora[1:7] == ["lora", "100.0", "–", "75.0", "–", "87.5"]
    assert lora[8].startswith("+37.5 (") and lora[9] == "2: 75.0 to 100.0 |"
    assert qlora[6] == "75.0"
    assert "Rule ts (" in text and "on test suites: 3 SQLite files over 1 database; 4 questions." in text
    assert "on each database's own file; 4 questions." in text
    assert "over 3 questions whose SQL its parser can read" in text

    _, base, lora, qlora = cells(text, "Time and memory: Methods (shop)")
    assert base[2:] == ["–"] * 7 + ["2", "2", "40", "0.5", "1.5 |"]
    assert lora[2:9] == ["1,000", "30", "7", "10", "3", "123,456", "4"] and lora[-1] == "4 |"
    assert qlora[5] == "≥ 15" and qlora[-1] == "– |"
    assert "Measured on some GPU, 8 cores." in text

    faced = cells(text, "lora against qlora")
    assert [row[3] for row in faced[1:]] == ["EX", "TS", "EM"]
    assert faced[2][4:6] == ["75.0", "50.0"] and faced[2][6].startswith("-25.0 (")
    assert faced[2][7:] == ["1.50 x", "0.25 x |"]
    failed = cells(text, "Failed")[1:]
    assert len(failed) == 2 and failed[0][1] == "out of \\| memory <b> |"
    published = cells(text, "Published figures, %")[1]
    assert published[1:] == ["Some-7B", "LoRA", "TS", "–", "–", "50.5", "–", "62.6", "its README |"]
    assert "As published by others, not measured here. On test suites." in text


def test_the_page_and_the_object_say_the_same(folder: Path) -> None:
    page = (folder / "results.html").read_text(encoding="utf-8")
    assert "out of | memory &lt;b&gt;" in page and "<b>" not in page
    assert page.count("<svg") == 1 and "http-equiv" in page and 'src="' not in page
    told = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    lora = next(row for row in told["rows"] if row["method"] == "lora")
    assert lora["measures"]["ex"]["share"] == 87.5 and lora["measures"]["ex"]["seeds"] == [100.0, 75.0]
    assert lora["rules"]["em"] == "Spider's exact set match, each database's own file"
    assert lora["train"]["memory_gib"] == 4.0 and len(lora["cells"]) == 2
    assert set(told["failed"].values()) == {"out of | memory <b>"}
    assert told["machines"] == [{"device": "some GPU", "cores": 8}]


def test_a_learning_curve_is_drawn_over_what_was_learnt_from(folder: Path) -> None:
    drawn = ElementTree.parse(folder / "curve-shop-pairs.svg").getroot()
    told = next(element.text for element in drawn.iter() if element.tag.endswith("title"))
    assert told == "Learning curve (shop): TS by pairs. lora: 75.0 at 2, 75.0 at 16, 75.0 at 30."
    across = [float(one.attrib["cx"]) for one in drawn.iter() if one.tag.endswith("circle")]
    assert [one.text for one in drawn.iter()][-1] == "lora" and "untuned" in [one.text for one in drawn.iter()]
    assert across == sorted(across) and across[1] - across[0] > 2 * (across[2] - across[1])  # logarithmic
    assert "![Learning curve (shop): TS by pairs](curve-shop-pairs.svg)" in (folder / "results.md").read_text("utf-8")


def test_intervals_of_few_values_are_those_of_the_bootstrap() -> None:
    values = [0.0] * 50 + [0.5] * 30 + [1.0] * 20
    assert interval_of(values) == pytest.approx(interval(values, resamples=5_000), abs=0.01)
    assert interval_of([1.0, 0.0]) == interval([1.0, 0.0])


def test_published_figures_that_lack_something_are_refused(tmp_path: Path) -> None:
    (tmp_path / "published.toml").write_text(PUBLISHED.replace('source = "its README"', ""))
    text = 'published = "published.toml"\n' + BENCH
    bench = make_bench(tomllib.loads(text), tmp_path, where="bench.toml")
    with pytest.raises(ConfigError, match=r"published.toml: cannot be read as published figures .*source"):
        write_results(bench, rows_of(placed(bench), {}), {}, tmp_path)


def test_the_documentation_shows_the_demo_s_figures() -> None:
    page = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    told = json.loads((ROOT / "benchmarks" / "results" / "bench_demo.json").read_text(encoding="utf-8"))
    shown = [line.split("|") for line in page.split("<!-- bench demo -->\n")[1].split("\n\n")[0].splitlines()[2:]]
    figures = {(cells[1].strip().lower(), cells[2].strip()): [cell.strip() for cell in cells[3:9]] for cells in shown}
    measured = {}
    for row in told["rows"]:
        ex = row["measures"]["ex"]
        shares = [*(ex["levels"][level] for level in LEVELS), ex["share"]]
        interval_ = " to ".join(f"{end:.1f}" for end in ex["interval"])
        key = (row["method"], str(row["options"].get("pairs", "–")))
        measured[key] = [*(f"{share:.1f}" for share in shares), interval_]
    assert figures == measured


def test_the_documentation_shows_spider_s_figures() -> None:
    page = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    told = json.loads((ROOT / "benchmarks" / "results" / "bench_spider.json").read_text(encoding="utf-8"))
    shown = [line.split("|") for line in page.split("<!-- bench spider -->\n")[1].split("\n\n")[0].splitlines()[2:]]
    figures = [[cell.strip() for cell in cells[3:11]] for cells in shown]
    measured = []
    for row in told["rows"]:
        ts, ex, em = (row["measures"][name] for name in ("ts", "ex", "em"))
        levels = [f"{ts['levels'][level]:.1f}" for level in LEVELS]
        ends = " to ".join(f"{end:.1f}" for end in ts["interval"])
        measured.append([*levels, f"{ts['share']:.1f}", ends, f"{ex['share']:.1f}", f"{em['share']:.1f}"])
    assert len(figures) > 8
    assert all(line in measured for line in figures)
