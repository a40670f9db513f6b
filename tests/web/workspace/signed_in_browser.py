"""A signed-in person's requests, each form with its token."""

import re
from dataclasses import dataclass

from flask.testing import FlaskClient


@dataclass
class Browser:
    """A person who is signed in; every form is sent with its token."""

    client: FlaskClient

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text[-600:]
        return answer.text

    def send(self, address: str, page: str = "/release", **fields: object) -> tuple[int, str]:
        """To `address`, with the token of a page; the status and the page that it leads to."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page).text)
        data = {"csrf": token[1] if token else "", **fields}
        answer = self.client.post(address, data=data, follow_redirects=True)
        return answer.status_code, answer.text


def seal(page: str) -> str:
    """What a confirmation has shown."""
    found: list[str] = re.findall(r'name="seal" value="([0-9a-f]{64})"', page)
    return found[0]


def carried_out(browser: Browser, address: str, **given: object) -> tuple[int, str]:
    """Preview, then the change with a reason."""
    status, shown = browser.send(address, address, **given)
    assert status == 200, shown[-800:]
    return browser.send(address, address, **given, step="make", seal=seal(shown), reason="typed wrong")
