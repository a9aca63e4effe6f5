"""Surnames that pypinyin reads otherwise than their bearers do.

Its own reading is always indexed as well, since callers type that too; only the others stand here.
"""

_SINGLE = """
    单shan 單shan 曾zeng 解xie 颉xie 仇qiu 覃qin 区ou 區ou 翟zhai 查zha 盖ge 蓋ge 朴piao 乐yue 樂yue
    尉yu 洗xian 缪miao 繆miao 员yun 員yun 贠yun 隗wei 黑he 折she 召shao 繁po 郗chi 谌shen 諶shen
    祭zhai 种chong 秘bi 句gou 能nai 粘nian 卜bu 都du 阚kan 闞kan 那nuo 牟mu 佴nai 乜nie 么yao 适kuo
    薄bo 郇xun 六lu 长chang 角jue 藏zang 炅gui 且ju 隽jun 𠮷ji
"""
_COMPOUND = {
    "尉迟": "yu chi",
    "尉遲": "yu chi",
    "万俟": "mo qi",
    "萬俟": "mo qi",
    "单于": "chan yu",
    "單于": "chan yu",
    "澹台": "tan tai",
    "澹臺": "tan tai",
    "乐正": "yue zheng",
    "樂正": "yue zheng",
    "欧阳": "ou yang",
    "歐陽": "ou yang",
    "长孙": "zhang sun",
    "長孫": "zhang sun",
}

# A surname's syllables, for the surnames above.
SURNAME_READINGS = {entry[0]: (entry[1:],) for entry in _SINGLE.split()} | {
    surname: tuple(syllables.split()) for surname, syllables in _COMPOUND.items()
}
