"""Networks of addresses: the only part of an address that is ever stored."""

import ipaddress
import socket


def network_of(address: str) -> str:
    """Return the /24 of an IPv4 address (also one mapped into IPv6), the /48 of an IPv6 address; empty for
    anything else.

    >>> network_of("203.0.113.77"), network_of("::ffff:203.0.113.77"), network_of("2001:db8:1:2::3")
    ('203.0.113.0/24', '203.0.113.0/24', '2001:db8:1::/48')
    >>> network_of("localhost")
    ''
    """
    address = address.strip()
    try:  # the most frequent form; 20 times faster than the ipaddress module
        first, second, third, _ = socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        return _of_ipv6(address)
    return f"{first}.{second}.{third}.0/24"


def _of_ipv6(address: str) -> str:
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return ""
    if parsed.ipv4_mapped is not None:
        return network_of(str(parsed.ipv4_mapped))
    return str(ipaddress.IPv6Network((int(parsed), 48), strict=False))
