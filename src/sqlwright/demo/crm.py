"""A believable CRM as a SQLite file, from a seeded generator: what the demo runs on.

Seven tables of a trading company (customers with their addresses and contacts, products, orders with items, support
tickets), a few thousand rows. Frequencies are skewed as in real life: a few customers order much, some never do; some
contacts have no e-mail; open tickets have no closing date. Comments in the DDL are Chinese, as many real schemas have
them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlwright.demo.sqlite_file import write_sqlite

DDL = """
CREATE TABLE customer ( -- 客户
    customer_id INTEGER PRIMARY KEY, -- 客户编号
    name TEXT NOT NULL, -- 客户名称
    industry TEXT NOT NULL, -- 行业
    level TEXT NOT NULL, -- 客户等级
    status TEXT NOT NULL, -- 状态
    credit_limit INTEGER NOT NULL, -- 信用额度
    registered_on DATE NOT NULL -- 注册日期
);
CREATE TABLE address ( -- 地址
    address_id INTEGER PRIMARY KEY, -- 地址编号
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id), -- 客户编号
    kind TEXT NOT NULL, -- 地址类型
    country TEXT NOT NULL, -- 国家
    city TEXT NOT NULL, -- 城市
    street TEXT NOT NULL, -- 街道
    postcode TEXT NOT NULL -- 邮编
);
CREATE TABLE contact ( -- 联系人
    contact_id INTEGER PRIMARY KEY, -- 联系人编号
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id), -- 客户编号
    name TEXT NOT NULL, -- 姓名
    job_title TEXT NOT NULL, -- 职位
    email TEXT, -- 邮箱
    phone TEXT, -- 电话
    birthday DATE -- 生日
);
CREATE TABLE product ( -- 产品
    product_id INTEGER PRIMARY KEY, -- 产品编号
    name TEXT NOT NULL UNIQUE, -- 产品名称
    category TEXT NOT NULL, -- 类别
    price REAL NOT NULL, -- 单价
    cost REAL NOT NULL, -- 成本
    stock INTEGER NOT NULL -- 库存
);
CREATE TABLE orders ( -- 订单
    order_id INTEGER PRIMARY KEY, -- 订单编号
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id), -- 客户编号
    order_date DATE NOT NULL, -- 下单日期
    status TEXT NOT NULL, -- 订单状态
    payment_method TEXT NOT NULL, -- 付款方式
    amount REAL NOT NULL -- 订单金额
);
CREATE TABLE order_item ( -- 订单明细
    order_item_id INTEGER PRIMARY KEY, -- 明细编号
    order_id INTEGER NOT NULL REFERENCES orders (order_id), -- 订单编号
    product_id INTEGER NOT NULL REFERENCES product (product_id), -- 产品编号
    quantity INTEGER NOT NULL, -- 数量
    discount REAL NOT NULL -- 折扣
);
CREATE TABLE ticket ( -- 工单
    ticket_id INTEGER PRIMARY KEY, -- 工单编号
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id), -- 客户编号
    subject TEXT NOT NULL, -- 主题
    channel TEXT NOT NULL, -- 渠道
    priority TEXT NOT NULL, -- 优先级
    status TEXT NOT NULL, -- 工单状态
    agent TEXT NOT NULL, -- 负责人
    opened_on DATE NOT NULL, -- 创建日期
    closed_on DATE, -- 关闭日期
    satisfaction INTEGER -- 满意度评分
);
"""

_START, _DAYS = date(2021, 1, 4), 1_430

_FIRST = (
    "Silver Blue North Bright Green Golden Summit River Harbor Atlas Nova Pioneer Crystal Eagle Cedar Orion Delta Maple"
).split()
_SECOND = (
    "Trading Logistics Foods Systems Pharma Motors Textiles Energy Design Markets Studios Robotics Partners Labs"
).split()
_CHINESE_FIRST = "华信 东方 蓝海 恒通 金桥 天润 瑞达 宏远 新城 星河 盛世 广源 安泰 长青".split()
_CHINESE_SECOND = "科技 贸易 物流 食品 医药 电子 能源 服饰 传媒 机械".split()
_INDUSTRIES = ("Retail", "Technology", "Manufacturing", "Healthcare", "Finance", "Logistics", "Education")
_LEVELS = ("Gold", "Silver", "Bronze")
_CITIES = {
    "Shanghai": "China", "Beijing": "China", "Shenzhen": "China", "Hangzhou": "China", "Chengdu": "China",
    "Berlin": "Germany", "Munich": "Germany", "Hamburg": "Germany", "Paris": "France", "Lyon": "France",
    "London": "United Kingdom", "Manchester": "United Kingdom", "New York": "United States", "Boston": "United States",
    "Chicago": "United States", "Tokyo": "Japan", "Osaka": "Japan", "Singapore": "Singapore",
}  # fmt: skip
_STREETS = [
    "High Street",
    "Station Road",
    "Park Avenue",
    "Garden Lane",
    "Mill Road",
    "人民路",
    "中山路",
    "解放大道",
    "Lindenallee",
    "Rue Victor Hugo",
]
_GIVEN = (
    "Anna Ben Clara David Emma Felix Grace Henry Iris Jack Laura Marco Nina Oscar Paula Ravi Sofia Tom Vera Yuki"
).split()
_FAMILY = (
    "Adler Bauer Chen Dubois Evans Fischer Garcia Hughes Ito Jones Keller Lopez Meyer Novak Olsen Park Rossi Sato"
).split()
_CHINESE_FAMILY = "王李张刘陈杨赵黄周吴"
_CHINESE_GIVEN = "伟 芳 敏 静 磊 洋 勇 艳 涛 明 志强 建国 文静 晓明 海燕 雪梅".split()
_JOBS = ("Purchasing Manager", "CEO", "Accountant", "IT Manager", "Assistant", "Sales Director", "Engineer")
_PRODUCTS = {
    "Printers": ("LaserJet 200", "LaserJet 400", "InkPro 7", "LabelMaster", "PhotoPrint X"),
    "Laptops": ("AirBook 13", "AirBook 15", "WorkStation Z", "EduBook", "GameForce 17"),
    "Monitors": ("ViewMax 24", "ViewMax 27", "UltraWide 34", "ColorPro 32"),
    "Phones": ("Pixelo 5", "Pixelo 6 Pro", "TalkOne", "RuggedPhone"),
    "Accessories": ("USB Hub", "Wireless Mouse", "Mechanical Keyboard", "Laptop Stand", "Webcam HD", "Headset Pro"),
    "Networking": ("Router AX3", "Switch 24", "Mesh Kit", "Firewall Mini"),
    "Software": ("Office Suite", "Backup Plus", "AntiVirus One", "Design Studio"),
}
_SUBJECTS = (
    "Late delivery", "Wrong item", "Cannot log in", "Invoice question", "Broken screen", "Refund request",
    "Installation help", "Missing parts", "Price inquiry", "Password reset",
)  # fmt: skip
_AGENTS = ("Alice", "Bob", "Carol", "Daniel", "Erika", "李雷", "韩梅梅")


def build_crm(path: str | Path, *, seed: int = 7, customers: int = 240) -> Path:
    """Write the database to `path`, over whatever is there, and return the path.

    Args:
        customers: how many customers; the other tables grow with it (240 give about 6,000 rows).
    """
    return write_sqlite(path, DDL, _tables(random.Random(seed), customers))


def _tables(rng: random.Random, count: int) -> Iterable[tuple[str, list[tuple[object, ...]]]]:
    customers = _customers(rng, count)
    yield "customer", customers
    yield "address", _addresses(rng, count)
    yield "contact", _contacts(rng, count)
    products = _products(rng)
    yield "product", products
    orders, items = _orders(rng, count, products)
    yield "orders", orders
    yield "order_item", items
    yield "ticket", _tickets(rng, count)


def _day(rng: random.Random, skew: float = 0.7) -> date:
    return _START + timedelta(days=int(_DAYS * rng.random() ** skew))


def _customers(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    names: dict[str, None] = {}
    while len(names) < count:
        if rng.random() < 0.35:
            names[rng.choice(_CHINESE_FIRST) + rng.choice(_CHINESE_SECOND)] = None
        else:
            names[f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}"] = None
    return [
        (
            number,
            name,
            rng.choices(_INDUSTRIES, (30, 22, 16, 12, 9, 7, 4))[0],
            rng.choices(_LEVELS, (15, 35, 50))[0],
            rng.choices(("active", "inactive", "prospect"), (70, 18, 12))[0],
            rng.choice((5_000, 10_000, 20_000, 30_000, 50_000, 100_000)),
            _day(rng, 1.3).isoformat(),
        )
        for number, name in enumerate(names, 1)
    ]


def _addresses(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    cities = list(_CITIES)
    weights = [1 / (1 + index % 9) for index in range(len(cities))]
    for customer in range(1, count + 1):
        home = rng.choices(cities, weights)[0]
        for kind in ("billing", "shipping")[: rng.choices((1, 2), (45, 55))[0]]:
            city = home if rng.random() < 0.8 else rng.choice(cities)
            street = f"{rng.choice(_STREETS)} {rng.randint(1, 180)}"
            rows.append((len(rows) + 1, customer, kind, _CITIES[city], city, street, f"{rng.randint(10000, 99999)}"))
    return rows


def _person(rng: random.Random) -> str:
    if rng.random() < 0.4:
        return rng.choice(_CHINESE_FAMILY) + rng.choice(_CHINESE_GIVEN)
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


def _contacts(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for customer in range(1, count + 1):
        for _ in range(rng.choices((0, 1, 2, 3, 4), (8, 40, 30, 15, 7))[0]):
            number = len(rows) + 1
            born = date(1962, 1, 1) + timedelta(days=rng.randint(0, 14_500))
            rows.append(
                (
                    number,
                    customer,
                    _person(rng),
                    rng.choices(_JOBS, (30, 12, 16, 14, 12, 8, 8))[0],
                    f"contact{number}@example.com" if rng.random() < 0.82 else None,
                    f"+{rng.choice((86, 49, 44, 1, 33))} {rng.randint(10**8, 10**9 - 1)}"
                    if rng.random() < 0.9
                    else None,
                    born.isoformat() if rng.random() < 0.7 else None,
                )
            )
    return rows


def _products(rng: random.Random) -> list[tuple[object, ...]]:
    base = {
        "Printers": 240,
        "Laptops": 1100,
        "Monitors": 320,
        "Phones": 560,
        "Accessories": 45,
        "Networking": 150,
        "Software": 99,
    }
    rows: list[tuple[object, ...]] = []
    for category, names in _PRODUCTS.items():
        for name in names:
            price = round(base[category] * rng.uniform(0.5, 1.9), 2)
            cost = round(price * rng.uniform(0.45, 0.8), 2)
            rows.append((len(rows) + 1, name, category, price, cost, rng.choice((0, 0, *range(3, 400)))))
    return rows


def _orders(
    rng: random.Random, count: int, products: list[tuple[object, ...]]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    orders: list[tuple[object, ...]] = []
    items: list[tuple[object, ...]] = []
    popularity = [1 / (1 + index % 11) for index in range(len(products))]
    for customer in range(1, count + 1):
        for _ in range(0 if rng.random() < 0.16 else min(40, int(rng.paretovariate(1.1)) + 1)):
            order = len(orders) + 1
            amount = 0.0
            for _ in range(rng.choices((1, 2, 3, 4), (45, 30, 17, 8))[0]):
                product = rng.choices(products, popularity)[0]
                quantity = rng.choices((1, 2, 3, 5, 10, 20), (40, 22, 14, 12, 8, 4))[0]
                discount = rng.choice((0.0, 0.0, 0.0, 0.05, 0.1, 0.2))
                amount += float(str(product[3])) * quantity * (1 - discount)
                items.append((len(items) + 1, order, product[0], quantity, discount))
            status = rng.choices(("delivered", "shipped", "paid", "pending", "cancelled"), (58, 14, 11, 9, 8))[0]
            method = rng.choices(("credit card", "bank transfer", "paypal", "cash"), (42, 33, 19, 6))[0]
            orders.append((order, customer, _day(rng).isoformat(), status, method, round(amount, 2)))
    return orders, items


def _tickets(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for customer in range(1, count + 1):
        for _ in range(rng.choices((0, 1, 2, 3, 5, 8), (34, 26, 18, 11, 8, 3))[0]):
            opened = _day(rng)
            status = rng.choices(("closed", "open", "in progress"), (66, 20, 14))[0]
            closed = opened + timedelta(days=int(rng.expovariate(1 / 6))) if status == "closed" else None
            rows.append(
                (
                    len(rows) + 1,
                    customer,
                    rng.choices(_SUBJECTS, range(len(_SUBJECTS), 0, -1))[0],
                    rng.choices(("email", "phone", "chat", "web"), (40, 28, 18, 14))[0],
                    rng.choices(("low", "medium", "high", "urgent"), (30, 40, 22, 8))[0],
                    status,
                    rng.choices(_AGENTS, (24, 20, 16, 13, 11, 9, 7))[0],
                    opened.isoformat(),
                    closed.isoformat() if closed else None,
                    rng.choices((1, 2, 3, 4, 5), (5, 8, 18, 37, 32))[0] if closed and rng.random() < 0.75 else None,
                )
            )
    return rows
