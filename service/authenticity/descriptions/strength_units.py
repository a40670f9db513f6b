"""The words in which packs and people write units of strength, in the languages of packs.

`UNITS` maps a folded word (NFKC, lower case, no accents, no dots) to what it measures and how much of the
base unit it is. Base units: microgram (mass), unit of activity, micromole, becquerel, millilitre,
percent. All units of activity are one dimension (`IU`, `U`, `E`, `UI`, …): packs use them for each other,
and no product exists in two kinds of them.

A units library was considered (pint 0.25.3) and left out: it knows the factors of mass and volume, ten
numbers of the table, and neither units of activity (they depend on the substance), nor languages other
than English, nor how people write numbers. These three are the work.
"""

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Dimension(StrEnum):
    """What a unit measures."""

    MASS = "mass"
    ACTIVITY = "activity"
    AMOUNT = "amount"
    EQUIVALENTS = "equivalents"
    RADIOACTIVITY = "radioactivity"
    VOLUME = "volume"
    PERCENT = "percent"


_WORDS: tuple[tuple[Dimension, str, str], ...] = (
    (
        Dimension.MASS,
        "1000000000",
        "kg kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos quilograma "
        "quilogramas "
        "chilogrammo chilogrammi кг килограмм 公斤 千克 キログラム 킬로그램",
    ),
    (
        Dimension.MASS,
        "1000000",
        "g gm gms gr gram grams gramm gramme grammes gramo gramos grama gramas grammo grammi gramov gramow "
        "gramu gramy г гр грамм граммов γρ γραμμαρια γραμμαριο 克 グラム 그램 غرام جرام",
    ),
    (
        Dimension.MASS,
        "1000",
        "mg mgs mgr mgm milligram milligrams milligramm milligramme milligrammes miligramo miligramos "
        "miligrama miligramas miligram miligramov miligramow miligramu milligrammo milligrammi "
        "milligrammaa "
        "мг миллиграмм миллиграммов μγ χιλιοστογραμμα 毫克 ミリグラム 밀리그램 ملغ ملجم مجم ملليغرام",
    ),
    (
        Dimension.MASS,
        "1",
        "mcg mcgs mcgr μg ug mikrog microg microgram micrograms microgramme microgrammes mikrogramm "
        "mikrogram "
        "mikrogramov mikrogramow microgramo microgramos micrograma microgramas microgrammo microgrammi "
        "mikrogrammaa mkg мкг микрограмм микрограммов μικρογραμμαρια 微克 マイクログラム 마이크로그램 "
        "مكغ ميكروغرام ميكروجرام",
    ),
    (
        Dimension.MASS,
        "0.001",
        "ng nanogram nanograms nanogramm nanogramme nanogrammes nanogramo nanogramos nanograma nanogramas "
        "nanogrammi нг 纳克 ナノグラム 나노그램",
    ),
    (
        Dimension.ACTIVITY,
        "1",
        "u us iu ui ie e ae ue unit units unite unites unidad unidades unidade einheit einheiten ei "
        "unita eenheid eenheden enhed enheder enhet enheter einingar yksikko yksikkoa ky ne egyseg "
        "egyseget "
        "jednostka jednostki jednostek jm mj jednotka jednotky jednotek jednotiek jedinica jedinice enot "
        "enote unitate unitati vienetai vienetu vienibas uhikut unitesi "
        "ед ме единица единиц единицы оди од одиниць мо μοναδες μοναδα δμ "
        "单位 單位 国际单位 國際單位 単位 国際単位 단위 국제단위 وحدة وحدات หน่วย usp "
        "speywood allergan speywoodunits allerganunits mouseunits mu1 ua su",
    ),
    (
        Dimension.ACTIVITY,
        "1000",
        "kiu ku kie kui kilounits tiu tu1 ktu",
    ),
    (
        Dimension.ACTIVITY,
        "1000000",
        "miu mu mie mui miou megaunits megaunit mioie mioiu mioe mega",
    ),
    (Dimension.AMOUNT, "1000000", "mol mole moles моль"),
    (Dimension.AMOUNT, "1000", "mmol millimol millimole millimoles milimol milimoles ммоль 毫摩尔"),
    (Dimension.AMOUNT, "1", "μmol umol mcmol micromol micromole micromoles mikromol мкмоль 微摩尔"),
    (Dimension.EQUIVALENTS, "1", "meq mval mekv мэкв"),
    (Dimension.RADIOACTIVITY, "1", "bq"),
    (Dimension.RADIOACTIVITY, "1000", "kbq"),
    (Dimension.RADIOACTIVITY, "1000000", "mbq мбк"),
    (Dimension.RADIOACTIVITY, "1000000000", "gbq гбк"),
    (Dimension.RADIOACTIVITY, "37000000", "mci"),
    (
        Dimension.VOLUME,
        "1",
        "ml mls cc ccm cm3 milliliter milliliters millilitre millilitres mililitro mililitros millilitri "
        "millilitro mililitr mililitrow mililitru мл миллилитр 毫升 ミリリットル 밀리리터 مل "
        "ml(s)",
    ),
    (Dimension.VOLUME, "1000", "l liter liters litre litres litro litros litri л литр 升 リットル 리터"),
    (Dimension.VOLUME, "100", "dl deciliter decilitre дл"),
    (Dimension.VOLUME, "10", "cl centiliter centilitre"),
    (Dimension.VOLUME, "0.001", "μl ul mcl microliter microlitre мкл 微升"),
    (Dimension.PERCENT, "1", "% percent prozent procent pourcent porcento percento pct ٪"),
)
UNITS = MappingProxyType(
    {word: (dimension, Decimal(factor)) for dimension, factor, words in _WORDS for word in words.split()}
)
"""Folded word -> (dimension, how much of the base unit)."""

