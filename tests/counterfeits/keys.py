"""What people call the fields of a record, of a notice, of a scan and of what was presented.

Names are compared as the import compares headers (`columns.plain`): without case, accents and punctuation.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.errors import VialcheckError
from service.gs1.iso.countries import parse_country
from service.registry.lists.conventions.locale_names import plain

Plain = Mapping[str, Any]

_GTIN = "gtin gtin8 gtin12 gtin13 gtin14 ean ean13 ntin productcode 01"
_LOT = "lot lotno lotnr lotnumber lotcode batch batchno batchnr batchnumber batchcode batchid charge lote 10"
_EXPIRY = (
    "expiry exp expirydate expdate expires expiration expirationdate useby validuntil bestbefore "
    "printedexpiry recordedexpiry trueexpiry 17"
)
_SERIAL = "serial serialno serialnr serialnumber sn uniqueidentifier 21"
_NAME = "product name productname brand brandname tradename medicine label productlabel"
_MARKETS = (
    "markets market country countries authorisedin authorizedin licensedin authorisedmarkets marketscope"
)
_SUBSTANCE = "activesubstance substance activeingredient ingredient inn active"
_FORM = "form dosageform pharmaceuticalform doseform"
_MAKER = "manufacturer mah company maker holder mahname marketingauthorisationholder labeler labeller"
_RECALL = {
    "recall_class": "recallclass class",
    "recall_reference": "recallreference",
    "recall_reason": "recallreason",
}

PRODUCT = {
    "gtin": _GTIN,
    "name": _NAME,
    "manufacturer": _MAKER,
    "gs1_prefix": "gs1prefix gs1companyprefix companyprefix gcp prefix",
    "catalogue_complete": "cataloguecomplete catalogcomplete allproducts",
    "contact": "contact",
    "active_substance": _SUBSTANCE,
    "strengths": "strengths strength doses presentationstrengths",
    "form": _FORM,
    "languages": "languages language packlanguages",
    "national_numbers": "nationalnumbers nationalnumber nhrn nationalcodes national nationalcode",
    "markets": _MARKETS,
    "complete": "complete recordscomplete allbatches alllots recordcomplete",
    "complete_until": "completeuntil completeto lotscompleteuntil",
    "source_gtins": "sourcegtins sourcegtin originalgtin originalgtins relabelledfrom parallelimportof repackagedfrom",
}
LOT = {
    "lot": _LOT,
    "expiry": _EXPIRY,
    "made": "made mfg mfgdate manufactured manufacturedate dateofmanufacture productiondate",
    "released": "released releasedate releasedon dateofrelease",
    "status": "status batchstatus lotstatus state",
    "quantity": "quantity qty size packs numberofunits",
    **_RECALL,
}
UNIT = {"serial": _SERIAL, "disposition": "disposition unitstatus unitstate"}
SCHEMES = {
    "pzn": "PZN",
    "cip": "CIP",
    "cip13": "CIP",
    "cn": "CN",
    "drn": "DRN",
    "aim": "AIM",
    "ndc": "NDC",
    "aic": "AIC",
}
CHILDREN = {
    "products": "products presentations records record items catalogue",
    "lots": "lots batches lotnumbers batchnumbers knownlots",
    "units": "units serials serialnumbers packsissued",
}
ALERT = {
    "authority": "authority regulator agency issuedby issuer by",
    "kind": "kind alertkind alerttype type status",
    "product": _NAME,
    "gtin": _GTIN,
    "lot": f"{_LOT} lots batches",
    "expiry": f"{_EXPIRY} expiries",
    "serial": f"{_SERIAL} serials",
    "serial_prefix": "serialprefix serialprefixes serialbeginswith serialstartswith prefix",
    "lot_issued": "lotissued genuinelotexists lotexists issued",
    "recall_class": _RECALL["recall_class"],
    "reference": "reference ref number alertnumber",
    "reported": "reported date datereported published publicationdate at",
    "source_url": "sourceurl source url link",
    "detail": "detail details note notes remark description",
}
PRESENTED = {
    "scan": "scan code barcode text datamatrix elementstring raw uri url link qr digitallink",
    "gtin": _GTIN,
    "lot": _LOT,
    "serial": _SERIAL,
    "expiry": _EXPIRY,
    "market": "market country where presentedin place markets",
    "strength": "strength dose strengths",
    "substance": _SUBSTANCE,
    "form": _FORM,
    "national": "national nationalnumber nationalcode nhrn",
    "language": "language packlanguage languages",
    "product": _NAME,
    "no_lot": "nolot lotmissing missinglot withoutlot",
    "asker": "asker as by role askedby who",
    "region": "region city state town",
    "client": "client device clientkey session",
    "on": "on part side",
}
SCAN = PRESENTED | {
    "at": "at time when timestamp date moment scannedat",
    "event": "event step bizstep action disposition",
    "count": "count times repeated n",
}
_ABOUT = (
    "id source sources url note notes comment comments detail details description date reported "
    "synthetic title manufacturer form type table recordtype entity uid "
)
ABOUT = frozenset(_ABOUT.split())
"""What an entry may say beside its fields, for readers."""


def named(tables: Mapping[str, str]) -> dict[str, str]:
    """Every name that a table knows, with the field that it means."""
    return {name: field for field, names in tables.items() for name in names.split()}


def sort_out(entry: Plain, names: Mapping[str, str], unknown: list[str]) -> dict[str, Any]:
    """The fields of an entry under their own names; the first of two that mean the same is kept."""
    found: dict[str, Any] = {}
    for key, value in entry.items():
        field = names.get(plain(key))
        if field is not None:
            found.setdefault(field, value)
        elif plain(key) not in ABOUT:
            unknown.append(key)
    return found


def listed(value: Any) -> list[Any]:
    """A value that may be one or several, as a list; nothing for null and blanks."""
    if value is None or value in ("", [], {}):
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def words(value: Any, separator: str = "; ") -> str:
    """A value as a cell of a list: several joined, yes and no for booleans, dates without their midnight."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return separator.join(filter(None, (words(each) for each in value)))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.]+(?:Z|[+-][0-9:]+)?")
