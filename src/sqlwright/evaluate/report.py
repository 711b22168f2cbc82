"""Writes `report.html`: one file with nothing outside itself, in English and Chinese.

    write_report("report.html", [ReportSet("synthetic", examples, tuned, tuned_sql, base, base_sql)], title="crm")

Everything that comes from data or a model is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from sqlwright.evaluate.page import both, page, percent
from sqlwright.evaluate.summary import LEVELS, Group, Summary, compare, summarise
from sqlwright.records import Example, Prediction, Verdict, write_text

_CLAIMED = (("EX", 0.92), ("token match", 0.88))
"""What the articles that sqlwright goes by report for their own models and data (execution accuracy, token match)."""


@dataclass(frozen=True, slots=True)
class ReportSet:
    """A set of examples with what the tuned model, and the base if it was asked, made of them."""

    name: str
    examples: Sequence[Example]
    tuned: Sequence[Verdict]
    tuned_predictions: Sequence[Prediction]
    base: Sequence[Verdict] = ()
    base_predictions: Sequence[Prediction] = ()
    title_en: str = ""
    title_zh: str = ""
    note: str = field(default="")
    """What a reader must know about the set: where it comes from, which rule judged it."""

    def title(self) -> str:
        """Return the title in both languages, as HTML."""
        return both(self.title_en or self.name, self.title_zh or self.title_en or self.name)


def write_report(
    path: str | Path,
    sets: Sequence[ReportSet],
    *,
    title: str,
    facts: Mapping[str, object] | None = None,
    curve_svg: str = "",
    resamples: int = 1_000,
) -> None:
    """Write the report, atomically.

    Args:
        facts: name and value of what else is worth knowing (base model, seconds, rule ...), shown as a table.
        curve_svg: the loss curve that training wrote; put in as it is.
    """
    write_text(path, render_report(sets, title=title, facts=facts, curve_svg=curve_svg, resamples=resamples))


def render_report(
    sets: Sequence[ReportSet],
    *,
    title: str,
    facts: Mapping[str, object] | None = None,
    curve_svg: str = "",
    resamples: int = 1_000,
) -> str:
    """Return the report's HTML."""
    summaries = [
        (
            one,
            summarise(one.tuned, one.examples, resamples=resamples),
            summarise(one.base, one.examples, resamples=resamples) if one.base else None,
        )
        for one in sets
    ]
    parts = [
        _section("Execution accuracy", "执行准确率", "".join(_bars(*entry) for entry in summaries)),
        _section("All figures", "全部指标", _figures(summaries)),
        _section("By hardness and language", "按难度与语言", "".join(_groups(*entry) for entry in summaries)),
        _section("What went wrong", "错误类型", "".join(_errors(*entry) for entry in summaries)),
    ]
    if curve_svg:
        parts.append(_section("Loss", "损失曲线", f'<div class="curve">{curve_svg}</div>'))
    if facts:
        rows = "".join(f"<tr><th>{escape(str(k))}</th><td>{escape(str(v))}</td></tr>" for k, v in facts.items())
        parts.append(_section("The run", "运行信息", f"<table>{rows}</table>"))
    parts.append(_section("Every example", "逐条结果", _examples(sets)))
    return page(title, "".join(parts))


def _section(english: str, chinese: str, body: str) -> str:
    return f"<section><h2>{both(english, chinese)}</h2>{body}</section>"


def _bars(one: ReportSet, tuned: Summary, base: Summary | None) -> str:
    bars = []
    for kind, words, summary in (("base", both("base", "基座"), base), ("tuned", both("tuned", "微调后"), tuned)):
        if summary is not None:
            low, high = summary.ex_interval
            bars.append(
                f'<div class="bar"><span class="label">{words}</span><span class="track">'
                f'<i class="{kind}" style="width:{100 * summary.ex:.1f}%"></i>'
                f'<b style="left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"></b></span>'
                f"<strong>{percent(summary.ex)}</strong></div>"
            )
    note = f'<p class="note">{escape(one.note)}</p>' if one.note else ""
    paired = ""
    if one.base:
        pairs = compare(one.base, one.tuned)
        paired = '<p class="note">' + both(
            f"{len(pairs.fixed)} mended, {len(pairs.broken)} broken; McNemar p = {pairs.p:.2g}",
            f"修正 {len(pairs.fixed)} 题，变错 {len(pairs.broken)} 题；McNemar p = {pairs.p:.2g}",
        )
        paired += "</p>"
    count = both(f"{tuned.count} questions", f"{tuned.count} 题")
    return f"<h3>{one.title()} <small>{count}</small></h3>{note}{''.join(bars)}{paired}"


