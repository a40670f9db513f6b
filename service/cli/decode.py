"""`vialcheck decode`: the codes in pictures, as the web's photo page reads them."""

import json
import sys
from pathlib import Path

import click

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.verification.pictures.code_reader import DecodedCode, read_codes
from service.verification.pictures.image_loading import MOST_BYTES
from service.web.core.i18n import translation
from service.web.text import error_message, visible


@click.command()
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
def decode(images: tuple[Path, ...], as_json: bool) -> None:
    """Read the codes in IMAGES (JPEG, PNG or WebP).

    {"file", "codes": [{"format", "symbology", "text", "elements", "position"}]} or
    {"file", "error": {"code", "message"}}. `elements` is null for what is no GS1 data; `position` has the
    four corners in pixels. Exit status 1 when a file was refused; a picture without a code is no error.
    """
    refused = False
    for image in images:
        try:
            codes = read_codes(_content(image))
        except VialcheckError as error:
            refused = True
            _say_refused(image, error, as_json=as_json)
            continue
        if as_json:
            click.echo(json.dumps({"file": str(image), "codes": [code.plain() for code in codes]}))
        else:
            _say(image, codes)
    sys.exit(1 if refused else 0)


def _content(image: Path) -> bytes:
    """Return the file's bytes, at most one more than the reader accepts. Raises FILE_UNREADABLE."""
    try:
        with image.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RefusedError(
            ErrorCode.FILE_UNREADABLE, given=str(image), found=error.strerror or str(error), field="file"
        ) from error


def _say(image: Path, codes: tuple[DecodedCode, ...]) -> None:
    click.secho(str(image), bold=True)
    for code in codes:
        click.echo(f"  {code.format} {code.symbology}  {visible(code.text, 400)}")
        reading = code.reading()
        for ai, value in reading.elements if reading else ():
            click.echo(f"    ({ai}) {value}")
    if not codes:
        click.echo("  " + translation().gettext("No code was found in this picture."))


def _say_refused(image: Path, error: VialcheckError, *, as_json: bool) -> None:
    message = error_message(error, translation())
    if as_json:
        problem = {"code": error.code, "message": message}
        click.echo(json.dumps({"file": str(image), "error": problem}))
    else:
        click.echo(f"{image}: {message}", err=True)
