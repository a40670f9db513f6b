"""The camera of `/scan`: codes in a video that moves, turns, is blurred and dim; no camera; a camera denied."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.browser.server import launch
from tests.browser.station import videos
from tests.factories.records import TOXIN

CODE = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
RAW = f"01{TOXIN}1770123110A1001\x1d21SN0001"
LINK = f"https://id.example.org/01/{TOXIN}/10/A1001/21/SN0001?17=701231"
PPN = "[)>\x1e06\x1d9N111234567842\x1d1TA1001\x1dD701231\x1dSSN0001\x1e\x04"  # a German pack: no GTIN in it
FAKE = "--use-fake-device-for-media-stream"
ALLOW = "--use-fake-ui-for-media-stream"
PICTURES = 25
RECTANGLE = 29  # zxing-cpp counts DataMatrix sizes so: this is the second largest rectangle of ISO/IEC 16022

SYMBOLS = {
    "DataMatrix": (videos.gs1("DataMatrix", CODE, forceSquare=True), f"]d2{RAW}"),  # 22 by 22 modules
    "DataMatrix, rectangular": (videos.gs1("DataMatrix", CODE, version=RECTANGLE), f"]d2{RAW}"),  # 16 by 36
    "DataMatrix, extended": (videos.gs1("DataMatrix", CODE), f"]d8{RAW}"),  # DMRE (ISO/IEC 21471), 8 by 64
    "GS1-128": (videos.gs1("Code128", CODE), f"]C1{RAW}"),  # 332 modules wide
    "DataBar, stacked": (videos.gs1("DataBarExpStk", CODE), f"]e0{RAW}"),
    "DataMatrix, PPN": (videos.ppn(PPN), f"]d1{PPN}"),
    "QR": (videos.qr(LINK), f"]Q1{LINK}"),
}
HINTS = re.compile(r"^(Hold the code inside the frame|Come closer)")  # the second after a while
LINEAR = {"GS1-128", "DataBar, stacked"}  # people hold bars level, or nothing reads them
# what, px for a module, at least this share of the pictures is read
FILMS = [
    ("DataMatrix", 3, 0.5),
    ("DataMatrix", 4, 0.8),
    ("DataMatrix", 6, 0.8),
    ("DataMatrix, rectangular", 4, 0.8),
    ("DataMatrix, extended", 4, 0.5),
    ("DataMatrix, PPN", 4, 0.8),
    ("GS1-128", 2, 0.2),
    ("DataBar, stacked", 4, 0.3),
    ("QR", 4, 0.8),
]

SHORT = {("DataMatrix", 3), ("DataMatrix, rectangular", 4), ("GS1-128", 2), ("QR", 4)}
"""One of each kind, the hardest; the others run in `make fuzz`."""


@contextmanager
def station(
    playwright: Playwright, site: str, *args: str, on: bool = True, pair: bool = False, whole: bool = False
) -> Iterator[Page]:
    """The station in a browser of its own; `on`: the camera was in use when the page was last open.

    `pair`: each line is a vial and its box. `whole`: in the whole browser, which knows permissions and cameras again.
    """
    browser = launch(playwright, FAKE, *args, whole=whole)
    try:
        context = browser.new_context(
            base_url=site, viewport={"width": 375, "height": 667}, service_workers="block"
        )
        page = context.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.add_init_script(f"localStorage.setItem('vialcheck-scan-on', '{int(on)}')")
        page.add_init_script(f"localStorage.setItem('vialcheck-scan-pair', '{int(pair)}')")
        page.add_init_script(CLOCK)
        page.goto("/scan")
        yield page
        assert [each for each in heard if "Failed to load resource" not in each] == []
    finally:
        browser.close()


# When the first picture was there, and when the first verdict was.
CLOCK = """addEventListener("playing", () => { window.inView ??= performance.now(); }, true);
new MutationObserver(() => {
    if (document.querySelector(".line:not([data-tone=waiting])")) window.verdict ??= performance.now();
}).observe(document, { subtree: true, childList: true });"""

# The station's own camera and worker, picture by picture.
COUNT = """async (pictures) => {
    const { Camera } = await import("/static/scan/camera.js");
    const camera = new Camera(document.getElementById("video"));
    await camera.start(null);
    const worker = new Worker("/scan/reader.js", { type: "module" });
    const answer = () => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    await answer();
    let read = 0;
    const texts = new Set();
    const times = [];
    for (let number = 0; number < pictures; number += 1) {
        let picture = null;
        while (!(picture = camera.picture())) await new Promise(requestAnimationFrame);
        const began = performance.now();
        worker.postMessage(picture, [picture.pixels]);
        const { texts: found } = await answer();
        times.push(performance.now() - began);
        read += found.length > 0;
        for (const text of found) texts.add(text);
        await new Promise((resolve) => setTimeout(resolve, 50));  // or one frame of the video is counted often
    }
    camera.stop();
    return { read, texts: [...texts], milliseconds: times.sort((a, b) => a - b)[pictures >> 1] };
}"""


@pytest.mark.parametrize(
    ("what", "px", "share"),
    [
        pytest.param(
            what, px, share, id=f"{what} {px} px", marks=[] if (what, px) in SHORT else pytest.mark.fuzz
        )
        for what, px, share in FILMS
    ],
)
def test_a_code_that_moves_in_bad_light_is_read(
    playwright: Playwright, site: str, tmp_path: Path, what: str, px: float, share: float
) -> None:
    code, text = SYMBOLS[what]
    film = videos.film(tmp_path / "film.y4m", code, px, swing=4 if what in LINEAR else 28)
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}") as page:
        expect(page.locator("#line-1")).to_have_attribute("data-tone", "accept")
        verdict = page.evaluate("window.verdict - window.inView")
        page.get_by_role("button", name="Stop the camera").click()
        expect(page.locator(".line")).to_have_count(1)
        counted = page.evaluate(COUNT, PICTURES)
    print(
        f"\n{what}, {px} px a module: verdict {verdict:.0f} ms after the first picture; "
        f"{counted['read']} of {PICTURES} pictures read, {counted['milliseconds']:.0f} ms each (median)"
    )
    # A check character lets a wrong read of bars through now and then: two pictures must agree for a line.
    read = [each for each in counted["texts"] if each == text or what not in LINEAR]
    assert read == [text]  # the symbology, every byte, and FNC1 as it was; no false read
    assert counted["read"] >= share * PICTURES


def test_a_code_that_stays_in_view_is_one_line(playwright: Playwright, site: str, tmp_path: Path) -> None:
    film = videos.film(tmp_path / "film.y4m", SYMBOLS["QR"][0], 6, blur=0.4)
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}") as page:
        expect(page.locator("#line-1")).to_have_attribute("data-tone", "accept")
        expect(page.locator("#hint")).to_have_text("Read. Show the next one.")
        expect(page.locator("#line-1")).not_to_contain_text("Scanned")
        expect(page.locator(".line")).to_have_count(1)
        # the same page once more starts the camera by itself, and notices the pack that is still there
        page.reload()
        expect(page.locator("#line-1")).to_contain_text("Scanned 2 times in this delivery.")


CALM = {"blur": 0.4, "dim": 0.8, "swing": 8}
VIAL = videos.gs1("DataMatrix", f"(01){TOXIN}(17)701231(10)A1001", forceSquare=True)
BOX = videos.gs1("DataMatrix", f"(01){TOXIN}(17)700630(10)C3016C3", forceSquare=True)


def test_a_vial_and_then_its_box_before_the_camera_are_one_line(
    playwright: Playwright, site: str, tmp_path: Path
) -> None:
    film = videos.reel(tmp_path / "film.y4m", [VIAL, BOX], 5, **CALM)
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}", pair=True) as page:
        expect(page.locator("#stop[open]")).to_contain_text("disagree on the lot number")
        expect(page.locator(".line")).to_have_count(1)
        expect(page.locator("#stop-pair .differs")).to_have_count(2)


def test_two_codes_at_once_are_no_vial_and_its_box(playwright: Playwright, site: str, tmp_path: Path) -> None:
    both = Image.new("L", (VIAL.width + BOX.width + 6, max(VIAL.height, BOX.height)), 255)
    both.paste(VIAL, (0, 0))
    both.paste(BOX, (VIAL.width + 6, 0))
    film = videos.reel(tmp_path / "film.y4m", [both], 5, **CALM)
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}", pair=True) as page:
        expect(page.locator("#hint")).to_have_text("Show one code alone: first the vial, then its box.")


def test_who_is_too_far_away_is_told_to_come_closer(
    playwright: Playwright, site: str, tmp_path: Path
) -> None:
    film = videos.film(tmp_path / "film.y4m", SYMBOLS["DataMatrix"][0], 1.6)
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}") as page:
        expect(page.locator("#hint")).to_have_text(
            "Come closer, until the code fills the frame.", timeout=10_000
        )


def test_the_camera_starts_at_the_first_touch_and_stops_at_the_next(
    playwright: Playwright, site: str, tmp_path: Path
) -> None:
    film = videos.empty(tmp_path / "film.y4m")
    with station(playwright, site, ALLOW, f"--use-file-for-fake-video-capture={film}", on=False) as page:
        expect(page.locator("#finder")).to_be_hidden()
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("#finder")).to_be_visible()
        expect(page.locator("#photo")).to_be_hidden()
        expect(page.locator("#hint")).to_have_text(HINTS)
        expect(page.locator("#light")).to_be_hidden()  # this camera has none
        page.set_viewport_size({"width": 667, "height": 375})  # turned on its side
        box = page.locator("#finder").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 375
        page.get_by_role("button", name="Stop the camera").click()
        assert page.evaluate("document.getElementById('video').srcObject") is None


def test_several_cameras_can_be_chosen_from(playwright: Playwright, site: str) -> None:
    with station(playwright, site, ALLOW, f"{FAKE}=device-count=2", whole=True) as page:
        choice = page.get_by_label("Camera", exact=True)
        expect(choice.locator("option")).to_have_count(2)
        other = choice.locator("option:not(:checked)").first.get_attribute("value")
        choice.select_option(other)
        running = "document.getElementById('video').srcObject?.getVideoTracks()[0].getSettings().deviceId"
        expect(choice).to_have_value(other or "")
        expect(page.locator("#finder")).to_be_visible()
        page.reload()  # the choice is kept
        expect(choice).to_have_value(other or "")
        assert page.evaluate(running) == other


def test_a_denied_camera_is_one_clear_line_and_the_photo_button(playwright: Playwright, site: str) -> None:
    with station(playwright, site, "--deny-permission-prompts", on=False, whole=True) as page:
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("#camera-problem")).to_contain_text("The camera is blocked.")
        expect(page.locator("#finder")).to_be_hidden()
        photo = page.locator("form", has=page.get_by_role("button", name="Read the photo"))
        expect(photo).to_be_visible()
        assert photo.get_attribute("action") == "/photo"
        assert photo.get_attribute("enctype") == "multipart/form-data"
        expect(page.get_by_label("Take a photo")).to_have_attribute("capture", "environment")


def test_a_missing_camera_is_one_clear_line(page: Page) -> None:
    page.goto("/scan")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#camera-problem")).to_have_text(
        "No camera was found. Take a photo, or use a scanner."
    )
    expect(page.locator("#photo")).to_be_visible()
