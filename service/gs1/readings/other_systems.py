"""Codes of other systems, named as what they are: they are no lots, and hold no GTIN."""

import re

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import check_digit

_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_SSCC = re.compile(r"\x1d?(?:\(00\) ?|00)([0-9 ]{18,24})\x1d?")
_NAMED_SSCC = re.compile(r"(?:SSCC[\s.:#=-]*(?:\(?00\)?)?)?([0-9](?: ?[0-9]){17})", re.IGNORECASE)
"""With its name before it, or 18 digits whose last is the check digit of the others: no lot is so long."""
_SSCC_URI = re.compile(r"urn:epc:id:sscc:.*|(?:https?://)?[^\s/]+/(?:.*/)?00/[0-9]{18}/?", re.IGNORECASE)
# ANSI/HIBC 2.6: primary data begins with + and a labeler's code; secondary data with +$ or +$$ or digits.
_HIBC = re.compile(
    r"\*?\+(?:[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9].*|\$\$?[0-9A-Z].*|[0-9]{5}[0-9A-Z].*)", re.IGNORECASE
)
# ISBT 128: data structures begin with = or & and a second character that names them.
_ISBT = re.compile(
    r"(?:=[A-NP-Z1-9][0-9A-Z]{4}[0-9]{8}.*|[=&][<>%!\"'(){}$*+,\-./:;\[\\\]^_`|~?@#&][0-9A-Z].{3,})"
)


def system_of(text: str) -> str:
    """HIBC, ISBT 128 or SSCC, where a text is such a code; empty for all else."""
    plain = text.strip()
    prefix = _SYMBOLOGY.match(plain)
    content = plain[3:] if prefix else plain
    if _HIBC.fullmatch(content):
        return "HIBC"
    if _ISBT.fullmatch(content) or (content[:1] in "=&" and _ISBT.fullmatch(content.replace(" ", ""))):
        return "ISBT 128"
    found = _SSCC.fullmatch(content) or _NAMED_SSCC.fullmatch(content)
    digits = found[1].replace(" ", "") if found else ""
    if len(digits) == 18 and digits[-1] == check_digit(digits[:-1]):
        return "SSCC"
    return "SSCC" if _SSCC_URI.fullmatch(content) else ""


def refuse_other_system(text: str) -> None:
    """Raise OTHER_CODE_SYSTEM, with the system's name as what was found, for such a code."""
    system = system_of(text)
    if system:
        raise IdentifierError(
            ErrorCode.OTHER_CODE_SYSTEM,
            given=text,
            expected="a GS1 code of the pack, or its lot number",
            found=system,
            field="scan",
        )
