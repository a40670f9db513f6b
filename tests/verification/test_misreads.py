"""Mutated genuine scans against real lots: told to be misreads, never accepted; unknown lots are left alone."""

import csv
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import Action, ReasonCode
from service.errors import ErrorCode, VialcheckError
from service.gs1.identifiers import Lot, check_digit
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Unit
from service.verification.question import Question
from service.verification.service import VerificationService

GS = "\x1d"
EXPIRY = date(2070, 10, 17)
KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I", "l": "1", "S": "5", "5": "S", "B": "8", "8": "B"}


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
            verdict = self.desk.preview(Question(scan=scan)).verdict
        except VialcheckError as error:
            errors = getattr(error, "errors", (error,))
            return None, {str(each.code) for each in errors}
        return verdict.action, {str(reason.code) for reason in verdict.reasons}


@pytest.fixture(scope="module")
def world(corpora: Path, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("misreads") / "vialcheck.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    made = World(corpora, database)
    yield made
    made.desk.close()
    database.close()


def beside(character: str, rnd: random.Random) -> str:
    row = next((row for row in KEYS if character.lower() in row), "")
    if not row:
        return character
    at = row.index(character.lower())
    other = rnd.choice([row[place] for place in (at - 1, at + 1) if 0 <= place < len(row)])
    return other.upper() if character.isupper() else other


def at_random(text: str, change: Callable[[str, int], str], rnd: random.Random) -> str:
    """The text changed at one place where that makes a difference; unchanged where there is none."""
    places = rnd.sample(range(len(text)), len(text))
    return next((made for made in (change(text, place) for place in places) if made != text), text)


def substituted(by: Callable[[str], str]) -> Callable[[str, int], str]:
    return lambda text, at: text[:at] + by(text[at]) + text[at + 1 :]


def transposed(text: str, at: int) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


Mutation = Callable[[Pack, random.Random], str]


def in_lot(change: Callable[[str, int], str]) -> Mutation:
    return lambda pack, rnd: pack.scan(lot=at_random(pack.lot, change, rnd))


def in_serial(change: Callable[[str, int], str]) -> Mutation:
    return lambda pack, rnd: pack.scan(serial=at_random(pack.serial, change, rnd))


def slips(name: str, change: Callable[[str, int], str]) -> dict[str, Mutation]:
    return {f"{name}, lot": in_lot(change), f"{name}, serial": in_serial(change)}


def neighbouring(which: Callable[[Callable[[str, int], str]], Mutation]) -> Mutation:
    return lambda pack, rnd: which(substituted(lambda each: beside(each, rnd)))(pack, rnd)


MUTATIONS: dict[str, Mutation] = {
    "caps lock": lambda pack, _: pack.scan().swapcase(),
    "caps lock, no AIM prefix": lambda pack, _: pack.scan(serial=pack.serial.swapcase())[3:],
    **slips("look-alike", substituted(lambda each: ALIKE.get(each, each))),
    "neighbouring key, lot": neighbouring(in_lot),
    "neighbouring key, serial": neighbouring(in_serial),
    **slips("transposed", transposed),
    **slips("one character lost", lambda text, at: text[:at] + text[at + 1 :]),
    **slips("one character doubled", lambda text, at: text[:at] + text[at] + text[at:]),
    "GS lost": lambda pack, _: pack.scan().replace(GS, ""),
    "GS lost, no AIM prefix": lambda pack, _: pack.scan().replace(GS, "")[3:],
    "GS as ^], one day wrong": lambda pack, _: pack.scan(expiry="701018").replace(GS, "^]"),
    "lot swallows 17": lambda pack, _: f"]d201{pack.gtin}10{pack.lot}17701017{GS}21{pack.serial}",
    "lot swallows 21": lambda pack, _: f"]d201{pack.gtin}17701017" + f"10{pack.lot}21{pack.serial}"[:22],
    "serial swallows 17": lambda pack, _: f"]d201{pack.gtin}10{pack.lot}{GS}21{pack.serial}17701017",
    "AIM prefix doubled": lambda pack, _: "]d2" + pack.scan(),
    "AIM prefix left before a lot": lambda pack, _: "]d2" + pack.lot,
    "first characters cut": lambda pack, rnd: pack.scan()[rnd.randint(4, 9) :],
    "last character cut": lambda pack, _: pack.scan()[:-1],
    "last 2 or 3 characters cut": lambda pack, rnd: pack.scan()[: -rnd.randint(2, 3)],
    "wrong day": lambda pack, rnd: pack.scan(expiry=f"7010{rnd.choice([1, 7, 10, 16, 18, 27, 31]):02}"),
    "GTIN digit wrong": lambda pack, rnd: pack.scan().replace(
        pack.gtin, at_random(pack.gtin, substituted(lambda each: str((int(each) + 1) % 10)), rnd), 1
    ),
}  # fmt: skip

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


def same(scan: str, pack: Pack) -> bool:
    """Whether nothing was changed, or only the hyphens of the lot, which do not tell lots apart."""
    if scan in (pack.scan(), pack.scan()[3:]):
        return True
    lot = scan.partition("17701017" + "10")[2].partition(GS + "21")[0]
    rest = scan.replace(lot, pack.lot, 1) if lot else scan
    return rest == pack.scan() and Lot.parse(lot).key == Lot.parse(pack.lot).key


def outcome(world: World, scan: str) -> str:
    action, codes = world.ask(scan)
    if action is Action.ACCEPT:
        return "ACCEPTED"
    if action is None:
        return "unreadable" if codes <= _UNREADABLE else "missed"
    return "misread" if str(ReasonCode.LIKELY_MISREAD) in codes else "missed"


def test_mutated_scans_are_told_to_be_misreads_and_never_accepted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    rnd = random.Random(11)
    total: Counter[str] = Counter()
    lines = []
    for name, mutate in MUTATIONS.items():
        figures: Counter[str] = Counter()
        for pack in rnd.sample(world.packs, 150):
            scan = mutate(pack, rnd)
            if not same(scan, pack):
                figures[outcome(world, scan)] += 1
        told = figures["misread"] + figures["unreadable"]
        lines.append(f"  {name:30} {told / figures.total():6.1%}  {dict(figures)}")
        total += figures
    share = (total["misread"] + total["unreadable"]) / total.total()
    with capsys.disabled():
        sys.stdout.write(
            f"\nmutated scans told to be misreads: {share:.2%} of {total.total()} {dict(total)}\n"
        )
        sys.stdout.write("\n".join(lines) + "\n")
    assert total["ACCEPTED"] == 0
    assert share >= 0.95


def test_unknown_lots_are_not_called_misreads(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Lots of other products: unknown here. And, as a warning, the next lots of a series without gaps."""
    rnd = random.Random(12)
    everything = sorted({lot for lots in world.lots.values() for lot in lots})
    figures: Counter[str] = Counter()
    for _ in range(1200):
        name = rnd.choice(list(world.lots))
        lot = rnd.choice(everything)
        if Lot.parse(lot).key not in {Lot.parse(each).key for each in world.lots[name]}:
            figures[outcome(world, Pack(world.gtins[name], lot, "X").scan().partition(GS)[0])] += 1
    series: Counter[str] = Counter()
    for name, lots in world.lots.items():
        for lot in (each for each in lots if each.isdigit()):
            following = f"{int(lot) + 1:0{len(lot)}}"
            if following not in lots and len(following) <= 20:
                series[outcome(world, Pack(world.gtins[name], following, "X").scan().partition(GS)[0])] += 1
    with capsys.disabled():
        share = figures["misread"] / figures.total()
        sys.stdout.write(f"\nunknown lots called misreads: {share:.2%} {dict(figures)}\n")
        near = series["misread"] / series.total()
        sys.stdout.write(f"the next number of a series, called a misread: {near:.1%} {dict(series)}\n")
    assert share <= 0.01
    assert figures["ACCEPTED"] == series["ACCEPTED"] == 0