_QUALIFIERS = (
    "international internationale internationales internationaux internazionali internacionales "
    "internacional "
    "internacionais internationaler mednarodnih miedzynarodowych mezinarodnich międzynarodowych nemzetkozi "
    "internasjonale internationella internationala kansainvalista международных международные διεθνεις "
    "uluslararasi uluslararası "
    "botulinum botulinumtoxin toxin allergan speywood mouse biological biologische potency potenz ld50 "
    "anti xa antixa antifxa anti-xa fxa activity aktivitat usp ph eur nf of de an d' per' dose"
)
UNIT_QUALIFIERS = frozenset(_QUALIFIERS.split())
"""Words that may stand around a unit of activity and make no other unit of it."""

MULTIPLIERS = MappingProxyType(
    {
        word: Decimal(factor)
        for factor, words in (
            (
                "1000",
                "thousand thousands thous tausend tsd mille mila mil tusen tusind tuhat duizend "
                "tysiac tysiecy "
                "tisic tisice bin тыс тысяч тысячи χιλιαδες ezer k 千 천 ألف",
            ),
            ("10000", "万 萬 만"),
            ("100000", "lakh lac lakhs"),
            (
                "1000000",
                "million millions millionen mio mill millones millon milioni milione milhoes milhao "
                "miljoen "
                "miljoner milioner milionow miliony miljoonaa milyon millio milionu млн миллион миллионов "
                "миллиона εκατομμυρια m 百万 100万 백만 مليون",
            ),
        )
        for word in words.split()
    }
)
"""Words between a number and its unit that multiply it."""

_PER = "per pro par por je pr na v in en ad a at by to dans auf w u i su на в σε 每 毎"
PER = frozenset(_PER.split())
"""Words that put an amount into a volume or a container, beside the slash."""

_CONTAINERS = (
    "vial vials ampoule ampoules amp ampul ampulle ampullen ampolla ampollas ampola ampolas fiala fiale "
    "flaconcino flaconcini flacon flacons flask bottle bottles durchstechflasche durchstechflaschen "
    "flasche "
    "frasco frascos fiolka fiolki lahvicka hetteglas hætteglas injektionsflaska hettuglas injektiopullo "
    "flakon flakons флакон флакона ампула ампуле φιαλιδιο 瓶 支 バイアル 바이알 "
    "syringe syringes spritze fertigspritze fertigspritzen seringue jeringa seringa siringa pfs "
    "sprøyte sprojte "
    "шприц 注射器 プレフィルドシリンジ 프리필드시린지 pen pens pluma stylo caneta penna kynä "
    "cartridge cartridges patrone patronen cartouche cartucho cartuccia "
    "tablet tablets tab tabs tablette tabletten comprime comprimes comprimido comprimidos compressa "
    "compresse "
    "tabletka tabletki tableta tablety таблетка таблетки 片 錠 정 "
    "capsule capsules cap caps kapsel kapseln gelule gelules capsula capsulas capsule kapsulka капсула 粒 "
    "dose doses dosis einzeldosis dosage dosi dawka доза 剂 puff puffs spray hub hubstoss actuation "
    "inhalation "
    "sachet sachets beutel bag bags sobre sobres bustina bustine saszetka пакет "
    "piece pieces stuck stück unidose pack packung box package container patch pflaster suppository "
    "implant "
    "each ea dosage pc pcs"
)
CONTAINERS = frozenset(_CONTAINERS.split())
"""What an amount may be in one of: then it is the whole of it."""

EQUIVALENTS = MappingProxyType(
    {
        "enoxaparin": Decimal("0.1"),  # 100 IU anti-Xa a milligram
        "dalteparin": Decimal("0.156"),
        "nadroparin": Decimal("0.095"),
        "tinzaparin": Decimal("0.1"),
        "filgrastim": Decimal(100000),  # 30 MU are 300 micrograms
        "lenograstim": Decimal(127757),  # 33.6 MIU are 263 micrograms
        "somatropin": Decimal("0.003"),  # 3 IU a milligram
        "glucagon": Decimal("0.001"),
        "colecalciferol": Decimal(40),
        "cholecalciferol": Decimal(40),
        "ergocalciferol": Decimal(40),
        "follitropin": Decimal("13.64"),  # 75 IU are 5.5 micrograms
        "choriogonadotropin": Decimal(26),  # 6,500 IU are 250 micrograms
        "benzylpenicillin": Decimal("1.667"),  # 1 MIU are 600 milligrams
    }
)
"""Units of activity in a microgram, for substances whose packs print either (summaries of product
characteristics). A substance is found by a word of its name."""
