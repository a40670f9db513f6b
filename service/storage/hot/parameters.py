"""Alternative spellings of a value, as parameters of a statement."""

from sqlalchemy import BindParameter, bindparam

from service.gs1 import misreads

# One parameter for each possible spelling: the statement is rendered once, and empty ones match nothing.
_NAMES = tuple(f"spelling{n}" for n in range(misreads.MOST))
SPELLED: list[BindParameter[str]] = [bindparam(name) for name in _NAMES]


def spelled_as(spellings: tuple[str, ...]) -> dict[str, object]:
    """Return the values of `SPELLED` for at most `misreads.MOST` spellings."""
    padded = spellings + ("",) * (len(_NAMES) - len(spellings))
    return dict(zip(_NAMES, padded, strict=True))
