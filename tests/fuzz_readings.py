"""`make fuzz-readings`: random texts and mangled scans through all readings. No exception, none over 50 ms.

    python -m tests.fuzz_readings [TEXTS] [SCANS] [SEED]

Not part of the test run: it takes minutes to hours. Each text is read as a scan, as a lot, as a serial and as
a GTIN, and the longest of the four counts. What counts is the processor time of the thread, not the clock:
other programs on the machine do not make a text slow. Where they disturb even that (a shared core, a page
fault), a text over the limit is read three times more, each time with all caches of `service.gs1` emptied,
and the least of the four decides. Prints the number read so far, the mean, and the slowest texts; fails at
the end where one took longer, and at once where one raises.
"""

import functools
import gc
import heapq
import random
import sys
import time
from collections.abc import Callable

from service.errors import VialcheckError
from service.gs1.readings.candidates import MOST, Readings, readings
from service.gs1.readings.field_values import gtins, lots, serials

LIMIT = 0.05
SHOWN, EVERY = 10, 10_000
GS = "\x1d"
_GTINS = ("09506000134352", "19506000134359", "09506000134353", "00399991145013")
_WORDS = (
    *(
        "LOT",
        "Lot No.",
        "Batch",
        "Ch.-B.:",
        "EXP",
        "Серия",
        "годен до",
        "批号",
        "有效期至",
        "رقم التشغيلة",
        "אצווה",
        "बैच नं",
    ),
    *(
        "รุ่นที่ผลิต",
        "제조번호",
        "SN",
        "GTIN:",
        "PZN",
        "(01)",
        "(10)",
        "(17)",
        "(21)",
        "]d2",
        "]C1",
        "]Q1",
        "https://",
        "/01/",
        "/10/",
    ),
    *(
        "04/2028",
        "2028-04-30",
        "31.11.2028",
        "N/A",
        "OVA2618",
        "09506000134352",
        "{",
        "}",
        '"lot"',
        ":",
        ",",
        "|",
        "\n",
        "\t",
        " ",
        "=",
    ),
    *(
        "01",
        "10",
        "17",
        "21",
        "240",
        "8008",
        "37",
        "02",
        "91",
        "%1D",
        "029",
        "<GS>",
        "^]",
        GS,
        "+A999",
        "=W123",
        "urn:epc:id:sgtin:",
        "[)>",
    ),
)
_CHARACTERS = [
    *map(chr, range(32, 127)),
    *"\x00\x1c\x1d\x1e\n\r\t\u00a0\u00ad\u200b\u200f\u202e\u2028\ufeff",
    *"äßéñøčşİıłőАВСавсΑΒΕαβε٠١٢३४५๑๒年月日번호ロットبجدאבג०१ﷺ½ⅷ—“”„№°\U0001f48a\ud800",
]


def random_text(chance: random.Random) -> str:
    """Characters and words of all kinds."""
    kind = chance.random()
    if kind < 0.3:
        return "".join(chance.choices(_CHARACTERS, k=chance.randint(0, 40)))
    if kind < 0.35:
        character: str = chance.choice(_CHARACTERS)
        return character * chance.randint(1, 2100)
    if kind < 0.4:
        return "".join(chance.choices("0123456789", k=chance.randint(1, 120)))
    if kind < 0.42:
        return "".join(chance.choices((*_WORDS, *_CHARACTERS), k=chance.randint(40, 400)))
    return "".join(chance.choices((*_WORDS, *_CHARACTERS[:95]), k=chance.randint(1, 14)))


def mangled_scan(chance: random.Random) -> str:
    """A code of a pack with some damage."""
    lot = "".join(chance.choices("ABCDEF0123456789-./", k=chance.randint(1, 12)))
    parts = [
        "01" + chance.choice(_GTINS),
        "17" + chance.choice(("281031", "280400", "281131", "991301")),
        "10" + lot + GS,
        "21" + "".join(chance.choices("ABCxyz0123456789", k=chance.randint(1, 20))) + GS,
    ]
    if chance.random() < 0.3:
        parts.append(
            chance.choice(("3010", "91AB", "80082810", "240X" + GS, "71012345678" + GS, "02" + _GTINS[0]))
        )
    if chance.random() < 0.3:
        chance.shuffle(parts)
    text = chance.choice(("", "]d2", "]C1", "]Q3", "]d1", "]C0", "d2")) + "".join(parts).rstrip(GS)
    text = text.replace(GS, chance.choice((GS, "", "029", "|", " ", "<GS>", "%1D", "\\x1d", "ù")))
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(text) + 1)
        text = (
            text[:at]
            + chance.choice(("", chance.choice(_CHARACTERS), text[:20]))
            + text[at + chance.randint(0, 2) :]
        )
    return text


def _took(text: str) -> float:
    """Seconds of processor time that the slowest way to read the text took: as a scan, a lot, a serial, a GTIN."""
    longest = 0.0
    for read in (readings, lots, serials, gtins):
        start = time.thread_time()
        try:
            found = read(text)
            count = len(found.all) if isinstance(found, Readings) else sum(1 for _ in found)
        except VialcheckError:
            count = 0
        longest = max(longest, time.thread_time() - start)
        assert count <= 4 * MOST, text
    return longest


def _cold() -> None:
    """Empty every cache of the readers, and load the table of Application Identifiers again."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("service.gs1"):
            each.cache_clear()
    readings("(99)X")


def _least(text: str) -> float:
    """The least that the text takes in three readings without caches, in seconds."""
    times = []
    for _ in range(3):
        _cold()
        times.append(_took(text))
    return min(times)


def run(name: str, make: Callable[[random.Random], str], count: int, seed: int) -> bool:
    """Read so many texts; whether all were read in time."""
    chance = random.Random(seed)
    slowest: list[tuple[float, str]] = []
    again, total = 0, 0.0
    for number in range(1, count + 1):
        text = make(chance)
        try:
            took = _took(text)
            total += took
            if took > LIMIT:
                again, took = again + 1, min(took, _least(text))
        except Exception:
            print(f"{name}: raised for {text!r}")
            raise
        heapq.heappush(slowest, (took, text))
        if len(slowest) > SHOWN:
            heapq.heappop(slowest)
        if number % EVERY == 0:
            gc.collect()
        if number % EVERY == 0 or number == count:
            longest = max(slowest)[0]
            print(
                f"{name}: {number:,} of seed {seed} read, no exception, the slowest {1000 * longest:.1f} ms, "
                f"the mean {1e6 * total / number:.0f} µs, {again} read again",
                flush=True,
            )
    for took, text in sorted(slowest, reverse=True):
        print(f"  {1000 * took:5.1f} ms {text[:110]!a}")
    return max(slowest)[0] <= LIMIT


if __name__ == "__main__":
    texts, scans, seed = (
        [*map(int, sys.argv[1:4]), 100_000, 10_000, 1][:3] if len(sys.argv) == 4 else (100_000, 10_000, 1)
    )
    readings("(99)X")  # the table of Application Identifiers is loaded once
    gc.disable()  # a collection is not the text's
    kinds = [("scans", mangled_scan, scans), ("texts", random_text, texts)]
    sys.exit(not all(run(name, make, count, seed) for name, make, count in kinds if count))
