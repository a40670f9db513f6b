"""The TLS context of the requests that this service sends."""

import ssl
from functools import cache

import httpx


@cache
def tls_context() -> ssl.SSLContext:
    """Return the context that trusts certifi's roots, or those that SSL_CERT_FILE names.

    One for the process: reading the roots takes 30 ms, and a sign-in sends four requests.
    """
    return httpx.create_ssl_context()
