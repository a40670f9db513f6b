"""`vialcheck label`: labels to print, one or many."""

from itertools import islice
from pathlib import Path
from typing import BinaryIO

import click

from service.errors import ErrorCode, RefusedError
from service.registry.labels import (
    MOST_LABELS,
    LabelFormat,
    LabelPage,
    Paper,
    PrintSettings,
    SymbolCarrier,
    draw,
    label_page,
    read_label_form,
    sheet_pages,
)
from service.settings import load


@click.command()
@click.option("--gtin", required=True, help="GTIN-8 to GTIN-14.")
@click.option("--lot", default="", help="Lot number.")
@click.option("--serial", "serials", multiple=True, help="Serial number; repeat it for a sheet of labels.")
@click.option("--serials", "list_file", type=click.File("rb"), help="File with one serial a line, or -.")
@click.option("--expiry", default="", help="Expiry, such as 12/2028 or 2028-12-31.")
@click.option("--name", default="", help="Product name to print above the numbers.")
@click.option(
    "--format",
    "kind",
    type=click.Choice([each.value for each in LabelFormat]),
    help="Default: the ending of --out, else png.",
)
@click.option(
    "--carrier",
    type=click.Choice([each.value for each in SymbolCarrier]),
    default="qr",
    show_default=True,
    help="QR code of the Digital Link, or GS1 DataMatrix.",
)
@click.option("--size", type=float, help="Side of the code in mm, quiet zone not counted.")
@click.option("--dpi", default=300, show_default=True, help="The printer's resolution.")
@click.option(
    "--paper", type=click.Choice(("a4", "letter")), default="a4", show_default=True, help="For a sheet."
)
@click.option("--base-url", default="", help="What the code opens (default: VIALCHECK_PUBLIC_URL).")
@click.option("--out", required=True, help="File to write, or - for standard output.")
def label(  # noqa: PLR0913, PLR0917 (click gives each option by name)
    gtin: str,
    lot: str,
    serials: tuple[str, ...],
    list_file: BinaryIO | None,
    expiry: str,
    name: str,
    kind: str | None,
    carrier: str,
    size: float | None,
    dpi: int,
    paper: str,
    base_url: str,
    out: str,
) -> None:
    """Write a label with its code: one for a lot or a serial, sheets for several serials.

    As ZPL, each label is one of the printer's roll. Several sheets as PNG or SVG become numbered files.
    No database is needed.
    """
    form = LabelFormat(kind) if kind else _format_of(out)
    every = [*serials, *(_lines(list_file) if list_file else [])]
    labels = read_label_form(gtin, lot=lot, expiry=expiry, serials=every, name=name)
    printing = PrintSettings(
        base_url or _own_address(), dpi=dpi, size_mm=size, carrier=SymbolCarrier(carrier)
    )
    several = len(labels) > 1 and form is not LabelFormat.ZPL
    pages = (
        sheet_pages(labels, printing, Paper[paper.upper()])
        if several
        else [label_page(each, printing) for each in labels]
    )
    for file, content in _files(pages, form, out):
        _write(file, content)


def _format_of(out: str) -> LabelFormat:
    """Return the format that the file's ending names; PNG for standard output and without an ending."""
    ending = Path(out).suffix.lstrip(".").lower()
    if ending in set(LabelFormat):
        return LabelFormat(ending)
    if ending and out != "-":
        raise click.BadParameter(
            f"{out} ends in none of {', '.join(LabelFormat)}; add --format", param_hint="--out"
        )
    return LabelFormat.PNG


def _lines(file: BinaryIO) -> list[str]:
    """Return the serials in a file without empty lines; at most one more than the limit that is refused."""
    try:
        text = (line.decode("utf-8-sig").strip() for line in file)
        return list(islice((line for line in text if line), MOST_LABELS + 1))
    except UnicodeDecodeError:
        raise RefusedError(ErrorCode.FILE_NOT_TEXT, given=file.name, expected="UTF-8 text") from None


def _own_address() -> str:
    """Return VIALCHECK_PUBLIC_URL; without it this computer's address, with a warning, because labels last
    for years.
    """
    settings = load()
    if settings.public_url:
        return settings.public_url
    address = f"http://{settings.host}:{settings.port}"
    click.echo(
        f"The code opens {address}, which only this computer answers. "
        "Before you print for others, set VIALCHECK_PUBLIC_URL or --base-url.",
        err=True,
    )
    return address


def _files(pages: list[LabelPage], form: LabelFormat, out: str) -> list[tuple[str, bytes]]:
    """Return file names and contents; one file, or one for each page where the format has no pages."""
    contents = draw(pages, form)
    if len(contents) == 1:
        return [(out, contents[0])]
    if out == "-":
        raise click.BadParameter(
            f"{len(contents)} sheets do not fit into one stream of {form}; use pdf", param_hint="--out"
        )
    path = Path(out)
    return [
        (str(path.with_name(f"{path.stem}-{number}{path.suffix}")), content)
        for number, content in enumerate(contents, start=1)
    ]


def _write(file: str, content: bytes) -> None:
    try:
        with click.open_file(file, "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="--out") from None
