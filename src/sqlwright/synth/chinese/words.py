"""Chinese word tables: measure words, verbs between tables, superlatives and comparisons by what a column measures.

Heads are matched as the ending of a noun ("售后工单" ends in "工单"), longest first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

Tone = Literal[
    "price", "money", "count", "age", "date", "duration", "length", "height", "weight", "size",
    "grade", "rank", "year", "number", "text",
]  # fmt: skip
"""What a column measures, which decides the words that compare it."""

_MEASURE = {
    "位": "客户 顾客 用户 学生 老师 教师 员工 雇员 职员 联系人 读者 作者 作家 医生 大夫 学员 患者 病人 乘客 旅客 "
    "司机 会员 经理 导师 歌手 歌星 演员 导演 选手 球员 "
    "运动员 成员 供应商 负责人 教练 护士 候选人 教授 居民 人 机长 飞行员 设计师 工程师 艺术家 主持人 "
    "嘉宾 卖家 买家 销售 代表 专家 校长 馆员 上级 主管 下属 店长 房东 租客 租户 业主 主人 投保人 借款人 受益人 "
    "参赛者 选民 主席 船长 队长 队员 裁判 厨师 服务员 程序员 分析师 律师 法官 警察 消防员 军官 议员 市长 总统 作曲家 "
    "画家 摄影师 记者 编辑 译者 发明家 科学家 研究员 助理 秘书 会计 收银员 技师 技术员 工人 农民 所有者 拥有者 申请人 "
    "收件人 骑手 配送员 房客 住客 客人 观众 家长 毕业生 校友 学习者 应聘者 求职者 参与者 登山者 宇航员 政治家 车手 "
    "经办人 检验员 收藏家 监护人 捐赠者 志愿者 实习生",
    "家": "公司 店 商店 门店 餐厅 酒店 银行 医院 企业 机构 厂商 制造商 工厂 航空公司 出版社 分店 影院 超市 "
    "供货商 航司 商家 俱乐部",
    "笔": "订单 交易 付款 支付 退款 账单 贷款 转账 发票 款项 销售记录",
    "张": "工单 票 车票 机票 门票 照片 图片 表 卡 专辑 唱片 优惠券 信用卡 处方",
    "个": "城市 国家 产品 商品 部门 类别 类型 项目 任务 地址 地区 账户 账号 传感器 机场 站点 车站 仓库 "
    "学院 专业 班级 团队 球队 赛事 活动 问题 标签 "
    "频道 校区 省份 州 区域 设施 房间 展览 合同 品牌 型号 奖项 博物馆",
    "门": "课程 课 科目 学科 语言",
    "本": "书 图书 书籍 杂志 期刊 教材",
    "部": "电影 影片 电视剧 手机 剧集 作品 小说",
    "首": "歌曲 歌 曲目",
    "篇": "论文 文章 帖子 新闻 博客 文档",
    "场": "比赛 演唱会 音乐会 会议 演出 考试 赛事",
    "次": "航班次 借阅 访问 预约 预订 登录 就诊 巡检 维修 演示 拜访",
    "台": "设备 机器 服务器 电脑 仪器 车床",
    "辆": "车 汽车 车辆 自行车 卡车",
    "架": "飞机 客机",
    "趟": "航班 列车 行程",
    "条": "记录 评论 消息 读数 评价 明细 路线 线路 航线 日志 数据 信息 备注 成绩 留言 反馈 测量 鱼 狗 "
    "跟进记录 选课记录 订单明细",
    "所": "学校 大学 高校 中学",
    "间": "教室 房间 办公室 病房",
    "只": "猫 宠物 鸟 动物 股票 基金",
    "种": "药物 药品 药 疾病 货币 语种 原料",
    "款": "游戏 软件 应用 车型 套餐",
    "份": "报告 合同 问卷 保单 简历 文件",
    "名": "士兵",
    "座": "桥 山 楼 建筑 体育场 体育馆 电站",
    "艘": "船 船舶",
}
_BY_HEAD = {head: measure for measure, heads in _MEASURE.items() for head in heads.split()}
_PEOPLE = frozenset(_MEASURE["位"].split()) - {"供应商", "销售"}


@lru_cache(maxsize=4096)
def _head(noun: str) -> str:
    for start in range(len(noun)):
        if noun[start:] in _BY_HEAD:
            return noun[start:]
    return ""


@lru_cache(maxsize=4096)
def measure_word(noun: str) -> str:
    """Return the 量词 of a noun: "本" for 图书, "个" when none is known."""
    return _BY_HEAD.get(_head(noun), "个")


@lru_cache(maxsize=4096)
def is_person(noun: str) -> bool:
    """Return whether a noun names people, so that 谁 and 名 may stand for it."""
    return _head(noun) in _PEOPLE


@lru_cache(maxsize=4096)
def is_latin(text: str) -> bool:
    """Return whether a text is not Chinese."""
    return bool(text) and text.isascii()


_VERBS: dict[str, tuple[str, ...]] = {
    "订单": ("下过", "有"),
    "工单": ("提交过", "提过", "有"),
    "评论": ("发表过", "写过"),
    "评价": ("发表过", "写过"),
    "借阅": ("有",),
    "预约": ("做过", "有"),
    "预订": ("做过", "有"),
    "文章": ("写过", "发表过"),
    "论文": ("发表过", "写过"),
    "帖子": ("发过",),
    "图书": ("有",),
    "贷款": ("办过", "有"),
}


_STAFF = ("员工", "雇员", "职员", "销售", "经理", "负责人", "教师", "老师", "医生", "客服")


@lru_cache(maxsize=4096)
def having_verbs(owner: str, thing: str) -> tuple[str, ...]:
    """Return the verbs that say that `owner` has a `thing`: ("下过", "有") for a customer and an order."""
    if owner.endswith(_STAFF):
        return ("负责", "有") if thing.endswith(("订单", "工单", "任务", "项目", "客户")) else ("有",)
    if is_person(owner):
        for head, verbs in _VERBS.items():
            if thing.endswith(head):
                return verbs
    return ("有",)


_DEALINGS: dict[str, tuple[str, ...]] = {
    "选课": ("选了", "选修了", "选过", "上过"),
    "选修": ("选修了", "选过"),
    "报名": ("报名了", "报过"),
    "借阅": ("借过", "借阅过"),
    "借书": ("借过",),
    "预订": ("预订过", "订过"),
    "预定": ("预订过", "订过"),
    "预约": ("预约过",),
    "订单明细": ("买过", "购买过", "订购过"),
    "订单项": ("买过", "购买过"),
    "订单行": ("买过", "购买过"),
    "购买": ("买过", "购买过"),
    "销售": ("买过", "购买过"),
    "租赁": ("租过", "租用过"),
    "评论": ("评论过",),
    "评价": ("评价过",),
    "参赛": ("参加过",),
    "参与": ("参加过",),
    "出演": ("出演过", "演过"),
    "演员表": ("出演过", "演过"),
    "收藏": ("收藏过",),
    "播放": ("播放过",),
    "订阅": ("订阅过",),
}


@lru_cache(maxsize=4096)
def dealing_verbs(owner: str, link: str) -> tuple[str, ...]:
    """Return the verbs by which a link table ties people to what it points to: ("借过",) of readers and loans."""
    if link.startswith("订单") and owner == "订单":
        return ("包含", "含有")
    if not is_person(owner):
        return ()
    return _DEALINGS.get(link.removesuffix("记录"), ())


_TONES: tuple[tuple[Tone, tuple[str, ...]], ...] = (
    ("date", ("日期", "时间", "生日", "日子")),
    ("year", ("年份", "年度", "年代")),
    ("age", ("年龄", "岁数")),
    ("duration", ("时长", "天数", "小时", "分钟", "秒", "工龄", "任期", "时数")),
    ("height", ("身高", "高度", "海拔")),
    ("weight", ("重量", "体重", "载重")),
    ("length", ("长度", "距离", "里程", "航程")),
    ("price", ("价格", "单价", "售价", "票价", "价钱", "定价", "标价")),
    (
        "money",
        (
            "金额",
            "工资",
            "薪资",
            "薪水",
            "收入",
            "预算",
            "成本",
            "费用",
            "销售额",
            "余额",
            "营收",
            "利润",
            "奖金",
            "票房",
            "费",
            "薪",
            "款",
            "额",
        ),
    ),
    (
        "count",
        (
            "数量",
            "库存",
            "人数",
            "次数",
            "人口",
            "座位",
            "容量",
            "票数",
            "页数",
            "件数",
            "席位",
            "销量",
            "总数",
            "册数",
            "个数",
            "副本",
            "学分",
            "数",
        ),
    ),
    ("size", ("面积", "大小", "尺寸", "体积")),
    ("rank", ("排名", "名次", "等级", "级别", "优先级")),
    (
        "grade",
        (
            "分数",
            "成绩",
            "评分",
            "得分",
            "绩点",
            "率",
            "比例",
            "温度",
            "湿度",
            "压力",
            "速度",
            "电压",
            "电流",
            "功率",
            "读数",
            "分",
        ),
    ),
)
_ENGLISH_TONES: tuple[tuple[Tone, tuple[str, ...]], ...] = (
    ("date", ("date", "time", "birthday", "dob", "timestamp")),
    ("year", ("year",)),
    ("age", ("age",)),
    ("duration", ("duration", "hours", "minutes", "seconds", "days")),
    ("height", ("height", "elevation", "altitude")),
    ("weight", ("weight",)),
    ("length", ("length", "distance")),
    ("price", ("price",)),
    (
        "money",
        ("amount", "salary", "budget", "revenue", "income", "cost", "fee", "balance", "profit", "total", "sales"),
    ),
    ("count", ("count", "quantity", "qty", "stock", "population", "capacity", "votes", "pages", "attendance")),
    ("size", ("area", "size", "volume")),
    ("rank", ("rank", "ranking", "level", "position")),
    ("grade", ("score", "rating", "gpa", "rate", "ratio", "temperature", "humidity", "pressure", "speed", "points")),
)


def tone_of(noun: str, english: tuple[str, ...], kind: str) -> Tone:
    """Return what a column measures, from its Chinese noun, its identifier's words and its kind."""
    if kind == "date" and "年" not in noun[-2:] and "year" not in english[-1:]:
        return "date"
    for tone, heads in _TONES:
        if noun.endswith(heads) and (tone == "date" or kind in ("number", "date")):
            return tone
    for tone, words in _ENGLISH_TONES:
        if not set(words).isdisjoint(english) and (tone == "date" or kind in ("number", "date")):
            return tone
    return "number" if kind == "number" else "text"


