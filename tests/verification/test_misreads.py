"""Mutated genuine scans against real lots: told to be misreads, never accepted; unknown lots are left alone."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.gs1.identifiers import Lot
from service.storage.database import Database
from tests.factories.scans.packs import GS, Pack, World, outcome
from tests.figures import Say

pytestmark = pytest.mark.slow

KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I", "l": "1", "S": "5", "5": "S", "B": "8", "8": "B"}


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


def _without_aim(scan: str) -> str:
    """A code that may have been typed: one with its AIM identifier corrects its errors and holds no slips."""
    return scan[3:]


def in_lot(change: Callable[[str, int], str]) -> Mutation:
    return lambda pack, rnd: _without_aim(pack.scan(lot=at_random(pack.lot, change, rnd)))


def in_serial(change: Callable[[str, int], str]) -> Mutation:
    return lambda pack, rnd: _without_aim(pack.scan(serial=at_random(pack.serial, change, rnd)))


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


def same(scan: str, pack: Pack) -> bool:
    """Whether nothing was changed, or only the hyphens of the lot, which do not tell lots apart."""
    if scan in (pack.scan(), pack.scan()[3:]):
        return True
    lot = scan.partition("17701017" + "10")[2].partition(GS + "21")[0]
    rest = scan.replace(lot, pack.lot, 1) if lot else scan
    return rest in (pack.scan(), pack.scan()[3:]) and Lot.parse(lot).key == Lot.parse(pack.lot).key


def test_mutated_scans_are_told_to_be_misreads_and_never_accepted(world: World, say: Say) -> None:
    rnd = random.Random(11)
    total: Counter[str] = Counter()
    lines = []
    for name, mutate in MUTATIONS.items():
        figures: Counter[str] = Counter()
        for pack in rnd.sample(world.packs, 60):
            scan = mutate(pack, rnd)
            if not same(scan, pack):
                figures[outcome(world, scan)] += 1
        told = figures["misread"] + figures["unreadable"]
        lines.append(f"  {name:30} {told / figures.total():6.1%}  {dict(figures)}")
        total += figures
    share = (total["misread"] + total["unreadable"]) / total.total()
    say(f"\nmutated scans told to be misreads: {share:.2%} of {total.total()} {dict(total)}\n")
    say("\n".join(lines))
    assert total["ACCEPTED"] == 0
    assert share >= 0.95


def test_a_code_that_came_whole_holds_no_slips(world: World) -> None:
    """DataMatrix corrects its errors: a lot in one, a letter away from one on record, is another lot."""
    rnd = random.Random(13)
    slip = substituted(lambda each: ALIKE.get(each, each))
    figures: Counter[str] = Counter()
    for pack in rnd.sample(world.packs, 300):
        lot = at_random(pack.lot, slip, rnd)
        if Lot.parse(lot).key != Lot.parse(pack.lot).key:
            figures[outcome(world, Pack(pack.gtin, lot, "X").scan().partition(GS)[0])] += 1
    assert figures["missed"] >= 100
    assert figures["misread"] <= 0.02 * figures.total()  # the end of another lot cut off


def test_unknown_lots_are_not_called_misreads(world: World, say: Say) -> None:
    """Lots of other products: unknown here. And, as a warning, the next lots of a series without gaps."""
    rnd = random.Random(12)
    everything = sorted({lot for lots in world.lots.values() for lot in lots})
    figures: Counter[str] = Counter()
    for _ in range(500):
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
    share = figures["misread"] / figures.total()
    say(f"\nunknown lots called misreads: {share:.2%} {dict(figures)}\n")
    near = series["misread"] / series.total()
    say(f"the next number of a series, called a misread: {near:.1%} {dict(series)}\n")
    assert share <= 0.01
    assert figures["ACCEPTED"] == series["ACCEPTED"] == 0
