"""Which reading of a question is judged: the records choose, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.verdicts import Verdict
from service.errors import ErrorCode, InvalidFieldsError
from service.gs1.identifiers import check_digit
from service.storage.database import Database
from service.verification.service import Answer, VerificationService
from tests.factories import maker_records
from tests.factories.questions import make_question

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GTIN, SERIAL, GS = maker_records.GTIN, "9KQ4T7M2", "\x1d"
R, A = ReasonCode, Action


@pytest.fixture
def desk(database: Database) -> Iterator[VerificationService]:
    maker_records.fill(database)
    opened = VerificationService(database, window=0.1, read_clock=lambda: NOW)
    yield opened
    opened.close()


def ask(desk: VerificationService, **fields: Any) -> Answer:
    return desk.preview(*make_question(**fields))


def codes(verdict: Verdict) -> set[ReasonCode]:
    return {each.code for each in verdict.reasons}


@pytest.mark.parametrize(
    "fields",
    [
        {"scan": "LOT VX2402"},
        {"scan": "LOTVX2402"},
        {"scan": "10VX2402"},
        {"scan": "1770123110VX2402"},
        {"scan": f"01{GTIN}10VX24023010"},
        {"scan": f"01{GTIN}10VX240291EE"},
        {"scan": f"]d101{GTIN}10VX2402"},
        {"scan": f"01{GTIN}17281131" + "10VX2402"},
        {"scan": f"01{GTIN}10VX2402{GS}10VX2401"},  # two lots in one code: the recalled one is judged
        {"scan": f"01{GTIN}10VX2401{GS}10VX2402"},
        {"gtin": GTIN, "lot": "VX240217"},
        {"gtin": GTIN, "lot": "Batch: VX2402"},
        {"scan": "VX2402 12/2070"},
        {"scan": "VX\u20132402"},
    ],
)
def test_a_repaired_reading_stops(desk: VerificationService, fields: dict[str, str]) -> None:
    verdict = ask(desk, **fields).verdict
    assert verdict.action is A.REJECT
    assert R.RECALLED in codes(verdict)


WHOLE = f"01{GTIN}17701231" + f"10VX2401{GS}21{SERIAL}"


def test_a_case_of_a_lot_that_is_not_on_record_is_a_case_all_the_same(desk: VerificationService) -> None:
    """Its packs' product is on record: to say that the maker makes no such product would be wrong."""
    case = "1" + GTIN[1:13]
    case += check_digit(case)
    found = codes(ask(desk, gtin=case, lot="ZZZ99887").verdict)
    assert R.CASE_NOT_PACK in found
    assert R.PRESENTATION_UNKNOWN not in found
    assert R.NO_RECORDS_HELD not in found


def test_a_sentence_is_refused_unless_it_names_a_lot_on_record(desk: VerificationService) -> None:
    assert ask(desk, scan="My vial says VX2402 on it").verdict.action is A.REJECT
    with pytest.raises(InvalidFieldsError) as refused:
        ask(desk, scan="My vial says ZZ9988 on it")
    assert [each.code for each in refused.value.errors] == [ErrorCode.NOT_A_LOT]


def test_the_whole_code_passes(desk: VerificationService) -> None:
    assert ask(desk, scan=WHOLE).verdict.action is A.ACCEPT
    assert ask(desk, scan=WHOLE).presented.repairs == ()


@pytest.mark.parametrize(
    "scan",
    [
        WHOLE.replace(GS, ""),
        WHOLE.replace(GS, "<GS>"),
        WHOLE.replace(GS, "|"),
        WHOLE.replace(GS, " "),
        WHOLE.replace(GS, "029"),
        WHOLE.replace(GS, "%1D"),
        "]d1" + WHOLE,
        "]Q1" + f"(01){GTIN}(17)701231(10)VX2401(21){SERIAL}",
        WHOLE + "17",
        WHOLE + GS + "80082813991200",
        WHOLE + "\n" + WHOLE,
        f"10VX2401{GS}21{SERIAL}01{GTIN}",
        f"{GTIN}|VX2401|2070-12-31|{SERIAL}",
        f"https://x.example/01/{GTIN}/21/{SERIAL}/10/VX2401",
        f"GTIN {GTIN} LOT VX2401 SN 9KQ4Т7М2",  # noqa: RUF001 (Cyrillic)
    ],
)
def test_no_repaired_reading_passes(desk: VerificationService, scan: str) -> None:
    """Everything matches the unit's record, and it is not how the code was made."""
    answer = ask(desk, scan=scan)
    assert answer.verdict.action in (A.CHECK, A.QUARANTINE)
    assert answer.presented.repairs or answer.verdict.reasons[0].code is R.CODE_IMPOSSIBLE
    assert not codes(answer.verdict) & {R.LOT_NOT_ON_RECORD, R.SERIAL_NOT_ON_RECORD}


def test_what_was_repaired_stays_so_when_it_is_kept_and_asked_again(desk: VerificationService) -> None:
    answer = desk.verify(*make_question(scan=WHOLE.replace(GS, "")))
    assert answer.id
    kept = desk.find_check(answer.id).presented
    assert kept.repairs == answer.presented.repairs != ()


def test_the_same_nonce_again_is_the_same_check_of_the_same_reading(desk: VerificationService) -> None:
    first = desk.verify(*make_question(scan="10VX2402", nonce="n1"))
    again = desk.verify(*make_question(scan="10VX2402", nonce="n1"))
    assert (again.id, again.repeated) == (first.id, True)


def test_a_text_of_which_no_reading_is_on_record_is_refused_for_what_it_is(desk: VerificationService) -> None:
    with pytest.raises(InvalidFieldsError) as caught:
        ask(desk, scan="1050600013434")  # thirteen digits that are no GTIN: not a lot of eleven
    assert [each.code for each in caught.value.errors] == [ErrorCode.GTIN_CHECK_DIGIT]


def test_a_lot_that_only_looks_like_an_element_stays_what_it_is(desk: VerificationService) -> None:
    assert ask(desk, scan="408011", gtin=maker_records.SISTER).presented.lot
    assert R.LOT_ON_RECORD in codes(ask(desk, scan="408011", gtin=maker_records.SISTER).verdict)


FIELDS = {"gtin": GTIN, "lot": "VX2402", "serial": "NOPE1", "expiry": "12/2070", "market": "FR"}


@pytest.mark.parametrize(
    "names", [each for n in (2, 3, 4) for each in combinations(FIELDS, n) if "lot" in each]
)
def test_one_more_field_never_turns_a_stop_into_a_pass(
    desk: VerificationService, names: tuple[str, ...]
) -> None:
    stopped = ask(desk, **{name: FIELDS[name] for name in names if name in ("gtin", "lot")})
    more = ask(desk, **{name: FIELDS[name] for name in names})
    assert stopped.verdict.action is A.REJECT
    assert more.verdict.action is A.REJECT
