"""A small shop as a SQLite file, and questions about it, for the tests of projects and of the command line."""

from __future__ import annotations

import json
import random
import sqlite3
from pathlib import Path

DDL = """
CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    city TEXT NOT NULL, joined DATE, credit INTEGER);
CREATE TABLE product (product_id INTEGER PRIMARY KEY, title TEXT NOT NULL, category TEXT NOT NULL, price REAL);
CREATE TABLE purchase (purchase_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
    product_id INTEGER NOT NULL REFERENCES product (product_id), bought_on DATE NOT NULL, quantity INTEGER NOT NULL);
"""
CUSTOMERS = 40
SQL = "SELECT COUNT(*) FROM customer"
ASKED = (
    "How many customers are there?",
    "Number of customers",
    "Count the customers",
    "What is the total number of customers?",
    "有多少客户？",
    "客户总数是多少？",
    "一共有几个客户",
    "Tell me how many customers we have",
)
HELD_OUT = ("Give me the customer count", "统计客户的数量")


def make_shop(path: Path) -> Path:
    """Write the database and return its path."""
    rng = random.Random(1)
    cities, kinds = ("Oslo", "Lyon", "Graz", "Porto"), ("tea", "book", "lamp")
    shop = sqlite3.connect(path)
    shop.executescript(DDL)
    shop.executemany(
        "INSERT INTO customer VALUES (?, ?, ?, ?, ?)",
        [
            (n, f"Customer {n}", rng.choice(cities), f"202{n % 4}-0{n % 9 + 1}-11", rng.randrange(0, 9000, 100))
            for n in range(1, CUSTOMERS + 1)
        ],
    )
    shop.executemany(
        "INSERT INTO product VALUES (?, ?, ?, ?)",
        [(n, f"Article {n}", rng.choice(kinds), round(rng.uniform(2, 90), 2)) for n in range(1, 21)],
    )
    shop.executemany(
        "INSERT INTO purchase VALUES (?, ?, ?, ?, ?)",
        [
            (n, rng.randint(1, 30), rng.randint(1, 18), f"2023-{n % 12 + 1:02}-{n % 27 + 1:02}", rng.randint(1, 9))
            for n in range(1, 201)
        ],
    )
    shop.commit()
    shop.close()
    return path


def write_questions(path: Path, questions: tuple[str, ...], sql: str = SQL) -> Path:
    """Write questions that one statement answers, as sqlwright's own JSONL."""
    rows = [
        {"id": f"{path.stem}-{number}", "db_id": "shop", "question": question, "sql": sql}
        for number, question in enumerate(questions)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
