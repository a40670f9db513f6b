"""The languages that medicine packs are printed in, as people write them: ISO 639-1 codes and names.

>>> parse_language("Turkish"), parse_language("PT"), parse_language("español")
('tr', 'pt', 'es')
"""

import unicodedata
from collections.abc import Mapping

from service.errors import ErrorCode, IdentifierError

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "kk": "Kazakh",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_OWN_NAMES: Mapping[str, str] = {
    "ar": "العربية",
    "bg": "български",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "es": "español",
    "et": "eesti",
    "fa": "فارسی",
    "fi": "suomi",
    "fr": "français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "hrvatski",
    "hu": "magyar",
    "id": "bahasa Indonesia",
    "it": "italiano",
    "ja": "日本語",
    "ka": "ქართული",
    "kk": "қазақша",
    "ko": "한국어",
    "lt": "lietuvių",
    "lv": "latviešu",
    "nl": "Nederlands",
    "no": "norsk",
    "pl": "polski",
    "pt": "português",
    "ro": "română",
    "ru": "русский",
    "sk": "slovenčina",
    "sl": "slovenščina",
    "sr": "српски",
    "sv": "svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
"""What each is called in itself."""

_MORE_NAMES = {
    name: code
    for code, names in {
        "es": "castilian castellano spanisch espagnol spagnolo",
        "fa": "farsi",
        "zh": "mandarin",
        "en": "anglais englisch ingles inglese ingilizce английский",
        "de": "deutsche allemand aleman tedesco немецкий",
        "fr": "franzosisch frances francese",
        "it": "italienisch italien",
        "pt": "portugiesisch portugais",
        "tr": "turkisch turc turco",
        "ru": "russisch russe",
    }.items()
    for name in names.split()
}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


_BY_NAME = {_folded(name): code for names in (LANGUAGES, _OWN_NAMES) for code, name in names.items()} | {
    _folded(name): code for name, code in _MORE_NAMES.items()
}


def parse_language(text: str) -> str:
    """The ISO 639-1 code of a code or a name; IdentifierError(LANGUAGE_UNKNOWN)."""
    wanted = _folded(text)
    code = wanted if wanted in LANGUAGES else _BY_NAME.get(wanted)
    if code is None:
        raise IdentifierError(
            ErrorCode.LANGUAGE_UNKNOWN,
            given=text,
            expected="a language's English name or its two-letter code (ISO 639-1)",
            field="language",
        )
    return code
