"""An OpenID Connect provider, as the settings name it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`issuer` is its address exactly as it says it itself; the other two are what it knows us by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
