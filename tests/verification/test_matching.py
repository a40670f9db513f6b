"""What is presented in other words, marks and dates than on record, asked of both databases."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.reasons import Action, NotChecked, ReasonCode
from service.errors import ErrorCode, InvalidFieldsError, VialcheckError
from service.storage.database import Database
from service.verification.pack_readings import PackFields
from service.verification.service import Answer, VerificationService
from tests.factories import matching_records as made
from tests.factories.matching_records import AT, DROPS, IMPORTED, OPEN, TOXIN
from tests.factories.questions import make_question
from tests.filled_databases import filled_by

A, R = Action, ReasonCode


in_the_lists = filled_by(made.fill)


@pytest.fixture
def desk(database: Database) -> Iterator[VerificationService]:
    """Asks what `in_the_lists` put on record."""
    opened = VerificationService(database, read_clock=lambda: AT)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sqlite_desk(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VerificationService]:
    """One for all examples of a law."""
    folder = tmp_path_factory.mktemp("matching")
    path = folder / "vialcheck.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    made.fill(database, folder)
    opened = VerificationService(database, read_clock=lambda: AT)
    yield opened
    opened.close()
    database.close()


def asked(desk: VerificationService, **fields: Any) -> Answer:
    return desk.preview(*make_question(**fields))


def codes(answer: Answer) -> set[ReasonCode]:
    return {reason.code for reason in answer.verdict.reasons}


def scan(lot: str, serial: str) -> str:
    return f"]d201{TOXIN}10{lot}\x1d21{serial}"


CASES: list[tuple[str, dict[str, Any], Action, set[ReasonCode], set[ReasonCode]]] = [
    # marks: as printed, left out, elsewhere, partly left out, another mark, spaces, case
    ("as printed", {"scan": scan("143-6", "NS1")}, A.ACCEPT, {R.UNIT_ON_RECORD}, set()),
    ("left out", {"gtin": TOXIN, "lot": "1436"}, A.CHECK, {R.LOT_ON_RECORD}, {R.LOT_NOT_ON_RECORD}),
    ("elsewhere", {"scan": scan("14-36", "NS1")}, A.QUARANTINE, {R.SERIAL_IN_OTHER_LOT}, {R.UNIT_ON_RECORD}),
    ("elsewhere, typed", {"gtin": TOXIN, "lot": "14-36"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD}, set()),
    (
        "elsewhere, lot alone",
        {"lot": "G-R300", "product": "Granovin"},
        A.QUARANTINE,
        {R.LOT_NOT_ON_RECORD},
        set(),
    ),
    ("partly left out", {"gtin": TOXIN, "lot": "AB12-3"}, A.CHECK, {R.LIKELY_MISREAD}, {R.LOT_NOT_ON_RECORD}),
    (
        "partly left out, with its unit",
        {"gtin": TOXIN, "lot": "AB12-3", "serial": "NS3"},
        A.CHECK,
        {R.LIKELY_MISREAD},
        {R.SERIAL_IN_OTHER_LOT},
    ),
    ("another mark", {"gtin": TOXIN, "lot": "AB-12-3"}, A.CHECK, {R.LIKELY_MISREAD}, {R.LOT_NOT_ON_RECORD}),
    ("added marks", {"gtin": TOXIN, "lot": "NP5-G234"}, A.CHECK, {R.LIKELY_MISREAD}, {R.LOT_NOT_ON_RECORD}),
    ("spaces and case", {"gtin": TOXIN, "lot": "np 5g 234"}, A.CHECK, {R.LOT_ON_RECORD}, {R.LIKELY_MISREAD}),
    # two lots that marks alone tell apart
    # (a notice on one of them is blind to marks, toward caution)
    ("one of two", {"gtin": TOXIN, "lot": "227-1"}, A.REJECT, {R.LOT_ON_RECORD, R.STOLEN}, {R.LOT_AMBIGUOUS}),
    ("either of two", {"gtin": TOXIN, "lot": "2271", "expiry": "2030-01"}, A.REJECT, {R.STOLEN}, set()),
    ("the other's unit", {"scan": scan("227-1", "NS2")}, A.REJECT, {R.SERIAL_IN_OTHER_LOT}, set()),
    # recalls are blind to marks
    ("recalled, marks left out", {"lot": "RC551"}, A.REJECT, {R.RECALLED}, set()),
    ("recalled, marks elsewhere", {"lot": "R-C551"}, A.REJECT, {R.RECALLED}, set()),
    ("recalled, marks elsewhere, GTIN", {"gtin": TOXIN, "lot": "R-C551"}, A.REJECT, {R.RECALLED}, set()),
    # misreads have to fit the rest
    (
        "look-alike, expiry agrees",
        {"gtin": TOXIN, "lot": "NPSG234", "expiry": "07/2028"},
        A.CHECK,
        {R.LIKELY_MISREAD},
        set(),
    ),
    (
        "look-alike, expiry contradicts",
        {"gtin": TOXIN, "lot": "NPSG234", "expiry": "03/2027"},
        A.QUARANTINE,
        {R.LOT_NOT_ON_RECORD},
        {R.LIKELY_MISREAD},
    ),
    (
        "look-alike in a whole code",
        {"scan": f"]d201{TOXIN}1728073110NPSG234"},
        A.QUARANTINE,
        {R.LOT_NOT_ON_RECORD},
        {R.LIKELY_MISREAD},
    ),
    # names
    (
        "misspelt, with a lot",
        {"product": "Limitux", "lot": "143-6"},
        A.QUARANTINE,
        {R.NAME_NOT_ON_RECORD, R.LOT_ON_RECORD},
        set(),
    ),
    (
        "misspelt, with GTIN and lot",
        {"product": "Limitux", "lot": "143-6", "gtin": TOXIN},
        A.QUARANTINE,
        {R.NAME_NOT_ON_RECORD},
        set(),
    ),
    (
        "misspelt, alone",
        {"product": "Granowin"},
        A.CHECK,
        {R.NAME_NOT_ON_RECORD},
        {R.NO_RECORDS_HELD},
    ),
    (
        "the name of another product, with GTIN and lot",
        {"gtin": TOXIN, "product": "Granovin", "lot": "143-6"},
        A.QUARANTINE,
        {R.PRODUCT_MISMATCH, R.NAME_NOT_ON_RECORD},
        set(),
    ),
    ("pronounced alike", {"product": "Lymitocks", "lot": "143-6"}, A.QUARANTINE, {R.NAME_NOT_ON_RECORD}, {R.NO_RECORDS_HELD}),
    # what says that nothing is known is not presented; that none is printed is told
    ("no substance", {"gtin": TOXIN, "lot": "143-6", "substance": "unknown"}, A.CHECK, {R.LOT_ON_RECORD}, {R.PRESENTATION_UNKNOWN}),
    # who writes that a number cannot be read has not given a wrong one
    ("no expiry", {"gtin": TOXIN, "lot": "143-6", "expiry": "not legible"}, A.CHECK, {R.LOT_ON_RECORD}, set()),
    ("no GTIN", {"gtin": "unknown", "lot": "143-6", "expiry": "N/A"}, A.CHECK, {R.LOT_ON_RECORD}, set()),
    ("no name", {"gtin": TOXIN, "lot": "143-6", "product": "N/A"}, A.CHECK, {R.LOT_ON_RECORD}, {R.NAME_NOT_ON_RECORD}),
    ("no serial", {"gtin": TOXIN, "lot": "143-6", "serial": "0000"}, A.CHECK, {R.LOT_ON_RECORD}, {R.SERIAL_NOT_ON_RECORD}),
    ("no lot printed", {"gtin": TOXIN, "lot": "none"}, A.QUARANTINE, {R.NO_LOT_PRESENTED}, set()),
    # no reading wins by leaving out what contradicts the record
    ("a date beside a lot", {"gtin": TOXIN, "scan": "143-6 08/2029"}, A.QUARANTINE, {R.EXPIRY_MISMATCH}, set()),
    ("a label in the date's field", {"gtin": TOXIN, "lot": "143-6", "expiry": "verwendbar bis 08/2029"}, A.QUARANTINE, {R.EXPIRY_MISMATCH}, set()),
    # a guessed serial that is on no record is none
    ("two lots with a comma", {"gtin": TOXIN, "scan": "143-6, NP5G234"}, A.CHECK, {R.LOT_AMBIGUOUS}, {R.SERIAL_NOT_ON_RECORD}),
    ("trade mark and accent", {"product": "Límitox™", "lot": "143-6"}, A.CHECK, {R.LOT_ON_RECORD}, {R.NAME_NOT_ON_RECORD}),
    ("several of one name", {"product": "Limitox"}, A.CHECK, {R.PRODUCT_ON_RECORD}, {R.NO_RECORDS_HELD}),
    # strength and form
    ("unit in the name", {"product": "Granovin 480 µg/mL", "lot": "GR-300"}, A.QUARANTINE, {R.PRESENTATION_UNKNOWN}, set()),
    ("same unit in the name", {"product": "Granovin 300 µg/mL", "lot": "GR-300"}, A.CHECK, {R.LOT_ON_RECORD}, {R.PRESENTATION_UNKNOWN}),
    ("tablets", {"gtin": DROPS, "lot": "GR-300", "form": "Tabletten"}, A.QUARANTINE, {R.FORM_UNKNOWN}, set()),
    ("vial", {"gtin": DROPS, "lot": "GR-300", "form": "vial"}, A.CHECK, {R.LOT_ON_RECORD}, {R.FORM_UNKNOWN}),
    # a vial without a lot, in a box with one
    (
        "no lot on the vial",
        {"no_lot": True, "carton": PackFields(gtin=TOXIN, lot="143-6")},
        A.QUARANTINE,
        {R.NO_LOT_PRESENTED},
        set(),
    ),
    # theft of part of a lot
    ("stolen in part", {"scan": scan("22-71", "NS2")}, A.CHECK, {R.STOLEN, R.UNIT_ON_RECORD}, set()),
    ("stolen lot", {"gtin": TOXIN, "lot": "22-71"}, A.REJECT, {R.STOLEN}, set()),
    # a notice of a strength that is not made
    ("not the one warned of", {"gtin": TOXIN, "lot": "143-6"}, A.CHECK, {R.LOT_ON_RECORD}, {R.ALERT_LOT_COUNTERFEITED}),
    ("the one warned of", {"gtin": TOXIN, "lot": "143-6", "strength": "150 U"}, A.REJECT, {R.ALERT_FALSIFIED}, set()),
    # dates
    ("day first", {"gtin": TOXIN, "lot": "DT-1", "expiry": "05.07.2028"}, A.CHECK, {R.LOT_ON_RECORD}, {R.EXPIRY_MISMATCH, R.LIKELY_MISREAD}),
    ("the record chooses", {"gtin": TOXIN, "lot": "DT-1", "expiry": "07/05/2028"}, A.CHECK, {R.LIKELY_MISREAD}, {R.EXPIRY_MISMATCH}),
    ("neither fits", {"gtin": TOXIN, "lot": "DT-1", "expiry": "08/05/2028"}, A.QUARANTINE, {R.EXPIRY_MISMATCH}, set()),
    # a parallel importer's pack bears the lot of the original
    ("lot of the original", {"gtin": IMPORTED, "lot": "143-6"}, A.CHECK, {R.LOT_ON_RECORD}, {R.PRODUCT_MISMATCH, R.LOT_NOT_ON_RECORD}),
    ("recalled original", {"gtin": IMPORTED, "lot": "RC-551"}, A.REJECT, {R.RECALLED}, set()),
    ("nobody's lot", {"gtin": IMPORTED, "lot": "QQ-777"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD}, set()),
    ("the importer's lot under the original", {"gtin": TOXIN, "lot": "IM-9"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD}, set()),
]  # fmt: skip


@in_the_lists
@pytest.mark.parametrize(
    ("fields", "action", "some", "none"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_presented_otherwise_than_on_record(
    desk: VerificationService,
    fields: dict[str, Any],
    action: Action,
    some: set[ReasonCode],
    none: set[ReasonCode],
) -> None:
    answer = asked(desk, **fields)
    assert (answer.verdict.action, some - codes(answer), none & codes(answer)) == (action, set(), set())


def test_marks_left_out_that_tell_two_lots_apart_are_asked_for(database: Database, tmp_path: Path) -> None:
    made.put(database, tmp_path, products=made.PRODUCTS, batches=made.BATCHES)
    desk = VerificationService(database, read_clock=lambda: AT)
    assert codes(asked(desk, gtin=TOXIN, lot="2271")) == {R.LOT_AMBIGUOUS, R.PRODUCT_ON_RECORD}
    # the expiry tells them apart
    assert R.LOT_ON_RECORD in codes(asked(desk, gtin=TOXIN, lot="2271", expiry="03/2027"))
    desk.close()


@in_the_lists
def test_a_date_of_two_readings_is_asked_for_where_no_record_can_choose(desk: VerificationService) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        asked(desk, gtin=OPEN, lot="ZZ-1", expiry="07/05/2028")
    assert [error.code for error in refused.value.errors] == [ErrorCode.EXPIRY_AMBIGUOUS]


@in_the_lists
def test_notices_of_one_authority_on_one_lot_are_one_sentence_with_its_dates(
    desk: VerificationService,
) -> None:
    answer = asked(desk, product="Limitox", lot="FK-900")
    notices = [dict(each.params) for each in answer.verdict.reasons if each.code is R.ALERT_FALSIFIED]
    assert len(notices) <= 1
    counterfeited = [each for each in answer.verdict.reasons if dict(each.params).get("lot") == "FK-900"]
    by_code = [each.code for each in counterfeited if dict(each.params).get("authority")]
    assert len(by_code) == len(set(by_code))
    (dates,) = {dict(each.params)["reported"] for each in counterfeited if "reported" in dict(each.params)}
    assert dates == "2026-01-05 / 2026-02-05 / 2026-03-05 / 2026-04-05"


@in_the_lists
@pytest.mark.parametrize(
    ("days", "fields", "code"),
    [
        (0, {}, R.LOT_NOT_ON_RECORD),  # the list came today: what it lacks was not issued
        (3, {}, R.RECORDS_OVERDUE),  # it may have been released since
        (3, {"expiry": "03/2027"}, R.LOT_NOT_ON_RECORD),  # too old to be younger than the list
        (3, {"expiry": "08/2028"}, R.RECORDS_OVERDUE),
    ],
)
def test_a_lot_that_may_be_younger_than_the_last_list_is_asked_about(
    database: Database, days: int, fields: dict[str, str], code: ReasonCode
) -> None:
    desk = VerificationService(database, read_clock=lambda: AT + timedelta(days=days))
    answer = asked(desk, gtin=TOXIN, lot="QX-77182", **fields)
    assert code in codes(answer)
    assert answer.verdict.action is (A.CHECK if code is R.RECORDS_OVERDUE else A.QUARANTINE)
    desk.close()


def _standing_at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def at(month: int, day: int) -> datetime:
    return AT.replace(month=month, day=day)


def test_lists_that_are_late_by_their_own_rhythm_say_nothing_of_an_unknown_lot(
    database: Database, tmp_path: Path
) -> None:
    made.put(database, tmp_path, products=made.PRODUCTS, at=at(8, 1))
    for day in (1, 8, 15):  # the same list again is a list that came
        made.put(database, tmp_path, batches=made.BATCHES, at=at(8, day))
    for moment, code in ((at(8, 20), R.LOT_NOT_ON_RECORD), (at(9, 5), R.RECORDS_OVERDUE)):
        desk = VerificationService(database, read_clock=_standing_at(moment))
        assert code in codes(asked(desk, gtin=TOXIN, lot="QX-77182", expiry="03/2027"))
        desk.close()


def test_complete_until_a_day_of_its_own(database: Database, tmp_path: Path) -> None:
    until = made.PRODUCTS.replace(f"GB,de en,yes,\n{made.SMALL}", f"GB,de en,2026-06-30,\n{made.SMALL}")
    made.put(database, tmp_path, products=until, batches=made.BATCHES)
    desk = VerificationService(database, read_clock=lambda: AT)
    assert R.RECORDS_OVERDUE in codes(asked(desk, gtin=TOXIN, lot="QX-77182"))
    (reason,) = (
        each
        for each in asked(desk, gtin=TOXIN, lot="QX-77182").verdict.reasons
        if each.code is R.RECORDS_OVERDUE
    )
    assert dict(reason.params)["until"] == "2026-06-30"
    desk.close()


# Few values for each field, of all kinds: on record, nearly so, and not.
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "lot": st.sampled_from(
        [
            "143-6",
            "14-36",
            "1436",
            "22-71",
            "227-1",
            "2271",
            "RC-551",
            "R-C551",
            "NPSG234",
            "FK-900",
            "L50A",
            "QX1",
        ]
    ),
    "serial": st.sampled_from(["NS1", "NS2", "ns1", "ZZ9"]),
    "expiry": st.sampled_from(["2028-07-31", "07/2028", "03/2027", "05.07.2028", "07/05/2028", "2020-01-31"]),
    "market": st.sampled_from(["DE", "US"]),
    "strength": st.sampled_from(["100 U", "150 units", "50 Einheiten", "strong"]),
    "substance": st.sampled_from(["botulinum toxin type A", "filgrastim"]),
    "language": st.sampled_from(["de", "tr"]),
    "form": st.sampled_from(["vial", "Pulver", "tablets", "odd"]),
    "no_lot": st.just(value=True),
}
THINGS = st.fixed_dictionaries(
    {"gtin": st.sampled_from([TOXIN, made.SMALL, IMPORTED, OPEN])},
    optional=FIELDS | {"product": st.sampled_from(["Limitox", "Limitux", "Limitox 150 units", "Dysport"])},
)  # fmt: skip
STOPS = {A.QUARANTINE, A.REJECT}


def action(desk: VerificationService, fields: dict[str, Any]) -> tuple[Action | None, set[ReasonCode]]:
    try:
        answer = asked(desk, **fields)
    except VialcheckError:
        return None, set()
    return answer.verdict.action, codes(answer)


@given(THINGS, st.sampled_from(sorted(FIELDS)), st.data())
def test_one_more_field_never_turns_a_stop_into_a_pass(
    sqlite_desk: VerificationService, fields: dict[str, Any], field: str, data: st.DataObject
) -> None:
    if field in fields:
        return
    before, reasons = action(sqlite_desk, fields)
    more = fields | {field: data.draw(FIELDS[field])}
    after, _ = action(sqlite_desk, more)
    # a serial settles which pack it is, so that an expiry read off it without a lot is explained
    settled = field in ("serial", "lot") and reasons & {R.NO_LOT_PRESENTED}
    assert not (before in STOPS and after is A.ACCEPT) or settled


SPOKEN_OF = {
    R.LOT_NOT_ON_RECORD: NotChecked.LOT_RECORD,
    R.LOT_ON_RECORD: NotChecked.LOT_RECORD,
    R.RECORDS_OVERDUE: NotChecked.LOT_RECORD,
    R.PRODUCT_MISMATCH: NotChecked.LOT_RECORD,
    R.LOT_AMBIGUOUS: NotChecked.LOT_RECORD,
    R.NO_LOT_PRESENTED: NotChecked.LOT,
    R.UNIT_ON_RECORD: NotChecked.SERIAL_RECORD,
    R.SERIAL_IN_OTHER_LOT: NotChecked.SERIAL_RECORD,
    R.SERIAL_NOT_ON_RECORD: NotChecked.SERIAL_RECORD,
    R.EXPIRY_MISMATCH: NotChecked.EXPIRY_RECORD,
    R.MARKET_NOT_AUTHORISED: NotChecked.MARKET_RECORD,
    R.FORM_UNKNOWN: NotChecked.FORM_RECORD,
}
GIVEN = {
    NotChecked.LOT: "lot",
    NotChecked.SERIAL: "serial",
    NotChecked.EXPIRY: "expiry",
    NotChecked.MARKET: "market",
    NotChecked.STRENGTH: "strength",
    NotChecked.SUBSTANCE: "substance",
    NotChecked.LANGUAGE: "language",
    NotChecked.FORM: "form",
}


@given(THINGS)
def test_what_was_not_checked_never_contradicts_a_reason(
    sqlite_desk: VerificationService, fields: dict[str, Any]
) -> None:
    try:
        answer = asked(sqlite_desk, **fields)
    except VialcheckError:
        return
    missing = set(answer.verdict.not_checked)
    assert not {SPOKEN_OF[code] for code in codes(answer) if code in SPOKEN_OF} & missing
    for reason in answer.verdict.reasons:
        scope = dict(reason.params).get("scope")
        if reason.code is R.PRESENTATION_UNKNOWN and scope in ("strength", "substance", "language"):
            assert not {NotChecked(scope), NotChecked(f"{scope}_record")} & missing
    assert not {gap for gap, field in GIVEN.items() if fields.get(field)} & missing
