CREATE TABLE vehicle ( -- 车辆
    vehicle_id INTEGER PRIMARY KEY, -- 车辆编号
    plate TEXT, -- 车牌号
    model TEXT, -- 车型
    fuel TEXT, -- 燃料类型
    bought_on DATE, -- 购入日期
    mileage INTEGER -- 行驶里程
);
CREATE TABLE driver ( -- 司机
    driver_id INTEGER PRIMARY KEY, -- 司机编号
    name TEXT, -- 姓名
    team TEXT, -- 车队
    hired_on DATE, -- 入职日期
    rating REAL -- 评分
);
CREATE TABLE trip ( -- 行程
    trip_id INTEGER PRIMARY KEY, -- 行程编号
    vehicle_id INTEGER REFERENCES vehicle (vehicle_id), -- 车辆编号
    driver_id INTEGER REFERENCES driver (driver_id), -- 司机编号
    start_city TEXT, -- 出发城市
    end_city TEXT, -- 到达城市
    distance REAL, -- 距离
    departed_on DATE, -- 出发日期
    status TEXT -- 状态
);
CREATE TABLE refuel ( -- 加油记录
    refuel_id INTEGER PRIMARY KEY, -- 记录编号
    vehicle_id INTEGER REFERENCES vehicle (vehicle_id), -- 车辆编号
    litres REAL, -- 加油量
    cost REAL, -- 费用
    refuelled_on DATE -- 加油日期
);
INSERT INTO vehicle VALUES (1, '沪A12345', '厢式货车', '柴油', '2019-06-01', 182000), (2, '苏B77881', '冷藏车', '柴油', '2021-03-15', 96000),
    (3, '浙C30092', '面包车', '电动', '2023-10-08', 21000);
INSERT INTO driver VALUES (1, '周海峰', '华东一队', '2018-02-01', 4.8), (2, '陈玉兰', '华东二队', '2020-07-12', 4.9),
    (3, '吴大勇', '华东一队', '2022-11-30', 4.2);
INSERT INTO trip VALUES (1, 1, 1, '上海', '南京', 301.5, '2024-01-05', '已完成'), (2, 2, 2, '苏州', '杭州', 158, '2024-02-11', '已完成'),
    (3, 3, 3, '杭州', '上海', 176.2, '2024-02-12', '已取消'), (4, 1, 3, '南京', '合肥', 172, '2024-03-20', '运输中');
INSERT INTO refuel VALUES (1, 1, 120, 930.5, '2024-01-04'), (2, 2, 80, 622, '2024-02-10'), (3, 1, 110, 861.2, '2024-03-18');
