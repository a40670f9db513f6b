"""A test page for scanners that type: what arrives, character by character, what is wrong, what to change.

Nothing is looked up. One thing can be kept, in this browser and by a person's own choice: the keyboard layout
that the scanner was found to type on, so that its later scans have exactly one reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from gettext import NullTranslations
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from service.errors import ErrorCode, VialcheckError
from service.gs1.keyboards import wedge
from service.gs1.keyboards.layouts import LAYOUTS
from service.gs1.reading import Reading, ReadingKind, read
from service.gs1.repairs import Repair
from service.web.core.access import open_to_everyone
from service.web.core.question_form import LAYOUT_COOKIE, known_layout
from service.web.text import error_message, visible
from service.web.text.formatting import N_, from_visible

setup = Blueprint("setup", __name__)

TEST_CODE = "01095060001343521749123110AQWYZ-1;'/\x1d" + '21azyqm=+_"&*?:<>'
"""What the picture on the page (scanner-test.svg, a GS1 DataMatrix) holds: the characters that keyboard
layouts disagree on, and a separator."""

_A_YEAR = 365 * 24 * 60 * 60
_LAYOUTS = frozenset(layout.name for layout in LAYOUTS)

_SHOWN = 400

_NAMES = {
    "\x1d": "GS",
    "\x1b": "ESC",
    "\x1c": "FS",
    "\x1e": "RS",
    "\x04": "EOT",
    "\0": "NUL",
    "\t": "TAB",
    " ": "SP",
}
"""Characters without a shape, by the names that scanners' manuals use: few fonts have pictures of them."""

_FINDINGS = {
    Repair.LAYOUT: (
        N_("Wrong keyboard layout"),
        N_(
            "The computer expects another keyboard than the scanner types on."
            " Set the keyboard country of the scanner to that of this computer:"
            " scan that setting code in the scanner's manual."
        ),
    ),
    Repair.CAPS_LOCK: (
        N_("Caps lock is on"),
        N_("Switch off caps lock on this computer, and any “convert case” setting of the scanner."),
    ),
    Repair.SEPARATOR_LOST: (
        N_("The separator is lost"),
        N_(
            "Between two fields of a code stands a separator (FNC1, also called GS)."
            " It did not arrive, so where a lot number ends cannot be known."
            " Switch on “send control characters” or “function code mapping” in the scanner,"
            " or let it send ^] in place of GS."
        ),
    ),
    Repair.SEPARATOR_SPELLED: (
        N_("The separator arrives as other characters"),
        N_("We understand it like this. To be safe, let the scanner send GS as the control character 0x1D."),
    ),
    Repair.PREFIX_CUT: (
        N_("The first character is lost"),
        N_("Add a short pause before the first character in the scanner's settings."),
    ),
}
_NO_PREFIX = (
    N_("The AIM identifier is missing"),
    N_(
        "Codes should begin with three characters such as ]d2, which tell what kind of code was read."
        " Switch on “AIM code ID” as a prefix in the scanner."
    ),
)
_NO_SUFFIX = (
    N_("No Enter at the end"),
    N_("Let the scanner send Enter (CR) after each code. Then nobody has to press a key."),
)
_NOT_UNDERSTOOD = N_("What arrived is no code that we can read")


@dataclass(frozen=True, slots=True)
class ScannerFinding:
    """One fault, in words: what it is, and what to change."""

    title: str
    change: str
    layouts: tuple[str, ...] = ()


@setup.get("/scan/setup")
@open_to_everyone
def ask() -> str:
    """The box, and the code to scan into it."""
    return render_template("station/scanner_setup.html", remembered=known_layout())


@setup.post("/scan/setup/layout")
@open_to_everyone
def remember() -> BaseResponse:
    """Keep the layout in a cookie, or forget it: nothing else needs it, and no page asks for it unasked."""
    name = request.form.get("layout", "")
    answer = redirect(url_for("setup.ask"), HTTPStatus.SEE_OTHER)
    if name in _LAYOUTS:
        # Readable for the station's script, which sends it with scans that waited for a network.
        answer.set_cookie(
            LAYOUT_COOKIE, quote(name), max_age=_A_YEAR, secure=request.is_secure, samesite="Strict"
        )
    else:
        answer.delete_cookie(LAYOUT_COOKIE, secure=request.is_secure, samesite="Strict")
    return answer


@setup.post("/scan/setup")
@open_to_everyone
def examine() -> tuple[str, int]:
    """What arrived, and what is wrong with it."""
    text = from_visible(request.form.get("scan", ""))
    if len(text) > wedge.LONGEST * 10:
        raise RequestEntityTooLarge
    findings, reading = _examined(text, by_hand=request.form.get("sent") != "enter")
    page = render_template(
        "station/scanner_setup.html",
        tested=True,
        characters=[_NAMES.get(each) or visible(each) for each in text[:_SHOWN]],
        findings=findings,
        elements=reading.elements if reading else (),
        layouts=next((finding.layouts for finding in findings if finding.layouts), ()),
        remembered=known_layout(),
    )
    return page, HTTPStatus.OK


def _examined(text: str, *, by_hand: bool) -> tuple[list[ScannerFinding], Reading | None]:
    tr: NullTranslations = g.translation
    refusal, reading = None, None
    try:
        reading = read(text)
    except VialcheckError as error:
        refusal = error
    if reading is not None and reading.kind is ReadingKind.LOT:
        reading = None  # whatever is typed may be a lot: that is no sign of a working scanner
    diagnosis = wedge.diagnose(text, TEST_CODE)
    faults = diagnosis.faults if diagnosis else reading.repairs if reading else frozenset[Repair]()
    layouts = diagnosis.layouts if diagnosis else ()
    said = [pair for fault, pair in _FINDINGS.items() if fault in faults]
    findings = [_finding(pair, tr, layouts if pair is _FINDINGS[Repair.LAYOUT] else ()) for pair in said]
    if reading is None and not findings:
        change = tr.gettext(N_("Scan the code on this page: it shows which setting is wrong."))
        if refusal is not None and refusal.code is not ErrorCode.SCANNER_SETTING and text.strip():
            change = f"{error_message(refusal, tr, technical=False)} {change}"
        findings.append(ScannerFinding(tr.gettext(_NOT_UNDERSTOOD), change))
    findings += [
        _finding(pair, tr) for pair in _habits(text, reading, diagnosis is not None, by_hand=by_hand)
    ]
    return findings, reading


def _habits(
    text: str, reading: Reading | None, is_test_code: bool, *, by_hand: bool
) -> Iterator[tuple[str, str]]:
    """What is not wrong, and would be better another way."""
    sends_prefix = reading is not None and reading.symbology is not None
    first = next(iter(wedge.candidates(text)), None)
    if (reading is not None or is_test_code) and not sends_prefix and not (first and first.text[:1] == "]"):
        yield _NO_PREFIX
    if by_hand:
        yield _NO_SUFFIX


def _finding(pair: tuple[str, str], tr: NullTranslations, layouts: tuple[str, ...] = ()) -> ScannerFinding:
    title, change = pair
    return ScannerFinding(tr.gettext(title), tr.gettext(change), layouts)
