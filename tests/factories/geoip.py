"""The smallest database in MaxMind's format (version 2.0 of its specification) that says where networks are."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

_UNDEFINED = "no such type"


def write(path: Path, networks: dict[str, Any]) -> Path:
    """A file with a record for each IPv4 network."""
    nodes: list[list[int | None]] = [[None, None]]
    data, offsets = b"", {}
    for network, record in networks.items():
        parsed = ipaddress.ip_network(network)
        bits = f"{int(parsed.network_address):032b}"[: parsed.prefixlen]
        node = 0
        for bit in bits[:-1]:
            following = nodes[node][int(bit)]
            if following is None:
                nodes.append([None, None])
                following = nodes[node][int(bit)] = len(nodes) - 1
            node = following
        offsets[node, int(bits[-1])] = len(data)
        data += encode(record)
    tree = b""
    for number, pair in enumerate(nodes):
        for side, following in enumerate(pair):
            value = len(nodes) if following is None else following
            if (number, side) in offsets:
                value = len(nodes) + 16 + offsets[number, side]
            tree += value.to_bytes(3)
    about = {
        "node_count": len(nodes),
        "record_size": 24,
        "ip_version": 4,
        "database_type": "Test-City",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_767_225_600,
        "description": {"en": "test"},
    }
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(about))
    return path


def encode(value: Any) -> bytes:
    """A value of the data section: maps, texts, whole numbers, lists."""
    if isinstance(value, dict):
        return bytes([7 << 5 | len(value)]) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, str):
        return bytes([2 << 5 | len(value.encode())]) + value.encode()
    if isinstance(value, int):
        return bytes([6 << 5 | 4]) + struct.pack(">I", value)
    assert isinstance(value, list), _UNDEFINED
    return bytes([len(value), 11 - 7]) + b"".join(map(encode, value))
