"""Which columns a file has, whatever their headers are called, and so which kind of list it is.

>>> header = recognise(["GTIN (14)", "Lot No.", "S/N", "EXP", "Remark"])
>>> header.kind, header.index, header.ignored
(<Kind.UNITS: 'units'>, {'gtin': 0, 'lot': 1, 'serial': 2, 'expiry': 3}, ('Remark',))
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.errors import ErrorCode, RefusedError
from service.registry.lists.typed_cells import column_name

REASON_COLUMN = "refused because"
"""The column that we add to the file of refused rows, and know again when it comes back mended."""


class ListKind(StrEnum):
    """The kinds of list, in the order in which one needs another: a unit needs its batch on record."""

    PRODUCTS = "products"
    BATCHES = "batches"
    UNITS = "units"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class Header:
    """The recognised header: at which place (from 0) each field stands, and what stays unread."""

    kind: ListKind
    labels: tuple[str, ...]
    index: Mapping[str, int]
    ignored: tuple[str, ...]
    reason_column: int | None
    lettered: bool = False
    """Whether the columns have letters: the list is a sheet of a workbook."""

    def label(self, field: str) -> str:
        """The header as the file writes it; the field's own name where the file has no such column."""
        place = self.index.get(field)
        return field if place is None else self.labels[place]

    def where(self, field: str, line: int) -> str:
        """Where a person finds the cell: `line 5, Lot`, or `B5 (Lot)` in a sheet."""
        place = self.index.get(field)
        if not self.lettered or place is None:
            return f"line {line}, {self.label(field)}"
        return f"{column_name(place)}{line} ({self.label(field)})"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a person says of a list: its kind, what each column means (empty: not to be read), which sheet."""

    kind: ListKind
    columns: tuple[str, ...]
    sheet: str = ""


# Names are compared without accents, case, spaces and punctuation; the first is the documented one.
_GTIN = "gtin gtin8 gtin12 gtin13 gtin14 gtinean gtinntin ean ean8 ean13 ean14 upc productcode ntin"
_LOT = (
    "lot lotno lotnr lotnum lotnumber lotcode lotid lotaspublished batch batchno batchnr batchnum "
    "batchnumber batchcode batchid batchlot batchlotno batchlotnumber lotbatch lotbatchno lotbatchnumber "
    "bn lotorbatch charge chargennr chargennummer chargenbezeichnung chb lote nodelote ndelote numerodelote "
    "lotto numerolot nlot partino"
)
_EXPIRY = (
    "expiry exp expirydate expdate expires expiredate expiration expirationdate dateofexpiry useby usebydate "
    "usebefore bestbefore bestbeforedate expiryaspublished verfall verfalldatum verfallsdatum "
    "verwendbarbis verwbis caducidad fechadecaducidad vencimiento peremption datedeperemption "
    "dateperemption validade scadenza datadiscadenza skt"
)
_SERIAL = (
    "serial serialno serialnr serialnum serialnumber sn ser sernr serno seriennummer seriennr numerodeserie "
    "nodeserie ndeserie numeroserie nserie serino"
)
_MARKETS = (
    "markets market country countries countriesofsale marketcountry land lander pays paises paisesdeventa"
)
_RECALL = {
    "recall_class": "recallclass class classification",
    "recall_reference": "recallreference recallref recallnumber recallno",
    "recall_reason": "recallreason reasonforrecall",
}

_TABLES: Mapping[ListKind, Mapping[str, str]] = {
    ListKind.PRODUCTS: {
        "gtin": _GTIN,
        "name": "name product productname tradename brandname nameofproduct medicine",
        "manufacturer": "manufacturer mah maholder marketingauthorisationholder marketingauthorizationholder "
        "company maker hersteller fabricant fabricante labeler labeller",
        "gs1_prefix": "gs1prefix gs1prefixes gs1companyprefix companyprefix gcp",
        "catalogue_complete": "cataloguecomplete catalogcomplete",
        "contact": "contact contactaddress",
        "active_substance": "activesubstance activeingredient substance inn wirkstoff",
        "strengths": "strengths strength",
        "languages": "languages language packlanguages",
        "form": "form dosageform pharmaceuticalform",
        "national_numbers": "nationalnumbers nationalnumber nhrn",
        "markets": _MARKETS,
        "complete": "complete recordscomplete allbatches completeuntil alllotsuntil",
        "source_gtins": "sourcegtins sourcegtin originalgtin originalgtins relabelledfrom repackagedfrom "
        "parallelimportof",
    },
    ListKind.BATCHES: {
        "gtin": _GTIN,
        "lot": _LOT,
        "expiry": _EXPIRY,
        "made": "made mfg mfgdate mfd manufactured manufacturedate manufacturingdate dateofmanufacture "
        "productiondate herstelldatum herstellungsdatum",
        "released": "released releasedate releasedon dateofrelease freigabe freigabedatum",
        "status": "status batchstatus lotstatus releasestatus state",
        "markets": _MARKETS,
        "quantity": "quantity qty units numberofunits packs menge anzahl cantidad quantite",
        "quality": "quality qualityresults releasetests testresults",
        **_RECALL,
    },
    ListKind.UNITS: {
        "gtin": _GTIN,
        "lot": _LOT,
        "serial": _SERIAL,
        "expiry": _EXPIRY,
        "disposition": "disposition status state unitstatus",
    },
    ListKind.ALERTS: {
        "authority": "authority regulator agency issuedby",
        "kind": "kind alertkind alerttype type status",
        "product": "product name productname tradename brandname medicine",
        "gtin": _GTIN,
        "lot": _LOT,
        "expiry": _EXPIRY,
        "serial": _SERIAL,
        "serial_prefix": "serialprefix serialbeginswith serialstartswith",
        "lot_issued": "lotissued genuinelotexists",
        "recall_class": _RECALL["recall_class"],
        "reference": "reference ref alertreference alertnumber " + _RECALL["recall_reference"],
        "reported": "reported date datereported reportdate published publicationdate",
        "source_url": "sourceurl source url link",
        "detail": "detail details remark remarks note notes description",
    },
}

FIELDS: Mapping[ListKind, tuple[str, ...]] = {kind: tuple(table) for kind, table in _TABLES.items()}
"""What the columns of each kind of list can mean."""

_NAMES = {
    kind: {name: field for field, names in table.items() for name in names.split()}
    for kind, table in _TABLES.items()
}

NEEDED: Mapping[ListKind, tuple[str, ...]] = {
    ListKind.PRODUCTS: ("gtin", "name", "manufacturer"),
    ListKind.BATCHES: ("gtin", "lot", "expiry"),
    ListKind.UNITS: ("gtin", "lot", "serial"),
    ListKind.ALERTS: ("authority", "kind"),
}
"""The columns without which a list is none of its kind."""

# The column that only this kind of list would have, asked in this order where two kinds fit equally well.
_SIGNATURE: Mapping[ListKind, tuple[str, ...]] = {
    ListKind.ALERTS: ("authority",),
    ListKind.UNITS: ("serial",),
    ListKind.BATCHES: ("lot",),
    ListKind.PRODUCTS: ("manufacturer", "name"),
}


def plain(label: str) -> str:
    """A header without accents, case, spaces and punctuation: `Lot No.` → `lotno`."""
    decomposed = unicodedata.normalize("NFKD", label).casefold()
    return "".join(each for each in decomposed if each.isalnum())


def likeness(cells: Sequence[str]) -> int:
    """How many columns the best fitting kind of list knows; tells the right delimiter from a wrong one."""
    return max(len(_fields(kind, cells)) for kind in ListKind)


def recognise(cells: Sequence[str]) -> Header:
    """The kind of list that has these column headers, and where each field stands.

    Raises FILE_KIND_UNKNOWN, COLUMN_MISSING (naming the column and what was found) or COLUMN_TWICE.
    """
    found = " | ".join(cell.strip() for cell in cells)[:300]
    candidates = [kind for kind, columns in _SIGNATURE.items() if set(columns) & set(_fields(kind, cells))]
    if not candidates:
        raise RefusedError(
            ErrorCode.FILE_KIND_UNKNOWN,
            expected="a first line with column names of a list of products (gtin, name, manufacturer), "
            "batches (gtin, lot, expiry), units (gtin, serial, lot) or alerts (authority, kind, …)",
            found=found,
        )
    kind = min(candidates, key=lambda each: (len(_missing(each, cells)), -len(_fields(each, cells))))
    missing = _missing(kind, cells)
    if missing:
        raise RefusedError(
            ErrorCode.COLUMN_MISSING,
            expected=f"a list of {kind} with the columns {', '.join(NEEDED[kind])}",
            found=found,
            field=", ".join(missing),
        )
    return _header(kind, cells)


def laid_out(cells: Sequence[str], layout: Layout) -> Header:
    """The header of a list whose columns a person has named.

    Raises VALUE_INVALID for a meaning that lists of this kind do not have, COLUMN_TWICE, COLUMN_MISSING.
    """
    index: dict[str, int] = {}
    for place, field in enumerate(layout.columns[: len(cells)]):
        if not field:
            continue
        if field not in FIELDS[layout.kind]:
            expected = f"one of {', '.join(FIELDS[layout.kind])}"
            raise RefusedError(ErrorCode.VALUE_INVALID, given=field, expected=expected, field="column")
        if field in index:
            found = f"{cells[index[field]]!r} and {cells[place]!r}"
            expected = "one column of each meaning"
            raise RefusedError(ErrorCode.COLUMN_TWICE, expected=expected, found=found, field=field)
        index[field] = place
    missing = [field for field in NEEDED[layout.kind] if field not in index]
    if missing:
        raise RefusedError(
            ErrorCode.COLUMN_MISSING,
            expected=f"a list of {layout.kind} with the columns {', '.join(NEEDED[layout.kind])}",
            found=" | ".join(cell.strip() for cell in cells)[:300],
            field=", ".join(missing),
        )
    labels = tuple(cell.strip() for cell in cells)
    read = set(index.values())
    reason = labels.index(REASON_COLUMN) if REASON_COLUMN in labels else None
    ignored = tuple(label for place, label in enumerate(labels) if label and place not in read | {reason})
    return Header(layout.kind, labels, index, ignored, reason)


def guessed(kind: ListKind, cells: Sequence[str]) -> tuple[str, ...]:
    """What each column would mean in a list of this kind, or empty; only the first of several alike."""
    meanings = [_NAMES[kind].get(plain(cell), "") for cell in cells]
    return tuple(field if field not in meanings[:place] else "" for place, field in enumerate(meanings))


def likeliest(cells: Sequence[str]) -> ListKind | None:
    """The kind of list that these headers look like most, however many columns it lacks; None for no kind."""
    best = min(ListKind, key=lambda each: (len(_missing(each, cells)), -len(_fields(each, cells))))
    return best if _fields(best, cells) else None


def _fields(kind: ListKind, cells: Sequence[str]) -> set[str]:
    names = _NAMES[kind]
    return {names[plain(cell)] for cell in cells if plain(cell) in names}


def _missing(kind: ListKind, cells: Sequence[str]) -> list[str]:
    fields = _fields(kind, cells)
    return [field for field in NEEDED[kind] if field not in fields]


def _header(kind: ListKind, cells: Sequence[str]) -> Header:
    index: dict[str, int] = {}
    ignored: list[str] = []
    reason_column = None
    for place, cell in enumerate(cells):
        field = _NAMES[kind].get(plain(cell))
        if cell == REASON_COLUMN:
            reason_column = place
        elif field is None:
            ignored += [cell.strip()] if cell.strip() else []
        elif field in index:
            raise RefusedError(
                ErrorCode.COLUMN_TWICE,
                given=cell,
                expected="one column of each meaning",
                found=f"{cells[index[field]]!r} and {cell!r}",
                field=field,
            )
        else:
            index[field] = place
    return Header(kind, tuple(cell.strip() for cell in cells), index, tuple(ignored), reason_column)
