"""Measure the daily list of changed receipts: how often it names another, and if two days can be compared.

    python -m scripts.receipt_list

Prints the figures of docs/receipts.md.
"""

from datetime import date, timedelta

from service.clinics.receipts.changed_list import ENTRY_BYTES, entry, packed
from service.clinics.receipts.content import hash_of, new_token
from service.outgoing.web_push import unbase64

DAY = date(2026, 11, 28)
OTHERS = 1_000_000


def entries(text: str) -> set[bytes]:
    """The entries of a packed list."""
    content = unbase64(text)
    return {content[at : at + ENTRY_BYTES] for at in range(0, len(content), ENTRY_BYTES)}


def main() -> None:
    """Measure lists of several lengths against a million receipts that are in none of them."""
    others = [hash_of(new_token()) for _ in range(OTHERS)]
    for changed in (10, 1_000, 100_000):
        hashes = [hash_of(new_token()) for _ in range(changed)]
        text = packed(DAY, hashes)
        today, tomorrow = entries(text), entries(packed(DAY + timedelta(days=1), hashes))
        wrong = sum(entry(DAY, each) in today for each in others)
        expected = OTHERS * len(today) / 2 ** (8 * ENTRY_BYTES)
        alike, by_chance = len(today & tomorrow), len(today) ** 2 / 2 ** (8 * ENTRY_BYTES)
        print(
            f"{changed} changed: {len(today)} entries, {len(text)} characters; of {OTHERS} others {wrong} "
            f"named (expected {expected:.2f}); {alike} entries alike on two days (by chance {by_chance:.2f})"
        )


if __name__ == "__main__":
    main()
