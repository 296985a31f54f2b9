"""What is sealed can be opened with the same key for the same owner, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experience_plane.security_guard.secret_box import SecretBox, SecretUnreadable

KEY = "a key of many letters, and then some"
BOX = SecretBox(lambda: KEY)


@given(secret=st.binary(), owner=st.binary())
def test_what_is_sealed_can_be_opened(secret: bytes, owner: bytes) -> None:
    assert BOX.open(BOX.seal(secret, owner=owner), owner=owner) == secret


def test_the_same_secret_is_never_sealed_the_same() -> None:
    assert BOX.seal(b"secret", owner=b"") != BOX.seal(b"secret", owner=b"")


def test_another_key_or_owner_opens_nothing() -> None:
    sealed = BOX.seal(b"secret", owner=b"ana")
    for box, owner in [(SecretBox(lambda: "another key of many letters, really"), b"ana"), (BOX, b"ben")]:
        with pytest.raises(SecretUnreadable):
            box.open(sealed, owner=owner)


@given(st.data())
def test_one_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(BOX.seal(b"secret", owner=b"ana"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SecretUnreadable):
        BOX.open(bytes(sealed), owner=b"ana")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"n" * 12, b"\x02" + b"n" * 40])
def test_what_was_never_sealed_is_not_opened(sealed: bytes) -> None:
    with pytest.raises(SecretUnreadable):
        BOX.open(sealed, owner=b"ana")


def test_the_key_is_not_asked_for_before_it_is_needed() -> None:
    def no_key() -> str:
        raise AssertionError

    SecretBox(no_key)


def test_what_an_earlier_key_sealed_is_read_and_sealed_anew() -> None:
    earlier = BOX.seal(b"secret", owner=b"ana")
    box = SecretBox(lambda: "the key of now, of many letters, too", ["a key between, of many letters, too", KEY])
    assert box.open(earlier, owner=b"ana") == b"secret"
    anew = box.resealed(earlier, owner=b"ana")
    assert anew is not None
    assert box.resealed(anew, owner=b"ana") is None
    assert SecretBox(lambda: "the key of now, of many letters, too").open(anew, owner=b"ana") == b"secret"
    for owner in (b"ben", b""):
        with pytest.raises(SecretUnreadable):
            box.resealed(earlier, owner=owner)
