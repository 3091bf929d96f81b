"""Words that common passwords are made of. A password that is one of them with digits and signs around is refused.

From the heads of published lists of leaked passwords (English, keyboard rows, pinyin), cut to what twelve characters or
more are built from; a longer list would add little beside the length asked for.
"""

from __future__ import annotations

from typing import Final

_WORDS = """
password pass passwd mypassword passwordpassword newpassword secret letmein welcome
changeme default admin administrator root user test testtest guest login master superman batman dragon monkey
football baseball basketball iloveyou sunshine princess shadow michael jordan charlie freedom whatever trustno
qwerty qwertyuiop qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm asdfghjkl asdfghjklzxcvbnm zxcvbnm zxcvbnmasdfghjkl
qazwsx qazwsxedc qazwsxedcrfv qwerasdfzxcv asdfqwer asdfjkl abcd abcdef abcdefg abcdefgh abcdefghijkl
abcdefghijklmnopqrstuvwxyz abc xyz aaa qweqweqwe qwqwqwqw asdasdasd zxczxczxc onetwothree
correcthorsebatterystaple thisisapassword thequickbrownfox tobeornottobe
woaini woainiwoaini woaiwojia woaizhongguo zhongguo zhonghua renmin nihao nihaoma woaizuguo
zhonghuarenmingongheguo woshishui mima mimamima wodemima guanliyuan xitong xitongguanliyuan
mingbai mingbaimingbai huimin huiminbutie butie butiezijin yikatong nongye caizheng caizhengju minzheng
jiwei jijian shenji sichuan chengdu beijing zongjingli
"""

COMMON: Final = frozenset(_WORDS.split())
