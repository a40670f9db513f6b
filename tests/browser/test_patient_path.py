"""A patient's usual path, lot then expiry date then country: by keyboard alone, and as a screen reader tells it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.records import TOXIN

NEXT_DATE = "Lot found. Now enter the expiry date"
NEXT_COUNTRY = "The numbers match so far. Next: your country"
NEXT_CODE = "The numbers match so far. Next: the code on the box"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(chromium: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with chromium.new_context(
        base_url=site,
        viewport={"width": 375, "height": 667},
        java_script_enabled=request.param,
        service_workers="block",
    ) as context:
        yield context.new_page()


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control has the focus; as many times as a page has controls."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]  # a Literal
    for _ in range(40):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name!r} cannot be reached with Tab")


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    tab_to(page, "textbox", "Lot number or code")
    page.keyboard.type("A1001")
    page.keyboard.press("Enter")
    heading(page, NEXT_DATE)
    tab_to(page, "textbox", "Expiry date")
    page.keyboard.type("12/2070")
    page.keyboard.press("Enter")
    heading(page, NEXT_COUNTRY)
    tab_to(page, "combobox", "Country where you are")
    page.keyboard.type("United States")  # a list is searched by typing
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, NEXT_CODE)
    # what was entered is still there, to be corrected: the wrong date now
    page.locator("summary", has_text="Expiry date").focus()
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Expiry date")
    page.keyboard.press("Control+A")
    page.keyboard.type("12/2060")
    page.keyboard.press("Enter")
    heading(page, "Expiry date does not match: do not use it")


def outline(page: Page) -> list[str]:
    """The main part as a screen reader goes through it: role and name of what it stops at."""
    told: str = page.locator("main").aria_snapshot()
    return [line.strip("- ").rstrip(":") for line in told.splitlines()]


def position(told: list[str], wanted: str) -> int:
    found = [at for at, line in enumerate(told) if wanted in line]
    assert found, f"{wanted!r} is not told:\n" + "\n".join(told)
    return found[0]


def test_as_a_screen_reader_tells_it(page: Page) -> None:
    """Each page tells its title, what is good, how serious it is and the next question, in that order."""
    page.goto("/")
    page.get_by_role("textbox", name="Lot number or code").fill("A1001")
    page.get_by_role("button", name="Check", exact=True).click()
    heading(page, NEXT_DATE)
    assert page.title().startswith(NEXT_DATE)  # what is read first of a new page
    told = outline(page)
    order = [
        f'heading "{NEXT_DATE}" [level=1]',
        "The maker has a lot with this number. There is no warning about it.",
        "How serious:",
        'textbox "Expiry date"',
        'button "Check the expiry date"',
        'heading "Not sure? Do not use it. Ask:"',
        'heading "What you entered"',
        "Lot number: A1001 Change",
    ]
    assert [position(told, each) for each in order] == sorted(position(told, each) for each in order)
    date = page.get_by_role("textbox", name="Expiry date")
    expect(date).to_have_accessible_description("On the vial and the box, after EXP, such as 12/2027.")
    date.fill("12/2070")
    page.get_by_role("button", name="Check the expiry date").click()
    heading(page, NEXT_COUNTRY)
    page.get_by_role("combobox", name="Country where you are").select_option("GB")
    page.get_by_role("button", name="Check this country").click()
    heading(page, NEXT_CODE)
    told = outline(page)
    position(told, 'link "Call the medicines authority, MHRA Yellow Card: 0800 731 6789"')
    position(told, "Expiry date: 2070-12 Change")


def test_a_date_that_cannot_be_read_is_asked_for_again_with_all_that_was_entered(page: Page) -> None:
    page.goto(f"/01/{TOXIN}/10/A1001")
    page.get_by_role("textbox", name="Expiry date").fill("31 FEB 2027")
    page.get_by_role("button", name="Check the expiry date").click()
    expect(page.get_by_role("alert")).to_contain_text("31 FEB 2027")
    expect(page.get_by_role("textbox", name="Lot number or code")).to_have_value("A1001")


def test_a_typing_error_is_shown_and_mended_in_place(page: Page) -> None:
    page.goto(f"/01/{TOXIN}/10/A10O1")
    heading(page, "Check the lot number again")
    expect(page.locator(".marked mark")).to_have_text("O")
    field = page.get_by_role("textbox", name="Lot number", exact=True)
    expect(field).to_have_value("A10O1")
    expect(
        page.get_by_text("Not found as entered. Is the marked character the letter O or the number 0?")
    ).to_be_visible()
    field.fill("A1001")
    page.get_by_role("button", name="Check again").click()
    heading(page, NEXT_DATE)


def test_the_same_number_again_leads_on(page: Page) -> None:
    page.goto(f"/01/{TOXIN}/10/A10O1")
    heading(page, "Check the lot number again")
    page.get_by_role("button", name="Check again").click()
    heading(page, "We have no lot with this number: do not use it yet")
    expect(page.get_by_role("button", name="Check again")).to_have_count(0)
    expect(page.get_by_role("heading", name="Not sure? Do not use it. Ask:")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/10/A1002", "Recalled: do not use it"),
        ("/10/A1003", "On hold: do not use it yet"),
        ("/10/A1004", "Out of date: do not use it"),
        ("/10/ZZ9999", "Lot not on record: do not use it"),
        ("/10/A1001/21/SN0002", "Recorded as used. Still full? Do not use it"),
        ("/10/A1001/21/SN0001?17=701231", "The numbers match. Now look at the pack"),
    ],
)
def test_the_worst_thing_is_in_the_title_and_whom_to_call_on_the_first_screen(
    page: Page, path: str, title: str
) -> None:
    page.goto(f"/01/{TOXIN}{path}")
    heading(page, title)
    contact = page.locator(".contacts").bounding_box()
    assert contact is not None
    assert contact["y"] + 44 <= 667
    assert "as a patient" not in page.locator("main").inner_text().lower()
    for technical in ("JSON", "For programs", "Goes back to the supplier", "/scan/setup"):
        expect(page.get_by_text(technical)).to_have_count(0)
