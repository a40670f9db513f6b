"""One TLS context for all requests."""

import ssl

from service.tls import tls_context


def test_it_is_made_once_and_trusts_only_what_is_signed_for_the_host() -> None:
    context = tls_context()
    assert tls_context() is context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs()
