"""Looks at a page at each width and in each colour scheme."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

WIDTHS = (375, 1280)
SCHEMES: dict[str, dict[str, object]] = {
    "light": {},
    # colours are all that a scheme changes: the other rules would look at the same page again
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
RUN = """async (options) => {
    const { violations, ...rest } = await axe.run({ resultTypes: ["violations"], ...options });
    return { ...rest, violations, passes: [], incomplete: [], inapplicable: [] };
}"""


def check_in_every_guise(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the screen, small and large, light and dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 667})
        for scheme, options in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a Literal
            found = AxeResults(page.evaluate(RUN, options))
            assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide == 0, f"{too_wide} px too wide at {width}"
