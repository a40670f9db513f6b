"""Web push (RFC 8030): a message encrypted for one browser (RFC 8291), signed by this service (RFC 8292).

Made with `cryptography` and joserfc, which this service uses anyway: the libraries for it send requests of
their own, past the guard of `service.outgoing.requests`, and the one beneath them is of 2024.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from service.errors import ErrorCode, RefusedError
from service.outgoing.requests import Reply, check_address, post, undelivered

LASTS = timedelta(days=28)
"""How long a push service keeps a message for a telephone that is off."""

_TOKEN_LASTS = timedelta(hours=12)
_RECORD = 4096
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3)."""

_GONE = frozenset({404, 410})
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """What a browser gives (W3C Push API). `key`: its public key on P-256, 65 bytes; `auth`: 16 bytes; both
    in base64url.
    """

    endpoint: str
    key: str
    auth: str

    def check(self) -> None:
        """RefusedError for an endpoint that is not https, and for keys that are none."""
        check_address(self.endpoint, (), field="endpoint")
        try:
            public_key(unbase64(self.key))
            good = urlsplit(self.endpoint).scheme == "https" and len(unbase64(self.auth)) == 16
        except ValueError:
            good = False
        if not good:
            given = self.endpoint[:200]
            raise RefusedError(
                ErrorCode.VALUE_INVALID, given=given, expected="a subscription", field="endpoint"
            )


@dataclass(frozen=True, slots=True)
class PushSender:
    """Sends as this service. `key`: its private key on P-256; `contact`: mailto: or https:, whom a push
    service may ask; may be empty. `send`: the way out.
    """

    key: ec.EllipticCurvePrivateKey
    contact: str
    send: Callable[..., Reply] = post

    @classmethod
    def of(cls, secret: bytes, contact: str) -> "PushSender":
        """Return the sender whose key is made from 32 secret bytes, the same in every process."""
        number = int.from_bytes(secret) % (_ORDER - 1) + 1
        return cls(ec.derive_private_key(number, ec.SECP256R1()), contact)

    @property
    def public(self) -> str:
        """The public key in base64url, which browsers subscribe with."""
        return base64url(_point(self.key.public_key()))

    def push(self, to: PushSubscription, message: bytes, now: datetime) -> bool:
        """Hand a message to the browser's push service. False where the subscription has ended.

        UnavailableError where it may be tried again, RefusedError where it is refused.
        """
        to.check()
        own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        body = encrypted(message, unbase64(to.key), unbase64(to.auth), own, salt)
        headers = {
            "Authorization": authorization(to.endpoint, self.key, self.contact, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(LASTS.total_seconds())),
            "Urgency": "high",
        }
        status = self.send(to.endpoint, body, headers).status
        if status in _GONE:
            return False
        if status == _TOO_MANY or status >= 500:
            raise undelivered(f"the answer {status}")
        if not 200 <= status < 300:
            raise RefusedError(ErrorCode.NOT_DELIVERED, found=f"the answer {status}")
        return True


def encrypted(message: bytes, to: bytes, auth: bytes, own: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return a message as one record of aes128gcm (RFC 8188) under the keys of RFC 8291, section 3.4.

    `own`: a key pair for this message alone.
    """
    here = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), public_key(to))
    keyed = _derived(auth, shared, b"WebPush: info\0" + to + here, 32)
    content_key = _derived(salt, keyed, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, keyed, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, message + b"\x02", None)
    return salt + _RECORD.to_bytes(4) + bytes([len(here)]) + here + sealed


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """Return the header by which a push service knows the sender (RFC 8292, section 3)."""
    parts = urlsplit(endpoint)
    said: Mapping[str, object] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN_LASTS).timestamp()),
        **({"sub": contact} if contact else {}),
    }
    numbers = key.private_numbers()
    point = numbers.public_numbers
    jwk = ECKey.import_key(
        {
            "kty": "EC",
            "crv": "P-256",
            **{name: base64url(value.to_bytes(32)) for name, value in (("x", point.x), ("y", point.y))},
            "d": base64url(numbers.private_value.to_bytes(32)),
        }
    )
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, json.loads(json.dumps(said)), jwk)
    return f"vapid t={token}, k={base64url(_point(key.public_key()))}"


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key of an uncompressed point of P-256; ValueError for anything else."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def base64url(content: bytes) -> str:
    """Return bytes in base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    """Return the bytes of base64url, padded or not; ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error


def _derived(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
