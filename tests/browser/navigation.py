"""Clicks that lead to another page.

Playwright's `click` returns before the page that it leads to is there: what is read or opened next may still be
the old page, or cut the new one off. `follow` waits for it; tests/browser/test_navigation.py keeps the tests to it.
"""

from playwright.sync_api import Locator


def follow(control: Locator) -> None:
    """Click a link or button and wait until the page that it leads to has loaded."""
    with control.page.expect_navigation():
        control.click()
