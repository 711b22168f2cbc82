"""Writes shop.db, a small invented shop, for trying sqlwright when no database is at hand.

python examples/make_shop.py [FILE]
"""

from __future__ import annotations

import random
import sqlite3
import sys
from datetime import date, timedelta
from pathlib import Path

DDL = """
CREATE TABLE customer ( -- 客户
    customer_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, -- 姓名
    city TEXT NOT NULL, -- 城市
    joined_on DATE NOT NULL, -- 注册日期
    credit INTEGER -- 信用额度
);
CREATE TABLE product ( -- 商品
    product_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL, -- 商品名称
    category TEXT NOT NULL, -- 类别
    price REAL NOT NULL -- 价格
);
CREATE TABLE purchase ( -- 购买记录
    purchase_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
    product_id INTEGER NOT NULL REFERENCES product (product_id),
    bought_on DATE NOT NULL, -- 购买日期
    quantity INTEGER NOT NULL -- 数量
);
"""
CITIES = ("Oslo", "Lyon", "Graz", "Porto", "Turku")
GOODS = {
    "tea": ("Green tea", "Black tea", "White tea", "Mint tea"),
    "book": ("Atlas", "Cook book", "Novel", "Dictionary"),
    "lamp": ("Desk lamp", "Floor lamp", "Night light"),
}


def make_shop(file: Path) -> None:
    """Write the database; an older one of that name is replaced."""
    rng = random.Random(7)
    file.unlink(missing_ok=True)
    shop = sqlite3.connect(file)
    shop.executescript(DDL)
    for number in range(1, 121):
        credit = None if rng.random() < 0.1 else rng.randrange(0, 9000, 100)
        values = (number, f"Customer {number}", rng.choices(CITIES, (5, 3, 2, 2, 1))[0], _day(rng), credit)
        shop.execute("INSERT INTO customer VALUES (?, ?, ?, ?, ?)", values)
    products = [(category, title) for category, titles in GOODS.items() for title in titles]
    for number, (category, title) in enumerate(products, 1):
        shop.execute("INSERT INTO product VALUES (?, ?, ?, ?)", (number, title, category, rng.randint(200, 9000) / 100))
    for number in range(1, 601):
        # The later customers and the last product have bought nothing yet, so that there is something to miss.
        row = (number, rng.randint(1, 100), rng.randint(1, len(products) - 1), _day(rng), rng.randint(1, 9))
        shop.execute("INSERT INTO purchase VALUES (?, ?, ?, ?, ?)", row)
    shop.commit()
    shop.close()


def _day(rng: random.Random) -> str:
    return (date(2021, 1, 1) + timedelta(days=rng.randrange(1400))).isoformat()


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "shop.db")
    make_shop(target)
    print(f"wrote {target}")
