"""Names of invented people: frequencies close to life, so that namesakes are common."""

from __future__ import annotations

from typing import cast

import numpy as np

from simulation._frame import Array, Bools, Ints

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔"
    "谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安"
    "齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
    "管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟"
    "邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛")
_MINORITY_FIRST = [
    "阿",
    "吉克",
    "沙马",
    "曲比",
    "吉木",
    "马海",
    "俄木",
    "格桑",
    "扎西",
    "泽仁",
    "次仁",
    "尼玛",
    "洛桑",
    "罗绒",
    "达瓦",
    "多吉",
    "瓦渣",
    "勒格",
    "海来",
    "苏呷",
]
_MINORITY_LAST = [
    "木呷",
    "尔古",
    "伍各",
    "拉则",
    "友古",
    "日铁",
    "子古",
    "阿牛",
    "尔布",
    "石布",
    "卓玛",
    "央金",
    "拉姆",
    "顿珠",
    "平措",
    "邓珠",
    "志玛",
    "泽郎",
    "曲珍",
    "旺修",
]
_MALE = (
    "国建明志军强平文华永德福林海龙波刚勇成光荣春生贵云富祥忠才学良东金兴友发世正清安全仁义松涛辉"
    "鹏飞宏斌伟超毅俊杰浩宇博轩子豪天睿晨阳家乐一凡旭"
)
_FEMALE = (
    "秀英玉兰珍芳桂香素琼淑华丽群萍芬霞红梅艳燕琴莲凤仙碧蓉容玲敏静娟慧洁云雪倩婷怡欣佳雨涵梓萱诗"
    "琪语嫣可馨悦彤雅思琳蕊晓月清莉"
)
_OTHER_FIRST_M = [
    "Aron",
    "Bela",
    "Ciro",
    "Dario",
    "Emil",
    "Fabio",
    "Goran",
    "Hugo",
    "Ivan",
    "Jorge",
    "Karel",
    "Luis",
    "Marko",
    "Nuno",
    "Oskar",
    "Pavel",
    "Rui",
    "Samir",
    "Tomas",
    "Viktor",
]
_OTHER_FIRST_F = [
    "Ana",
    "Berta",
    "Clara",
    "Dina",
    "Elena",
    "Fatima",
    "Greta",
    "Hana",
    "Ines",
    "Jana",
    "Katia",
    "Lucia",
    "Marta",
    "Nadia",
    "Olga",
    "Petra",
    "Rosa",
    "Sonia",
    "Teresa",
    "Vera",
]
_OTHER_LAST = [
    "Almeida",
    "Barros",
    "Costa",
    "Duarte",
    "Esteves",
    "Ferro",
    "Gomes",
    "Horta",
    "Iglesias",
    "Jurado",
    "Kovac",
    "Lopes",
    "Mendes",
    "Novak",
    "Ortega",
    "Pereira",
    "Quintero",
    "Rocha",
    "Silva",
    "Torres",
    "Ureta",
    "Vargas",
    "Weber",
    "Xavier",
    "Yanez",
    "Zoric",
    "Moreno",
    "Navarro",
    "Petrov",
    "Santos",
    "Romero",
    "Medina",
    "Castro",
    "Fuentes",
    "Molina",
    "Vidal",
]


def weights(size: int, skew: float) -> Array:
    """Falling shares of `size` names, summing to 1; a larger `skew` gives more namesakes."""
    share = 1.0 / (np.arange(size) + 3.0) ** skew
    return cast(Array, share / share.sum())


def surnames(rng: np.random.Generator, count: int, skew: float, latin: bool) -> Array:
    """`count` family names. Shape (count,), object."""
    pool = np.array(_OTHER_LAST if latin else [*_SURNAMES, *_COMPOUND], dtype=object)
    return pool[rng.choice(len(pool), count, p=weights(len(pool), skew))]


def given_names(rng: np.random.Generator, female: Bools, birth_year: Ints, latin: bool) -> Array:
    """Given names by sex; two characters for most, one for some; taste moves with the year of birth."""
    count = len(female)
    if latin:
        men, women = np.array(_OTHER_FIRST_M, dtype=object), np.array(_OTHER_FIRST_F, dtype=object)
        pick = rng.choice(len(men), count, p=weights(len(men), 0.6))
        return np.where(female, women[pick], men[pick])
    # tastes: a window of the pool that slides with the years of birth
    slide = np.clip((birth_year - 1925) / 90, 0, 1)
    parts: list[Array] = []
    for _ in range(2):
        chars: list[Array] = []
        for pool_text in (_MALE, _FEMALE):
            pool = np.array(list(pool_text), dtype=object)
            spot = slide * (len(pool) - 1) * 0.8 + rng.normal(0, len(pool) * 0.16, count)
            chars.append(pool[np.clip(np.abs(spot), 0, len(pool) - 1).astype(np.int64)])
        parts.append(np.where(female, chars[1], chars[0]))
    single = rng.random(count) < np.where(birth_year > 1960, 0.18, 0.08)
    second = np.where(single, "", parts[1])
    return parts[0] + second


def minority_names(rng: np.random.Generator, count: int) -> Array:
    """Names in the manner of Yi and Tibetan villages, four or five characters. Shape (count,), object."""
    first = np.array(_MINORITY_FIRST, dtype=object)[rng.integers(0, len(_MINORITY_FIRST), count)]
    last = np.array(_MINORITY_LAST, dtype=object)[rng.integers(0, len(_MINORITY_LAST), count)]
    return cast(Array, first + last)


def misspelt(rng: np.random.Generator, name: Array) -> Array:
    """A writing variant of each name: a homophone, a dropped character, or a swapped pair. Shape of `name`."""
    homophones = dict(zip("国建明志华平英芳珍秀玉云军福", "帼健铭智桦萍瑛方真绣钰芸君富", strict=True))
    out = []
    for one, way in zip(name, rng.integers(0, 3, len(name)), strict=True):
        text = str(one)
        swapped = "".join(homophones.get(ch, ch) for ch in text)
        if way == 0 and swapped != text:
            out.append(swapped)
        elif way == 1 and len(text) > 2:
            out.append(text[:-1])
        elif len(text) > 2:
            out.append(text[0] + text[2] + text[1] + text[3:])
        else:
            out.append(text + "儿")
    return np.array(out, dtype=object)
