"""Spellings that may have been meant, as the parameters of a statement."""

from sqlalchemy import BindParameter, bindparam

from service.gs1 import misreads

# As many parameters as there can be spellings: the statement is rendered once, and empty ones find nothing.
_NAMES = tuple(f"spelling{n}" for n in range(misreads.MOST))
SPELLED: list[BindParameter[str]] = [bindparam(name) for name in _NAMES]


def spelled_as(spellings: tuple[str, ...]) -> dict[str, object]:
    """The values of `SPELLED` for so many spellings, at most `misreads.MOST`."""
    padded = spellings + ("",) * (len(_NAMES) - len(spellings))
    return dict(zip(_NAMES, padded, strict=True))