def _figures(summaries: Sequence[tuple[ReportSet, Summary, Summary | None]]) -> str:
    head = (
        f"<tr><th>{both('set', '数据集')}</th><th>{both('model', '模型')}</th><th>n</th><th>EX</th><th>95 %</th>"
        f"<th>EM</th><th>{both('token match', '词元匹配')}</th></tr>"
    )
    rows = []
    for one, tuned, base in summaries:
        for words, summary in ((both("base", "基座"), base), (both("tuned", "微调后"), tuned)):
            if summary is not None:
                low, high = summary.ex_interval
                rows.append(
                    f"<tr><td>{one.title()}</td><td>{words}</td><td>{summary.count}</td><td>{percent(summary.ex)}</td>"
                    f"<td>{percent(low)} – {percent(high)}</td><td>{percent(summary.em)}</td>"
                    f"<td>{summary.token_match:.2f}</td></tr>"
                )
    ex, tokens = _CLAIMED[0][1], _CLAIMED[1][1]
    claimed = both("claimed by the articles, on their data", "文章所述（其自有数据）")
    rows.append(
        f'<tr class="claimed"><td colspan="3">{claimed}</td><td>{percent(ex)}</td><td></td><td>–</td>'
        f"<td>{tokens:.2f}</td></tr>"
    )
    return f"<table>{head}{''.join(rows)}</table>"


def _groups(one: ReportSet, tuned: Summary, base: Summary | None) -> str:
    models = f"<th>{both('base', '基座')} EX</th><th>{both('tuned', '微调后')} EX</th>"
    head = f"<tr><th></th><th>n</th>{models}<th>EM</th></tr>"
    rows = []
    for of_tuned, of_base, names in (
        (tuned.by_hardness, base.by_hardness if base else {}, (*LEVELS, "unknown")),
        (tuned.by_language, base.by_language if base else {}, tuple(tuned.by_language)),
    ):
        for name in names:
            if name in of_tuned:
                rows.append(_group_row(name, of_tuned[name], of_base.get(name)))
    return f"<h3>{one.title()}</h3><table>{head}{''.join(rows)}</table>"


def _group_row(name: str, tuned: Group, base: Group | None) -> str:
    before = percent(base.ex) if base else "–"
    return (
        f"<tr><td>{_WORDS.get(name, escape(name))}</td><td>{tuned.count}</td><td>{before}</td>"
        f"<td>{percent(tuned.ex)}</td><td>{percent(tuned.em)}</td></tr>"
    )


_WORDS = {
    "easy": both("easy", "简单"),
    "medium": both("medium", "中等"),
    "hard": both("hard", "困难"),
    "extra": both("extra hard", "极难"),
    "unknown": both("unknown", "未知"),
    "en": both("English", "英文"),
    "zh": both("Chinese", "中文"),
}


def _errors(one: ReportSet, tuned: Summary, base: Summary | None) -> str:
    kinds = dict.fromkeys([*tuned.by_error, *(base.by_error if base else ())])
    if not kinds:
        return f"<h3>{one.title()}</h3><p>{both('Nothing.', '无。')}</p>"
    rows = "".join(
        f"<tr><td><code>{escape(kind)}</code></td><td>{base.by_error.get(kind, 0) if base else '–'}</td>"
        f"<td>{tuned.by_error.get(kind, 0)}</td></tr>"
        for kind in kinds
    )
    head = f"<tr><th></th><th>{both('base', '基座')}</th><th>{both('tuned', '微调后')}</th></tr>"
    return f"<h3>{one.title()}</h3><table>{head}{rows}</table>"


def _examples(sets: Sequence[ReportSet]) -> str:
    rows = []
    for one in sets:
        base = {verdict.id: verdict for verdict in one.base}
        base_sql = {prediction.id: prediction.sql for prediction in one.base_predictions}
        tuned = {verdict.id: verdict for verdict in one.tuned}
        tuned_sql = {prediction.id: prediction.sql for prediction in one.tuned_predictions}
        rows += [
            _example(one.name, example, tuned[example.id], tuned_sql, base.get(example.id), base_sql)
            for example in one.examples
            if example.id in tuned
        ]
    options = "".join(f'<option value="{escape(one.name)}">{escape(one.name)}</option>' for one in sets)
    return (
        '<div class="filter"><input id="find" type="search" aria-label="filter">'
        f'<select id="set" aria-label="set"><option value="">*</option>{options}</select>'
        '<select id="state" aria-label="verdict"><option value="">*</option>'
        "<option>right</option><option>wrong</option><option>mended</option><option>broken</option></select> "
        '<output id="shown"></output></div>'
        f'<div id="rows">{"".join(rows)}</div>'
    )


def _example(
    name: str,
    example: Example,
    tuned: Verdict,
    tuned_sql: Mapping[str, str],
    base: Verdict | None,
    base_sql: Mapping[str, str],
) -> str:
    states = ["right" if tuned.correct else "wrong"]
    if base is not None and base.correct != tuned.correct:
        states.append("mended" if tuned.correct else "broken")
    lines = [f"<dt>{both('gold', '标准')}</dt><dd><code>{escape(example.sql)}</code></dd>"]
    for words, verdict, sql in ((both("base", "基座"), base, base_sql), (both("tuned", "微调后"), tuned, tuned_sql)):
        if verdict is not None:
            lines.append(
                f"<dt>{words} {_mark(verdict)}</dt><dd><code>{escape(sql.get(example.id, ''))}</code>"
                f"<small>{escape(verdict.detail)}</small></dd>"
            )
    return (
        f'<details data-set="{escape(name)}" data-state="{" ".join(states)}"><summary>{_mark(tuned)} '
        f"{escape(example.question)} <small>{escape(example.id)}</small></summary><dl>{''.join(lines)}</dl></details>"
    )


def _mark(verdict: Verdict) -> str:
    return '<span class="ok">✓</span>' if verdict.correct else f'<span class="no">✗ {escape(verdict.error)}</span>'