_YEAR_MONTH = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])")


def date_words(value: Any) -> str:
    """A date in a form that the import reads: ISO moments lose their time, `202412` is December 2024."""
    if isinstance(value, Mapping):
        parts = [value.get(part) for part in ("year", "month", "day")]
        return "-".join(f"{int(part):02}" for part in parts if part)
    text = f"{value:06}" if isinstance(value, int) and not isinstance(value, bool) else words(value)
    if moment := _MOMENT.fullmatch(text):
        return moment[1]
    # 20-24-12 is no date of the form YYMMDD, whichever year it is
    month = _YEAR_MONTH.fullmatch(text)
    return f"{month[1]}-{month[2]}" if month and int(month[1][2:]) > 12 else text


def truth(value: Any) -> bool | None:
    """Yes, no, or not said."""
    if isinstance(value, bool) or value is None:
        return value
    word = plain(str(value))
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(word)


def chain(values: Iterable[Iterable[Any]]) -> Iterator[Any]:
    """All of them, one after the other."""
    for each in values:
        yield from each


_EUROPE = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_GROUPS = {"eu": _EUROPE, "europeanunion": _EUROPE, "eea": f"{_EUROPE} IS LI NO"}
_CODES = re.compile(r"[A-Z]{2}(?:\s+[A-Z]{2})*")


def countries(value: Any, notes: list[str]) -> list[str]:
    """Codes of countries by code or name, one or many; the EU is its members, what is no country is noted."""
    found: list[str] = []
    for piece in (part.strip() for each in listed(value) for part in re.split("[;,|/]", words(each))):
        for name in piece.split() if _CODES.fullmatch(piece) else [piece]:
            group = _GROUPS.get(plain(name), "").split()
            try:
                found += group or ([parse_country(name)] if name else [])
            except VialcheckError:
                notes.append(f"{name!r} is no country: left out")
    return list(dict.fromkeys(found))


def strength(value: Any) -> str:
    """A strength, or several; a number alone is of units."""
    several = [words(each) for each in listed(value)]
    return "; ".join(f"{each} units" if each.replace(".", "", 1).isdigit() else each for each in several)
