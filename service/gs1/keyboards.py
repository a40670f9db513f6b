"""What the keys of a US keyboard type on other countries' layouts (as Windows has them), as a table.

A scanner that acts as a keyboard presses keys: it believes in a US layout, and a computer set to another
one types other characters. `KeyboardLayout.inverse` says which US character was meant by each that arrived.
"""

# ruff: noqa: RUF001 - that characters look like others is what layouts are about

from dataclasses import dataclass
from functools import cached_property

US_PLAIN = "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./"
US_SHIFT = '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?'
"""The keys of a US keyboard, row by row, without and with Shift; the layouts below have the same order."""


@dataclass(frozen=True, eq=False)
class KeyboardLayout:
    """One layout: what each key types plain and with Shift, and which of these are dead keys (accents).

    `types_separator`: Ctrl and the key of ] are known to give 0x1D on it, as on a US keyboard.
    """

    name: str
    plain: str
    shift: str
    dead: str = ""
    types_separator: bool = False

    @cached_property
    def meant(self) -> dict[str, str]:
        """Typed character to every US character whose key types it here."""
        found: dict[str, str] = {}
        for here, us in zip(self.plain + self.shift, US_PLAIN + US_SHIFT, strict=True):
            found[here] = found.get(here, "") + us
        return found

    @cached_property
    def inverse(self) -> dict[int, str]:
        """Typed character (as a code point) to the US character of its key, where only one key types it."""
        return {ord(here): us for here, us in self.meant.items() if len(us) == 1}

    @cached_property
    def typed(self) -> frozenset[str]:
        """Every character that some key types here."""
        return frozenset(self.meant)

    @cached_property
    def certain(self) -> frozenset[str]:
        """The characters that only one key types."""
        return frozenset(map(chr, self.inverse))

    @cached_property
    def shifted(self) -> "KeyboardLayout":
        """The same keys where caps lock shifts all of them, not only the letters."""
        return KeyboardLayout(self.name, self.shift, self.plain, self.dead, self.types_separator)


ACCENTS = {
    "\u0300": "`", "\u0301": "´΄", "\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0306": "˘", "\u0307": "˙",
    "\u0308": "¨", "\u030a": "°", "\u030b": "˝", "\u030c": "ˇ", "\u0327": "¸", "\u0328": "˛",
}  # fmt: skip
"""Combining marks, and the accents by which layouts name the dead keys that make them."""

US = KeyboardLayout("United States", US_PLAIN, US_SHIFT)

