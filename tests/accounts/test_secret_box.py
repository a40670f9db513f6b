"""What is sealed opens with its key, for its owner, unchanged; and in no other case."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.accounts.credentials.secret_box import SecretBox
from service.errors import RefusedError, UnavailableError

KEY, OTHER = "k" * 32, "o" * 32


def box(key: str = KEY) -> SecretBox:
    return SecretBox(key, Path("unused"))


@given(text=st.text(), owner=st.text())
def test_what_is_sealed_opens_for_its_owner(text: str, owner: str) -> None:
    sealed = box().seal(text, bound_to=owner)
    assert box().open(sealed, bound_to=owner) == text
    assert box().seal(text, bound_to=owner) != sealed  # nothing is told by its being the same


@pytest.mark.parametrize(("key", "owner"), [(OTHER, "mine"), (KEY, "theirs")])
def test_nothing_else_opens_it(key: str, owner: str) -> None:
    sealed = box().seal("secret", bound_to="mine")
    with pytest.raises(UnavailableError):
        box(key).open(sealed, bound_to=owner)


def test_a_changed_one_does_not_open() -> None:
    raw = bytearray(base64.urlsafe_b64decode(box().seal("secret", bound_to="mine")))
    for place in range(len(raw)):
        changed = raw.copy()
        changed[place] ^= 1
        with pytest.raises(UnavailableError):
            box().open(base64.urlsafe_b64encode(changed).decode(), bound_to="mine")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(RefusedError, match="VIALCHECK_SECRET_KEY"):
        box("short")


def test_the_key_made_for_it_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "vialcheck.key"
    sealed = SecretBox("", file).seal("secret", bound_to="mine")
    assert file.stat().st_mode & 0o777 == 0o600
    assert SecretBox("", file).open(sealed, bound_to="mine") == "secret"
