"""Packs of real lots and of GS1's vectors on record, and what a scan of one of them is told."""

import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import Action, ReasonCode
from service.errors import ErrorCode, VialcheckError
from service.gs1.identifiers import Lot, check_digit
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService

GS = "\x1d"
EXPIRY = date(2070, 10, 17)


@dataclass(frozen=True)
class Pack:
    gtin: str
    lot: str
    serial: str

    def scan(self, lot: str | None = None, serial: str | None = None, expiry: str = "701017") -> str:
        return f"]d201{self.gtin}17{expiry}10{lot or self.lot}{GS}21{serial or self.serial}"


def lots_by_product(corpora: Path) -> dict[str, list[str]]:
    """Products of five lots and more, each lot once; spellings that GS1 cannot carry are left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with (corpora / "recalls" / "lots.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            try:
                lot = Lot.parse(row["lot_as_published"])
            except VialcheckError:
                continue
            if " " not in lot.printed and len(lot.printed) <= 20:
                found[row["product"]].setdefault(lot.key, lot.printed)
    return {name: sorted(lots.values()) for name, lots in sorted(found.items()) if len(lots) >= 5}


def vector_packs(corpora: Path) -> set[Pack]:
    lines = (corpora / "gs1" / "gs1-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    packs = set()
    for row in map(json.loads, lines):
        values = dict(map(tuple, row["ais"] or ()))
        gtin = values.get("01", "")
        if row["expected"] == "INVALID" or not {"10", "21"} <= values.keys() or len(gtin) != 14:
            continue
        pack = Pack(gtin, values["10"], values["21"])
        if (
            gtin.isdigit()
            and check_digit(gtin[:-1]) == gtin[-1]
            and min(len(pack.lot), len(pack.serial)) >= 4
        ):
            packs.add(pack)
    return packs


class World:
    """Every lot of the corpus under its product, three serials each; and the packs of the vectors."""

    def __init__(self, corpora: Path, database: Database) -> None:
        self.rnd = random.Random(3)
        self.lots = lots_by_product(corpora)
        self.packs: list[Pack] = []
        self.gtins: dict[str, str] = {}
        by_gtin: dict[str, list[Pack]] = defaultdict(list)
        for number, (name, lots) in enumerate(self.lots.items()):
            payload = f"0950600{number:06}"
            self.gtins[name] = payload + check_digit(payload)
            for lot in lots:
                for _ in range(3):
                    by_gtin[self.gtins[name]].append(Pack(self.gtins[name], lot, self._serial()))
        for pack in sorted(vector_packs(corpora), key=str):
            by_gtin[pack.gtin].append(pack)
        self._put(database, by_gtin)
        self.packs = [pack for packs in by_gtin.values() for pack in packs]
        self.desk = VerificationService(database)

    def _serial(self) -> str:
        return "".join(self.rnd.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=self.rnd.choice((10, 13))))

    def _put(self, database: Database, by_gtin: dict[str, list[Pack]]) -> None:
        products: list[dict[str, Any]] = []
        batches: dict[tuple[int, str], dict[str, Any]] = {}
        units: list[dict[str, Any]] = []
        for number, (gtin, packs) in enumerate(by_gtin.items(), start=1):
            products.append(
                {"id": number, "manufacturer_id": 1, "gtin": gtin, "name": f"P{number}", "complete": True}
            )
            for pack in packs:
                lot = Lot.parse(pack.lot)
                row = {"id": len(batches) + 1, "product_id": number, "lot": pack.lot, "lot_key": lot.key}
                row |= {"lot_folded": lot.folded, "expiry": EXPIRY, "status": "released"}
                batch = batches.setdefault((number, lot.key), row)
                units.append(
                    {
                        "product_id": number,
                        "serial": pack.serial,
                        "batch_id": batch["id"],
                        "disposition": Disposition.ACTIVE,
                    }
                )
        unique = {(unit["product_id"], unit["serial"]): unit for unit in units}
        with database.transaction() as connection:
            connection.execute(insert(Manufacturer).values(id=1, name="M"))
            connection.execute(insert(Product), products)
            connection.execute(insert(Batch), list(batches.values()))
            connection.execute(insert(Unit), list(unique.values()))

    def ask(self, scan: str) -> tuple[Action | None, set[str]]:
        """The action and its reasons; no action and the code of a refusal."""
        try:
            verdict = self.desk.preview(Question(scan=scan), RequestOrigin(Channel.API)).verdict
        except VialcheckError as error:
            errors = getattr(error, "errors", (error,))
            return None, {str(each.code) for each in errors}
        return verdict.action, {str(reason.code) for reason in verdict.reasons}


_UNREADABLE = {
    str(code)
    for code in (
        ErrorCode.SCANNER_SETTING, ErrorCode.AI_UNKNOWN, ErrorCode.AI_VALUE_INVALID, ErrorCode.GTIN_CHECK_DIGIT,
        ErrorCode.ELEMENT_STRING_INVALID, ErrorCode.EXPIRY_IMPOSSIBLE, ErrorCode.AI_COMBINATION,
        ErrorCode.AI_REPEATED, ErrorCode.SYMBOLOGY_UNKNOWN, ErrorCode.TOO_LONG, ErrorCode.BAD_CHARACTER,
        ErrorCode.ONLY_DIGITS, ErrorCode.NOT_A_PRODUCT,
    )
}  # fmt: skip
"""Refusals whose sentence says to scan or type it again, or to look at the scanner's setting."""


def outcome(world: World, scan: str) -> str:
    action, codes = world.ask(scan)
    if action is Action.ACCEPT:
        return "ACCEPTED"
    if action is None:
        return "unreadable" if codes <= _UNREADABLE else "missed"
    if str(ReasonCode.CODE_IMPOSSIBLE) in codes:
        return "unreadable"  # the element is named, and the rest looked up
    return "misread" if str(ReasonCode.LIKELY_MISREAD) in codes else "missed"
