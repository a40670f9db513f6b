"""The OpenID Connect provider that the settings name."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`issuer`: the provider's address exactly as in its metadata; `client_id` and `client_secret`:
    registered there.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