SUPERLATIVES: dict[Tone, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (("最高",), ("最低",)),
    "money": (("最高", "最高", "最大"), ("最低", "最低", "最小")),
    "count": (("最多", "最大"), ("最少", "最小")),
    "age": (("最大",), ("最小",)),
    "date": (("最晚", "最近", "最新"), ("最早",)),
    "duration": (("最长",), ("最短",)),
    "length": (("最长", "最大"), ("最短", "最小")),
    "height": (("最高",), ("最低",)),
    "weight": (("最大", "最高"), ("最小", "最低")),
    "size": (("最大",), ("最小",)),
    "grade": (("最高",), ("最低",)),
    "rank": (("最大",), ("最小",)),
    "year": (("最晚", "最近", "最晚"), ("最早",)),
    "number": (("最大", "最高"), ("最小", "最低")),
}
"""(most, least) by tone: "价格" + "最高"."""

BARE_SUPERLATIVES: dict[Tone, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (("最贵",), ("最便宜",)),
    "age": (("年纪最大", "最年长"), ("年纪最小", "最年轻")),
    "weight": (("最重",), ("最轻",)),
}
"""Words that need no column noun; used only where the table has a single column of that tone."""

AGGREGATE_EXTREMES: dict[Tone, tuple[str, str]] = {
    "date": ("最晚", "最早"),
    "year": ("最晚", "最早"),
    "age": ("最大", "最小"),
    "size": ("最大", "最小"),
    "count": ("最大", "最小"),
    "duration": ("最长", "最短"),
    "length": ("最长", "最短"),
    "weight": ("最大", "最小"),
    "rank": ("最大", "最小"),
    "number": ("最大", "最小"),
}
"""(MAX, MIN) before a column noun; 最高 and 最低 otherwise."""

DIRECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "date": (
        ("从晚到早", "由近到远", "从新到旧", "倒序", "降序"),
        ("从早到晚", "由远到近", "从旧到新", "升序", "正序"),
    ),
    "count": (("从多到少", "从高到低", "降序", "倒序", "从大到小"), ("从少到多", "从低到高", "升序", "从小到大")),
    "text": (("倒序", "降序"), ("升序", "正序", "字母顺序")),
    "number": (
        ("从高到低", "从大到小", "降序", "倒序", "由高到低"),
        ("从低到高", "从小到大", "升序", "由低到高", "升序"),
    ),
}
"""(descending, ascending) ways to name an order; tones without an entry use "number"."""

COMPARE: dict[str, tuple[str, ...]] = {
    ">": ("大于", "超过", "高于"),
    ">=": ("大于等于", "不低于", "至少为", "不小于", "大于或等于"),
    "<": ("小于", "低于", "不到"),
    "<=": ("小于等于", "不超过", "不高于", "最多为", "不大于"),
    "=": ("为", "是", "等于"),
    "<>": ("不是", "不等于", "不为"),
}
COMPARE_COUNT: dict[str, tuple[str, ...]] = {
    ">": ("超过", "大于", "多于"),
    ">=": ("不少于", "至少为", "大于等于"),
    "<": ("少于", "小于", "不到"),
    "<=": ("不超过", "小于等于", "不多于"),
    "=": ("为", "等于", "正好是"),
    "<>": ("不等于", "不是"),
}

