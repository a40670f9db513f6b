"""The languages that medicine packs are printed in, as people write them: ISO 639-1 codes and English names.

>>> parse_language("Turkish"), parse_language("PT")
('tr', 'pt')
"""

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
_BY_NAME = {name.casefold(): code for code, name in LANGUAGES.items()}


def parse_language(text: str) -> str:
    """The ISO 639-1 code of a code or an English name; IdentifierError(LANGUAGE_UNKNOWN)."""
    wanted = " ".join(text.split()).casefold()
    code = wanted if wanted in LANGUAGES else _BY_NAME.get(wanted)
    if code is None:
        raise IdentifierError(
            ErrorCode.LANGUAGE_UNKNOWN,
            given=text,
            expected="a language's English name or its two-letter code (ISO 639-1)",
            field="language",
        )
    return code