LAYOUTS = (
    KeyboardLayout(
        "United Kingdom",
        "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,./",
        '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?',
    ),
    KeyboardLayout(
        "Irish",
        "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,./",
        '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?',
        "`",
        types_separator=True,
    ),
    KeyboardLayout(
        "United Kingdom Extended",
        "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,./",
        '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?',
        "`",
    ),
    KeyboardLayout(
        "Scottish Gaelic",
        "`1234567890-=qwertyuiop[]asdfghjkl;'#zxcvbnm,./",
        '¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~ZXCVBNM<>?',
        "`'",
        types_separator=True,
    ),
    KeyboardLayout(
        "US International",
        "`1234567890-=qwertyuiop[]asdfghjkl;´\\zxcvbnm,./",
        "~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:¨|ZXCVBNM<>?",
        "`~^´¨",
    ),
    KeyboardLayout(
        "German",
        "^1234567890ß´qwertzuiopü+asdfghjklöä#yxcvbnm,.-",
        "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'YXCVBNM;:_",
        "^`´",
        types_separator=True,
    ),
    KeyboardLayout(
        "Sorbian",
        "^1234567890ß´qwertzuiopü+asdfghjklöä#yxcvbnm,.-",
        "°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'YXCVBNM;:_",
        "^`´",
    ),
    KeyboardLayout(
        "Swiss German",
        "§1234567890'^qwertzuiopü¨asdfghjklöä$yxcvbnm,.-",
        '°+"*ç%&/()=?`QWERTZUIOPè!ASDFGHJKLéà£YXCVBNM;:_',
        "^`¨",
        types_separator=True,
    ),
    KeyboardLayout(
        "Swiss French, Luxembourgish",
        "§1234567890'^qwertzuiopè¨asdfghjkléà$yxcvbnm,.-",
        '°+"*ç%&/()=?`QWERTZUIOPü!ASDFGHJKLöä£YXCVBNM;:_',
        "^`¨",
        types_separator=True,
    ),
    KeyboardLayout(
        "French",
        "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!",
        "²1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µWXCVBN?./§",
        "^¨",
    ),
    KeyboardLayout(
        "Belgian",
        "²&é\"'(§è!çà)-azertyuiop^$qsdfghjklmùµwxcvbn,;:=",
        "³1234567890°_AZERTYUIOP¨*QSDFGHJKLM%£WXCVBN?./+",
        "^¨",
    ),
    KeyboardLayout(
        "Dutch",
        "@1234567890/°qwertyuiop¨*asdfghjkl+´<zxcvbnm,.-",
        "§!\"#$%&_()'?~QWERTYUIOP^|ASDFGHJKL±`>ZXCVBNM;:=",
        "^`~¨´",
    ),
    KeyboardLayout(
        "Italian",
        "\\1234567890'ìqwertyuiopè+asdfghjklòàùzxcvbnm,.-",
        '|!"£$%&/()=?^QWERTYUIOPé*ASDFGHJKLç°§ZXCVBNM;:_',
        types_separator=True,
    ),
    KeyboardLayout(
        "Spanish",
        "º1234567890'¡qwertyuiop`+asdfghjklñ´çzxcvbnm,.-",
        'ª!"·$%&/()=?¿QWERTYUIOP^*ASDFGHJKLÑ¨ÇZXCVBNM;:_',
        "^`¨´",
        types_separator=True,
    ),
    KeyboardLayout(
        "Latin American",
        "|1234567890'¿qwertyuiop´+asdfghjklñ{}zxcvbnm,.-",
        '°!"#$%&/()=?¡QWERTYUIOP¨*ASDFGHJKLÑ[]ZXCVBNM;:_',
        "¨´",
    ),
    KeyboardLayout(
        "Portuguese",
        "\\1234567890'«qwertyuiop+´asdfghjklçº~zxcvbnm,.-",
        '|!"#$%&/()=?»QWERTYUIOP*`ASDFGHJKLÇª^ZXCVBNM;:_',
        "^`~´",
    ),
    KeyboardLayout(
        "Brazilian",
        "'1234567890-=qwertyuiop´[asdfghjklç~]zxcvbnm,.;",
        '"!@#$%¨&*()_+QWERTYUIOP`{ASDFGHJKLÇ^}ZXCVBNM<>:',
        "^`~¨´",
    ),
    KeyboardLayout(
        "Canadian French",
        "#1234567890-=qwertyuiop^¸asdfghjkl;`<zxcvbnm,.é",
        "|!\"/$%?&*()_+QWERTYUIOP^¨ASDFGHJKL:`>ZXCVBNM'.É",
        "^`¨¸",
    ),
    KeyboardLayout(
        "Danish",
        "½1234567890+´qwertyuiopå¨asdfghjklæø'zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLÆØ*ZXCVBNM;:_',
        "^`¨´",
        types_separator=True,
    ),
    KeyboardLayout(
        "Norwegian",
        "|1234567890+\\qwertyuiopå¨asdfghjkløæ'zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLØÆ*ZXCVBNM;:_',
        "^`¨",
        types_separator=True,
    ),
    KeyboardLayout(
        "Norwegian with Sami",
        "|1234567890+\\qwertyuiopå¨asdfghjkløæ'zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLØÆ*ZXCVBNM;:_',
        "^`¨",
    ),
    KeyboardLayout(
        "Swedish, Finnish",
        "§1234567890+´qwertyuiopå¨asdfghjklöä'zxcvbnm,.-",
        '½!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLÖÄ*ZXCVBNM;:_',
        "^`¨´",
    ),
    KeyboardLayout(
        "Sami Extended Finland, Sweden",
        "§1234567890+´ášertŧuiopåŋasdfghjklöäđzčcvbnm,.-",
        '½!"#¤%&/()=?`ÁŠERTŦUIOPÅŊASDFGHJKLÖÄĐZČCVBNM;:_',
        "`´",
    ),
    KeyboardLayout(
        "Sami Extended Norway",
        "|1234567890+\\ášertŧuiopåŋasdfghjkløæđzčcvbnm,.-",
        '§!"#¤%&/()=?`ÁŠERTŦUIOPÅŊASDFGHJKLØÆĐZČCVBNM;:_',
        "`",
    ),
    KeyboardLayout(
        "Icelandic",
        "°1234567890ö-qwertyuiopð'asdfghjklæ´+zxcvbnm,.þ",
        "¨!\"#$%&/()=Ö_QWERTYUIOPÐ?ASDFGHJKLÆ'*ZXCVBNM;:Þ",
        "°¨´",
    ),
    KeyboardLayout(
        "Faroese",
        "½1234567890+´qwertyuiopåðasdfghjklæø'zxcvbnm,.-",
        '§!"#¤%&/()=?`QWERTYUIOPÅÐASDFGHJKLÆØ*ZXCVBNM;:_',
        "`´",
    ),
    KeyboardLayout(
        "Estonian",
        "ˇ1234567890+´qwertyuiopüõasdfghjklöä'zxcvbnm,.-",
        '~!"#¤%&/()=?`QWERTYUIOPÜÕASDFGHJKLÖÄ*ZXCVBNM;:_',
        "`~´ˇ",
    ),
    KeyboardLayout(
        "Latvian",
        "\u00ad1234567890-fūgjrmvnzēčžhšusildatec´ķņbīkpoā,.ļ",
        "?!«»$%/&×()_FŪGJRMVNZĒČŽHŠUSILDATEC°ĶŅBĪKPOĀ;:Ļ",
        "´°",
    ),
    KeyboardLayout(
        "Latvian QWERTY",
        "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./",
        '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?',
        "'",
        types_separator=True,
    ),
    KeyboardLayout(
        "Lithuanian",
        "`ąčęėįšųū„“-žqwertyuiop[]asdfghjkl;'\\zxcvbnm,./",
        '~ĄČĘĖĮŠŲŪ()_ŽQWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?',
    ),
    KeyboardLayout(
        "Lithuanian IBM",
        '`!"/;:,.?()_+ąžertyuiopį“asdfghjklųė\\zūcvbnmčšę',
        "~1234567890-=ĄŽERTYUIOPĮ„ASDFGHJKLŲĖ|ZŪCVBNMČŠĘ",
        types_separator=True,
    ),
    KeyboardLayout(
        "Lithuanian Standard",
        "`!-/;:,.=()?xąžertyuiopįwasdšghjklųėqzūcvbnmčfę",
        "~1234567890+XĄŽERTYUIOPĮWASDŠGHJKLŲĖQZŪCVBNMČFĘ",
    ),
    KeyboardLayout(
        "Polish 214",
        "˛1234567890+'qwertzuiopżśasdfghjklłąóyxcvbnm,.-",
        '·!"#$%&/()=?*QWERTZUIOPńćASDFGHJKLŁęźYXCVBNM;:_',
        "˛",
        types_separator=True,
    ),
    KeyboardLayout(
        "Czech",
        ";+ěščřžýáíé=´qwertzuiopú)asdfghjklů§¨yxcvbnm,.-",
        "°1234567890%ˇQWERTZUIOP/(ASDFGHJKL\"!'YXCVBNM?:_",
        "¨°´ˇ",
    ),
    KeyboardLayout(
        "Czech QWERTY",
        ";+ěščřžýáíé=´qwertyuiopú)asdfghjklů§¨zxcvbnm,.-",
        "°1234567890%ˇQWERTYUIOP/(ASDFGHJKL\"!'ZXCVBNM?:_",
        "¨°´ˇ",
    ),
    KeyboardLayout(
        "Slovak",
        ";+ľščťžýáíé=´qwertzuiopúäasdfghjklô§ňyxcvbnm,.-",
        '°1234567890%ˇQWERTZUIOP/(ASDFGHJKL"!)YXCVBNM?:_',
        "°´ˇ",
    ),
    KeyboardLayout(
        "Slovak QWERTY",
        ";+ľščťžýáíé=´qwertyuiopúäasdfghjklô§ňzxcvbnm,.-",
        '°1234567890%ˇQWERTYUIOP/(ASDFGHJKL"!)ZXCVBNM?:_',
        "°´ˇ",
    ),
    KeyboardLayout(
        "Hungarian",
        "0123456789öüóqwertzuiopőúasdfghjkléáűyxcvbnm,.-",
        "§'\"+!%/=()ÖÜÓQWERTZUIOPŐÚASDFGHJKLÉÁŰYXCVBNM?:_",
        types_separator=True,
    ),
    KeyboardLayout(
        "Hungarian 101-key",
        "í123456789öüóqwertyuiopőúasdfghjkléáűzxcvbnm,.-",
        "Í'\"+!%/=()ÖÜÓQWERTYUIOPŐÚASDFGHJKLÉÁŰZXCVBNM?:_",
        types_separator=True,
    ),
    KeyboardLayout(
        "Croatian, Slovenian, Serbian Latin",
        "¸1234567890'+qwertzuiopšđasdfghjklčćžyxcvbnm,.-",
        '¨!"#$%&/()=?*QWERTZUIOPŠĐASDFGHJKLČĆŽYXCVBNM;:_',
        "¸¨",
    ),
    KeyboardLayout(
        "Albanian",
        "\\1234567890-=qwertzuiopç@asdfghjklë[]yxcvbnm,./",
        "|!\"#$%^&*()_+QWERTZUIOPÇ'ASDFGHJKLË{}YXCVBNM;:?",
    ),
    KeyboardLayout(
        "Romanian Legacy",
        "]1234567890+'qwertzuiopăîasdfghjklşţâyxcvbnm,.-",
        '[!"#¤%&/()=?*QWERTZUIOPĂÎASDFGHJKLŞŢÂYXCVBNM;:_',
        types_separator=True,
    ),
    KeyboardLayout(
        "Romanian Standard",
        "„1234567890-=qwertyuiopăîasdfghjklșțâzxcvbnm,./",
        "”!@#$%^&*()_+QWERTYUIOPĂÎASDFGHJKLȘȚÂZXCVBNM;:?",
    ),
    KeyboardLayout(
        "Maltese 47-key",
        "ċ1234567890-=qwertyuiopġħasdfghjkl;'żzxcvbnm,./",
        'Ċ!@€$%^&*()_+QWERTYUIOPĠĦASDFGHJKL:"ŻZXCVBNM<>?',
    ),
    KeyboardLayout(
        "Maltese 48-key",
        "ċ1234567890-=qwertyuiopġħasdfghjkl;'#zxcvbnm,./",
        'Ċ!"€$%^&*()_+QWERTYUIOPĠĦASDFGHJKL:@~ZXCVBNM<>?',
    ),
    KeyboardLayout(
        "Turkish Q",
        '"1234567890*-qwertyuıopğüasdfghjklşi,zxcvbnmöç.',
        "é!'^+%&/()=?_QWERTYUIOPĞÜASDFGHJKLŞİ;ZXCVBNMÖÇ:",
    ),
    KeyboardLayout(
        "Turkish F",
        "+1234567890/-fgğıodrnhpqwuieaütkmlyşxjövcçzsb.,",
        "*!\"^$%&'()=?_FGĞIODRNHPQWUİEAÜTKMLYŞXJÖVCÇZSB:;",
    ),
    KeyboardLayout(
        "Greek",
        "`1234567890-=;ςερτυθιοπ[]ασδφγηξκλ΄'\\ζχψωβνμ,./",
        '~!@#$%^&*()_+:΅ΕΡΤΥΘΙΟΠ{}ΑΣΔΦΓΗΞΚΛ¨"|ΖΧΨΩΒΝΜ<>?',
        "΄¨΅",
        types_separator=True,
    ),
    KeyboardLayout(
        "Greek 319 Latin",
        "\\1234567890'+qwertyuiop[]asdfghjkl´^`zxcvbnm,.-",
        '|!"#$%&/()=?*QWERTYUIOP{}ASDFGHJKL¨~@ZXCVBNM;:_',
        "´^`¨~",
        types_separator=True,
    ),
    KeyboardLayout(
        "Bulgarian Phonetic",
        "ю1234567890-=чшертъуиопящасдфгхйкл;'ьзжцвбнм,./",
        'Ю!@№$%€§*()–+ЧШЕРТЪУИОПЯЩАСДФГХЙКЛ:"ѝЗЖЦВБНМ„“?',
    ),
    KeyboardLayout(
        "Bulgarian Phonetic Traditional",
        "ч1234567890-=явертъуиопшщасдфгхйкл;'юзьцжбнм,./",
        'Ч!@№$%€§*()_+ЯВЕРТЪУИОПШЩАСДФГХЙКЛ:"ЮЗѝЦЖБНМ<>?',
    ),
    KeyboardLayout(
        "Bulgarian",
        "(1234567890-.,уеишщксдзц;ьяаожгтнвмч„юйъэфхпрлб",
        ')!?+"%=:/–№$€ыУЕИШЩКСДЗЦ§ѝЯАОЖГТНВМЧ“ЮЙЪЭФХПРЛБ',
    ),
    KeyboardLayout(
        "Russian",
        "ё1234567890-=йцукенгшщзхъфывапролджэ\\ячсмитьбю.",
        'Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭ/ЯЧСМИТЬБЮ,',
    ),
    KeyboardLayout(
        "Ukrainian",
        "'1234567890-=йцукенгшщзхїфівапролджєґячсмитьбю.",
        'ʼ!"№;%:?*()_+ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄҐЯЧСМИТЬБЮ,',
    ),
    KeyboardLayout(
        "Macedonian",
        "`1234567890-=љњертѕуиопшѓасдфгхјклчќжзџцвбнм,./",
        "~!„“$%^&*()_+ЉЊЕРТЅУИОПШЃАСДФГХЈКЛЧЌЖЗЏЦВБНМ;:?",
        "`",
    ),
    KeyboardLayout(
        "Serbian Cyrillic",
        "`1234567890'+љњертзуиопшђасдфгхјклчћжѕџцвбнм,.-",
        '~!"#$%&/()=?*ЉЊЕРТЗУИОПШЂАСДФГХЈКЛЧЋЖЅЏЦВБНМ;:_',
    ),
    KeyboardLayout(
        "Hebrew",
        ";1234567890-=/'קראטוןםפ][שדגכעיחלךף,\\זסבהנמצתץ.",
        '~!@#$%^&*)(_+QWERTYUIOP}{ASDFGHJKL:"|ZXCVBNM><?',
    ),
)
