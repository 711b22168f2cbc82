"""Words and values for invented schemas: people's names, categories with their codes, and plain or made-up words."""

from __future__ import annotations

import random
from pathlib import Path

GIVEN = tuple(
    (
        "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph "
        "Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Lisa Anthony Betty Mark Margaret Paul Sandra Steven "
        "Ashley Andrew Kimberly Emily Kevin Donna Brian Michelle George Carol Edward Amanda Ronald Dorothy Timothy "
        "Melissa Jason Deborah Jeffrey Stephanie Ryan Rebecca Jacob Sharon Gary Laura Nicholas Cynthia Eric Kathleen "
        "Jonathan Amy Stephen Angela Larry Shirley Justin Anna Scott Brenda Brandon Pamela Emma Olivia Noah Liam Sophia "
        "Mia Lucas Ethan Ava Wei Li Chen Hiro Yuki Sofia Mateo Ana Luis Carlos Ahmed Fatima Omar Aisha Raj Priya Arjun "
        "Ivan Olga Pierre Marie Hans Greta Lars Ingrid Tom Ben Sam Kate Joe Ann Max"
    ).split()
)
SURNAMES = tuple(
    (
        "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
        "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis "
        "Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera "
        "Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart "
        "Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim "
        "Cox Ward Richardson Watson Brooks Wood Chen Wang Zhang Liu Müller Schmidt Rossi Dubois Ivanov Sato Tanaka "
        "Singh Patel Khan Ali Silva Costa Novak Kowalski Jensen Larsen O'Brien"
    ).split()
)
CHINESE_SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
CHINESE_GIVEN = tuple(
    (
        "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 建国 建华 志强 志明 晓明 小红 小丽 文静 雪梅 海燕 国强 玉兰 子涵 子轩 浩然 欣怡 梓涵 诗涵 宇轩 雨欣 一诺 "
        "佳琪 嘉怡 俊杰 思远 天宇 晨曦 美玲 春梅 丽华 红梅 建军 立新 大伟 永强 家豪 婷婷 倩倩"
    ).split()
)

_CATEGORY_LINES = """
status|active,inactive,pending,suspended,closed
status|open,closed,in progress,resolved,on hold
order status|pending,paid,shipped,delivered,cancelled,refunded
state|draft,published,archived
priority|low,medium,high,urgent
level|junior,senior,lead,principal
level|beginner,intermediate,advanced
gender|male,female
sex|M,F
size|S,M,L,XL
color|red,blue,green,black,white,yellow,silver
type|standard,premium,basic,enterprise
type|individual,company,government
category|electronics,clothing,books,toys,food,furniture,sports
segment|retail,wholesale,vip,online
city|Beijing,Shanghai,Shenzhen,Hangzhou,Chengdu,Guangzhou,Wuhan,Nanjing
city|New York,London,Paris,Berlin,Tokyo,Sydney,Toronto,Chicago,Boston
city|北京,上海,广州,深圳,杭州,成都,武汉,西安,南京
country|USA,China,France,Germany,Japan,Canada,Brazil,India,UK
country|United States,United Kingdom,Spain,Italy,Australia,Mexico
province|浙江,广东,江苏,四川,山东,河南,湖北
state|California,Texas,Florida,Ohio,Nevada,Oregon
region|north,south,east,west,central
region|华东,华南,华北,西南,东北
department|sales,marketing,engineering,finance,hr,support,legal
department|Computer Science,Mathematics,Physics,History,Biology,Chemistry
payment method|cash,credit card,paypal,bank transfer,check
payment method|支付宝,微信,银行卡,现金
channel|email,phone,web,chat,store
currency|USD,EUR,CNY,GBP,JPY
grade|A,B,C,D,F
result|win,loss,draw
position|goalkeeper,defender,midfielder,forward
position|manager,engineer,analyst,director,assistant,clerk
genre|rock,pop,jazz,classical,country,blues
genre|drama,comedy,action,horror,documentary
language|English,Chinese,French,Spanish,German
weekday|Monday,Tuesday,Wednesday,Thursday,Friday
season|spring,summer,autumn,winter
shift|morning,day,night
nationality|American,Chinese,French,British,German,Japanese
industry|technology,finance,healthcare,education,retail,manufacturing
marital status|single,married,divorced
membership|bronze,silver,gold,platinum
severity|minor,major,critical
brand|Acme,Globex,Initech,Umbrella,Stark,Wayne
role|admin,editor,viewer,owner
source|web,referral,ads,event,partner
unit|kg,g,piece,box,liter
blood type|A,B,AB,O
fuel type|gasoline,diesel,electric,hybrid
cuisine|Italian,Chinese,Mexican,Indian,Thai
major|Mathematics,Physics,Economics,Law,Medicine
condition|new,used,refurbished,damaged
plan|free,pro,team,business
stage|lead,qualified,proposal,negotiation,won,lost
状态|启用,停用,待审核,已关闭
类型|普通,高级,企业,个人
"""
CATEGORIES = tuple(
    (line.split("|")[0], tuple(line.split("|")[1].split(","))) for line in _CATEGORY_LINES.strip().splitlines()
)

_ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr fl gr pl pr st tr sh ch".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = "  n r s l m t x nd rk".split()


class Vocabulary:
    """Plain words (a list, when one is given) and made-up ones."""

    def __init__(self, path: Path | None = None) -> None:
        self.words = tuple(path.read_text(encoding="utf-8").split()) if path else ()

    def word(self, rng: random.Random) -> str:
        """Return a lower-case word; one in three means nothing."""
        if self.words and rng.random() < 0.67:
            return rng.choice(self.words)
        return "".join(
            rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(rng.choice((1, 2, 2, 3)))
        )

    def title(self, rng: random.Random) -> str:
        """Return one to three capitalised words, as products, films and places are called."""
        count = rng.choices((1, 2, 3), (4, 5, 2))[0]
        text = " ".join(self.word(rng).capitalize() for _ in range(count))
        if rng.random() < 0.08:
            text += f" {rng.randint(1, 2000)}"
        return text

    def value(self, rng: random.Random) -> str:
        """Return a category's value in any of the usual spellings."""
        word = self.word(rng)
        roll = rng.random()
        if roll < 0.45:
            return word
        if roll < 0.8:
            return word.capitalize()
        if roll < 0.9:
            return f"{word} {self.word(rng)}".capitalize()
        return word.upper()[: rng.choice((2, 3, 4, 8))]

    def code(self, rng: random.Random) -> str:
        """Return a code such as "AB-1042"."""
        letters = "".join(rng.choice("ABCDEFGHKLMNPRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
        return f"{letters}{rng.choice(('', '-', ''))}{rng.randint(1, 99999)}"
