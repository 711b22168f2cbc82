"""The sentences in which a statement's steps are told, by language; `{}` stands for what is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentence forms of one language."""

    read: str
    joined: str
    joined_left: str
    joined_right: str
    joined_full: str
    crossed: str
    common: str
    same: str
    outside: str
    keep: str
    group: str
    keep_groups: str
    count: str
    give: str
    give_once: str
    give_once_each: str
    give_a_group: str
    sort: str
    falling: str
    rising: str
    first_row: str
    first_rows: str
    skip: str
    union: str
    intersect: str
    except_: str
    once: str
    called: str
    named: str
    step: str
    rows: str
    every_column: str
    columns_of: str
    aggregates: dict[str, str]
    """Forms by the name of sqlglot's class; "CountDistinct" for COUNT(DISTINCT x)."""
    date_parts: dict[str, str]
    """Forms by what is taken of a date: "year", "month", "day"."""
    comparisons: dict[str, str]
    """Forms by the name of sqlglot's class; "Not..." for its negation, and words for patterns and NULL."""
    and_: str
    or_: str
    then: str
    comma: str
    last: str
    """Between the last two of a list."""

    def listed(self, items: Sequence[str]) -> str:
        """Return items as a list in a sentence: a, b and c."""
        if len(items) < 2:
            return "".join(items)
        return self.comma.join(items[:-1]) + self.last + items[-1]


ENGLISH = Wording(
    read="Read {}.",
    joined="{}, joined with {} on {}",
    joined_left="{}, joined with {} on {} where there is a match",
    joined_right="{}, joined with {} on {}, keeping every row of the latter",
    joined_full="{}, joined with {} on {}, keeping every row of both",
    crossed="{}, each row with every row of {}",
    common="their common columns",
    same="equal {}",
    outside="For each row of {}, {}",
    keep="Keep the rows where {}.",
    group="Group the rows by {}.",
    keep_groups="Keep the groups where {}.",
    count="Count the rows.",
    give="Return {}.",
    give_once="Return each different {} once.",
    give_once_each="Return each different combination of {} once.",
    give_a_group="For each group, return {}.",
    sort="Sort by {}.",
    falling="{} in descending order",
    rising="{} in ascending order",
    first_row="Keep the first row.",
    first_rows="Keep the first {} rows.",
    skip="Skip the first {} rows.",
    union="Put the results of steps {} and {} together{}.",
    intersect="Keep the rows that are in the results of both steps {} and {}{}.",
    except_="Keep the rows of step {} that are not in the result of step {}{}.",
    once=", each row once",
    called="{} Call this {}.",
    named="{} as {}",
    step="the result of step {}",
    rows="the number of rows",
    every_column="all columns",
    columns_of="all columns of {}",
    aggregates={
        "Count": "the number of rows with {}",
        "CountDistinct": "the number of different values of {}",
        "Sum": "the sum of {}",
        "Avg": "the average of {}",
        "Min": "the smallest {}",
        "Max": "the largest {}",
    },
    date_parts={"year": "the year of {}", "month": "the month of {}", "day": "the day of {}"},
    comparisons={
        "EQ": "{} is {}",
        "NEQ": "{} is not {}",
        "GT": "{} is above {}",
        "GTE": "{} is at least {}",
        "LT": "{} is below {}",
        "LTE": "{} is at most {}",
        "Between": "{} is between {} and {}",
        "NotBetween": "{} is not between {} and {}",
        "In": "{} is one of {}",
        "NotIn": "{} is none of {}",
        "InStep": "{} is in {}",
        "NotInStep": "{} is not in {}",
        "contains": "{} contains {}",
        "starts": "{} starts with {}",
        "ends": "{} ends with {}",
        "matches": "{} matches {}",
        "Notcontains": "{} does not contain {}",
        "Notstarts": "{} does not start with {}",
        "Notends": "{} does not end with {}",
        "Notmatches": "{} does not match {}",
        "Null": "{} is missing",
        "NotNull": "{} is not missing",
        "Exists": "step {} finds a row",
        "NotExists": "step {} finds no row",
        "Not": "it is not so that {}",
    },
    and_=" and ",
    or_=" or ",
    then=", then by ",
    comma=", ",
    last=" and ",
)

CHINESE = Wording(
    read="读取 {}。",
    joined="{0}，按 {2} 连接 {1}",
    joined_left="{0}，按 {2} 左连接 {1}",
    joined_right="{0}，按 {2} 右连接 {1}",
    joined_full="{0}，按 {2} 全连接 {1}",
    crossed="{}，与 {} 的每一行组合",
    common="同名列",
    same="相同的 {}",
    outside="对 {} 的每一行，{}",
    keep="保留满足条件的行：{}。",
    group="按 {} 分组。",
    keep_groups="保留满足条件的组：{}。",
    count="统计行数。",
    give="返回 {}。",
    give_once="返回不重复的 {}。",
    give_once_each="返回 {} 的不重复组合。",
    give_a_group="对每一组返回 {}。",
    sort="按 {} 排序。",
    falling="{} 降序",
    rising="{} 升序",
    first_row="取第一行。",
    first_rows="取前 {} 行。",
    skip="跳过前 {} 行。",
    union="合并第 {} 步和第 {} 步的结果{}。",
    intersect="取第 {} 步和第 {} 步结果中都有的行{}。",
    except_="取第 {} 步的结果中不在第 {} 步结果里的行{}。",
    once="并去重",
    called="{}记为 {}。",
    named="{}（记为 {}）",
    step="第 {} 步的结果",
    rows="行数",
    every_column="所有列",
    columns_of="{} 的所有列",
    aggregates={
        "Count": "有 {} 的行数",
        "CountDistinct": "{} 不同取值的个数",
        "Sum": "{} 的总和",
        "Avg": "{} 的平均值",
        "Min": "{} 的最小值",
        "Max": "{} 的最大值",
    },
    date_parts={"year": "{} 的年份", "month": "{} 的月份", "day": "{} 的日"},
    comparisons={
        "EQ": "{} 等于 {}",
        "NEQ": "{} 不等于 {}",
        "GT": "{} 大于 {}",
        "GTE": "{} 大于等于 {}",
        "LT": "{} 小于 {}",
        "LTE": "{} 小于等于 {}",
        "Between": "{} 在 {} 到 {} 之间",
        "NotBetween": "{} 不在 {} 到 {} 之间",
        "In": "{} 是 {} 之一",
        "NotIn": "{} 不是 {} 中的任何一个",
        "InStep": "{} 在 {} 中",
        "NotInStep": "{} 不在 {} 中",
        "contains": "{} 包含 {}",
        "starts": "{} 以 {} 开头",
        "ends": "{} 以 {} 结尾",
        "matches": "{} 匹配 {}",
        "Notcontains": "{} 不包含 {}",
        "Notstarts": "{} 不以 {} 开头",
        "Notends": "{} 不以 {} 结尾",
        "Notmatches": "{} 不匹配 {}",
        "Null": "{} 为空",
        "NotNull": "{} 不为空",
        "Exists": "第 {} 步有结果",
        "NotExists": "第 {} 步没有结果",
        "Not": "不满足 {}",
    },
    and_=" 且 ",
    or_=" 或 ",
    then="，再按 ",
    comma="、",
    last=" 和 ",
)
