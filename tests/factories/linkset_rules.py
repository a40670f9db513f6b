"""What a linkset has to be: RFC 9264, section 4.2, and GS1-Conformant Resolver 1.2, section 4.4."""

import re
from typing import Any

_LINK_TYPE = re.compile(r"https://ref\.gs1\.org/voc/[A-Za-z]+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9./]+")
_LANGUAGE = re.compile(r"\w{2}(-\w{2})?")
_MEDIA_TYPE = re.compile(r"\w+/[-+.\w]+")
_DEFAULT = "https://ref.gs1.org/voc/defaultLink"


def broken_rules(document: Any) -> list[str]:
    """Every rule that a linkset breaks, with the place."""
    if not isinstance(document, dict) or document.keys() != {"linkset"} or not document["linkset"]:
        return ["one member, linkset, that is not empty"]
    found: list[str] = []
    for entry in document["linkset"]:
        if not _ADDRESS.match(entry.get("anchor", "")) or not isinstance(entry.get("itemDescription"), str):
            found.append(f"an anchor and a description: {entry}")
        if [each.keys() for each in entry.get(_DEFAULT, [])] != [{"href", "title"}]:
            found.append(f"one default link, with nothing but its title: {entry}")
        for name in entry.keys() - {"anchor", "itemDescription"}:
            if not _LINK_TYPE.fullmatch(name):
                found.append(f"a link type of GS1's vocabulary: {name}")
            found += [f"{name}: {each}" for each in entry[name] if not _is_target(each)]
    return found


def _is_target(target: Any) -> bool:
    return (
        target.keys() <= {"href", "title", "hreflang", "type", "context", "fwqs", "public"}
        and bool(_ADDRESS.match(target["href"]))
        and bool(target["title"])
        and all(_LANGUAGE.fullmatch(each) for each in target.get("hreflang", []))
        and bool(_MEDIA_TYPE.match(target.get("type", "text/html")))
        and isinstance(target.get("context", []), list)
    )
