"""What a case leaves out and the import needs: GTINs under GS1's example prefix, and lists written to disk."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.errors import VialcheckError
from service.gs1.identifiers import Gtin, check_digit
from service.registry.lists.conventions.locale_names import plain
from tests.counterfeits import keys
from tests.counterfeits.keys import words


def made_up_gtin(number: int, prefix: str = "") -> str:
    """A GTIN for a product of which none is public: under GS1's example prefix, if none is said."""
    prefix = prefix if prefix.isdigit() and len(prefix) < 12 else "9506000"
    digits = "0" + prefix + str(90_000 + number)[-(12 - len(prefix)) :].zfill(12 - len(prefix))
    return digits + check_digit(digits)


def mended_gtins(records: Any) -> Iterator[tuple[str, str]]:
    """GTINs of the records whose check digit is wrong, with what they become: made up by whoever wrote them."""
    if isinstance(records, Mapping):
        for key, value in records.items():
            digits = words(value).replace(" ", "")
            if plain(key) in keys.named({"gtin": keys.PRODUCT["gtin"]}) and digits.isdigit():
                try:
                    Gtin.parse(digits)
                except VialcheckError:
                    if len(digits) in (8, 12, 13, 14):
                        yield digits, digits[:-1] + check_digit(digits[:-1])
            else:
                yield from mended_gtins(value)
    elif isinstance(records, list):
        for each in records:
            yield from mended_gtins(each)


def write_sheet(path: Path, rows: list[dict[str, str]]) -> Path:
    """One list, with a column for every field that any row has."""
    columns = list(dict.fromkeys(keys.chain(rows)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
