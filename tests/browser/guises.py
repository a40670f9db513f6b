"""Looks at a page at each width and in each colour scheme."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (375, 1280)
SCHEMES = ("light", "dark")


def check_in_every_guise(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the screen, small and large, light and dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 667})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
            found = Axe().run(page, options={"resultTypes": ["violations"]})
            assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide == 0, f"{too_wide} px too wide at {width}"
