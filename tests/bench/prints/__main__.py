"""Print the table: python -m tests.bench.prints [SEED [PRINTS]], PRINTS for each font on each surface.

The share from which a character is marked as unsure (`printed_fields.UNSURE`) was chosen on seed 1; report
others. The fonts are Pillow's and reportlab's own, and those of Debian's fonts-dejavu and fonts-liberation.
"""

import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from service.gs1.misreads import look_alike, places
from service.verification.pictures.print_reader import read_print
from service.verification.pictures.printed_fields import PrintedValue, printed_fields
from tests.factories.scans.prints import (
    SURFACES,
    Drawn,
    Print,
    chance_print,
    dot_matrix,
    photograph,
    typeface,
)

FONTS: dict[str, Drawn] = {
    "Aileron": typeface(None),
    "Vera Sans": typeface("Vera.ttf"),
    "Vera Sans Bold": typeface("VeraBd.ttf"),
    "DejaVu Sans Mono": typeface("DejaVuSansMono.ttf"),
    "DejaVu Serif": typeface("DejaVuSerif.ttf"),
    "DejaVu Condensed Bold": typeface("DejaVuSansCondensed-Bold.ttf"),
    "Liberation Sans": typeface("LiberationSans-Regular.ttf"),
    "Liberation Sans Bold": typeface("LiberationSans-Bold.ttf"),
    "Liberation Sans Narrow": typeface("LiberationSansNarrow-Regular.ttf"),
    "Liberation Mono": typeface("LiberationMono-Regular.ttf"),
    "Liberation Serif": typeface("LiberationSerif-Regular.ttf"),
    "dot matrix": dot_matrix,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One print. `bare`: the lot is wrong, and no character that differs is marked as unsure; `silent`: nor
    is one of them easily confused, which the page marks always.
    """

    first: bool = False
    offered: bool = False
    wrong: bool = False
    nothing: bool = False
    bare: bool = False
    silent: bool = False
    expiry: bool = False


def judged(printed: Print, lot: PrintedValue | None, expiry: str) -> Outcome:
    """Compare what was read with what was drawn; letter case and marks between do not count."""
    dated = expiry == f"{printed.expiry[0]}-{printed.expiry[1]:02}"
    if lot is None:
        return Outcome(nothing=True, expiry=dated)
    if _key(lot.text) == _key(printed.lot):
        return Outcome(first=True, expiry=dated)
    differing = set(places(lot.text.upper(), printed.lot))
    bare = not differing & set(lot.unsure)
    confused = any(look_alike(lot.text[at]) for at in differing if at < len(lot.text))
    offered = any(_key(each) == _key(printed.lot) for each in lot.others)
    return Outcome(offered=offered, wrong=not offered, bare=bare, silent=bare and not confused, expiry=dated)


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper()))


def main(seed: str = "2", prints: str = "4") -> None:
    """Draw, read, and print what came of it by font and by surface."""
    counts: dict[str, Counter[str]] = {}
    seconds: list[float] = []
    marked = read = 0
    for font, draw in FONTS.items():
        for name, surface in SURFACES.items():
            for number in range(int(prints)):
                chance = Random(f"{seed} {font} {name} {number}")
                printed = chance_print(chance)
                picture = photograph(printed, draw, surface, chance)
                started = time.process_time()
                fields = printed_fields(read_print(picture))
                seconds.append(time.process_time() - started)
                lot = fields.lot if fields else None
                outcome = judged(printed, lot, fields.expiry.text if fields and fields.expiry else "")
                for row in (font, name, "all"):
                    count = counts.setdefault(row, Counter())
                    count["prints"] += 1
                    count.update(each for each in outcome.__slots__ if getattr(outcome, each))
                if lot is not None and outcome.first:
                    marked, read = marked + len(lot.unsure), read + len(lot.text)
                elif lot is None or not outcome.offered:
                    print(
                        f"{font}, {name}: {printed.text!r} read as {lot and (lot.text, lot.unsure, lot.others)}"
                    )
    print(f"{'':24}prints  first offered wrong nothing | wrong: unsure unmarked, nothing marked | expiry")
    for row in (*FONTS, *SURFACES, "all"):
        got = counts[row]
        share = {each: f"{100 * got[each] / got['prints']:.1f}%" for each in Outcome.__slots__}
        print(
            f"{row:24}{got['prints']:6} {share['first']:>6} {share['offered']:>7} {share['wrong']:>5} "
            f"{share['nothing']:>7} | {share['bare']:>22} {share['silent']:>15} | {share['expiry']:>6}"
        )
    seconds.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"marked as unsure in lots that were right: {100 * marked / max(1, read):.1f} % of the characters")
    print(
        f"processor seconds a photo: median {seconds[len(seconds) // 2]:.2f}, longest {seconds[-1]:.2f}; peak {peak} MB"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
