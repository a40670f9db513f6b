"""The settings of text messages: what is refused when the service starts, and who may call back."""

from typing import Any

import pytest
from pydantic import ValidationError

from service.outgoing.settings import TextMessageSettings


@pytest.mark.parametrize(
    "given",
    [
        {"vonage_api": "http://api.nexmo.com/v1/messages"},  # the secret would be readable on the way
        {"vonage_api": "api.nexmo.com"},
        {"africastalking_api": "https://user:password@api.africastalking.com/"},
        {"africastalking_path": "short"},
        {"africastalking_path": "a/path/of/many/parts/of/it"},
        {"africastalking_networks": "203.0.113.7, everywhere"},
        {"africastalking_networks": "203.0.113.7/24"},  # bits beyond the network: which was meant?
    ],
)
def test_what_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TextMessageSettings(**given)


@pytest.mark.parametrize(
    ("networks", "address", "may"),
    [
        ("", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("198.51.100.0/24, 2001:db8::/32", "2001:db8::1", True),
        ("198.51.100.0/24", "::ffff:198.51.100.7", True),
        ("198.51.100.0/24", "", False),
    ],
)
def test_who_may_call_back(networks: str, address: str, may: bool) -> None:
    assert TextMessageSettings(africastalking_networks=networks).africastalking_calls_from(address) is may


def test_a_provider_is_open_only_with_all_that_it_needs() -> None:
    assert TextMessageSettings().vonage is None
    assert TextMessageSettings(vonage_key="k", vonage_secret="s").vonage is None
    assert TextMessageSettings(africastalking_username="u", africastalking_key="k").africastalking is None