EVENT_VERBS = frozenset(
    "签发 开具 雇用 招聘 挂号 送达 上线 建档 办卡 发放 接诊 处理 解决 开工 完工 停产 "
    "退房 离店 结账 下单 开启 打开 开放 创立 创办 设立 派出 创建 注册 入职 出生 发布 到期 借出 归还 签订 签约 开通 "
    "成立 支付 付款 发货 出版 上映 入学 毕业 关闭 更新 提交 安装 登记 预订 预约 起飞 "
    "入住 降落 到达 出发 离职 购买 开始 结束 上架 上市 建成 加入 开业 生产 采购 交付 借阅 还书 报名 选课 "
    "记录 测量 采集 完成 开票 就诊 入院 出院 退货 退款 "
    "录入 生成 审核 雇佣 聘用 建立 发行 举办 举行 签署 维修 评论 发表 添加 修改 登录".split()
)
"""Verbs that, with a date column named after them, take the date before them: "2023年下单的订单"."""

EVENTS = frozenset(
    "选课 借阅 预约 就诊 注册 报名 访问 登录 播放 维修 签到 出勤 租赁 巡检 选修 缴费 考勤 充值 退货".split()
)
"""Nouns of doings, which read better as records: 选课记录."""

DONE = frozenset(
    "激活 启用 付款 支付 发货 完成 发布 归还 验证 取消 删除 签收 审核 关闭 解决 处理 认证 毕业 离职 "
    "退货 退款 结清 缴费 确认 校准 订阅 下架 注销 停用 "
    "停产 售罄 逾期 过期 延误 续签 续费 录取 提交 签署 结婚 通过 读 批准 禁用 锁定 归档".split()
)
"""Flags said as 已X and 未X."""
