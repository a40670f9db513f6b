"""The browser of RFC 8291's example: its keys, and what it reads of a message."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.outgoing import web_push
from service.outgoing.web_push import unbase64

# RFC 8291, section 5 and appendix A
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unbase64(text)), ec.SECP256R1())


def opened(body: bytes) -> bytes:
    """What the browser of the RFC reads of a message, by its own private key."""
    salt, here, sealed = body[:16], body[21:86], body[86:]
    shared = private(BROWSER_PRIVATE).exchange(ec.ECDH(), web_push.public_key(here))
    keyed = web_push._derived(unbase64(AUTH), shared, b"WebPush: info\0" + unbase64(BROWSER) + here, 32)
    key = web_push._derived(salt, keyed, b"Content-Encoding: aes128gcm\0", 16)
    nonce = web_push._derived(salt, keyed, b"Content-Encoding: nonce\0", 12)
    return AESGCM(key).decrypt(nonce, sealed, None).removesuffix(b"\x02")
