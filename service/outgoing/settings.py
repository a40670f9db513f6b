"""The settings of text messages: whose webhooks are answered, and with which credentials."""

from ipaddress import ip_address, ip_network

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from service.errors import RefusedError
from service.outgoing.requests import THIS_MACHINE, check_form
from service.outgoing.text_providers import AfricasTalking, Vonage

SECRETS = frozenset(
    {
        "twilio_token",
        "vonage_secret",
        "vonage_signature_secret",
        "africastalking_key",
        "africastalking_path",
    }
)
_SHORTEST_PATH = 22
"""Characters: 128 bits in base64url."""


class TextMessageSettings(BaseSettings):
    """A part of `service.settings.Settings`."""

    twilio_token: str = Field(
        "", description="The auth token of the Twilio account that sends to /sms/twilio. Empty: it is closed."
    )
    vonage_key: str = Field(
        "", description="The key of the Vonage account that sends to /sms/vonage. Empty: it is closed."
    )
    vonage_secret: str = Field("", description="The secret of that key, with which answers are sent.")
    vonage_signature_secret: str = Field("", description="What that account signs its webhooks with.")
    vonage_api: str = Field(
        "https://api.nexmo.com/v1/messages", description="Where answers are sent to, at Vonage."
    )
    africastalking_username: str = Field(
        "", description="The username of the application at Africa's Talking. Empty: its callback is closed."
    )
    africastalking_key: str = Field("", description="That application's API key, to send answers with.")
    africastalking_path: str = Field(
        "",
        description="At least 22 random characters: what comes in is not signed, and the callback's address "
        "/sms/africastalking/… ends with these.",
    )
    africastalking_networks: str = Field(
        "",
        description="The addresses and networks that Africa's Talking calls back from, separated by commas. "
        "Empty: any.",
    )
    africastalking_api: str = Field(
        "https://api.africastalking.com/version1/messaging",
        description="Where answers are sent to, at Africa's Talking.",
    )
    text_language: str = Field("en", description="The language of answers to text messages that name none.")
    text_simulator: bool = Field(False, description="Whether this machine may try out messages at /sms/try.")

    @field_validator("vonage_api", "africastalking_api")
    @classmethod
    def _guarded(cls, value: str, info: ValidationInfo) -> str:
        try:
            check_form(value, THIS_MACHINE, field=info.field_name or "")
        except RefusedError as error:
            raise ValueError("expected an address that starts with https://") from error
        return value

    @field_validator("africastalking_path")
    @classmethod
    def _cannot_be_guessed(cls, value: str) -> str:
        if value and (len(value) < _SHORTEST_PATH or "/" in value):
            raise ValueError(f"expected at least {_SHORTEST_PATH} random characters, without a stroke (/)")
        return value

    @field_validator("africastalking_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in _parts(value):
            ip_network(each)
        return value

    @property
    def vonage(self) -> Vonage | None:
        """The way to Vonage; None unless all that it needs is set."""
        if not (self.vonage_key and self.vonage_secret and self.vonage_signature_secret):
            return None
        return Vonage(self.vonage_api, self.vonage_key, self.vonage_secret)

    @property
    def africastalking(self) -> AfricasTalking | None:
        """The way to Africa's Talking; None unless all that it needs is set."""
        if not (self.africastalking_username and self.africastalking_key and self.africastalking_path):
            return None
        return AfricasTalking(self.africastalking_api, self.africastalking_username, self.africastalking_key)

    def africastalking_calls_from(self, address: str) -> bool:
        """Whether a callback may come from an address."""
        networks = [ip_network(each) for each in _parts(self.africastalking_networks)]
        if not networks:
            return True
        try:
            given = ip_address(address)
        except ValueError:
            return False
        given = getattr(given, "ipv4_mapped", None) or given  # as a server of both protocols sees IPv4
        return any(given in each for each in networks)


def _parts(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]
