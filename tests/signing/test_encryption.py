"""Secrets at rest: only their key opens them, and a passphrase is stretched before it is one."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from signing import encryption
from signing.encryption import KeyEncryptionKey, Passphrase, RandomKey
from signing.errors import DecryptionError

SECRET = b"the private key of an issuer"
RANDOM = RandomKey(key=os.urandom(32))


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The work factors of the stretchings that were done. In these tests each is done with a small one."""
    done: list[int] = []

    def cheap_scrypt(*, salt: bytes, length: int, n: int, r: int, p: int) -> Scrypt:
        done.append(n)
        return Scrypt(salt=salt, length=length, n=2, r=r, p=p)

    monkeypatch.setattr(encryption, "Scrypt", cheap_scrypt)
    return done


def passphrase(text: str = "Ābols krīt no ābeles, un vējš to dzird") -> Passphrase:
    return Passphrase(passphrase=text)


@pytest.mark.parametrize("key", [RANDOM, passphrase()], ids=["random", "passphrase"])
def test_what_is_stored_is_opened_by_its_key(key: KeyEncryptionKey) -> None:
    stored = key.encrypt(SECRET)
    assert SECRET not in stored
    assert key.decrypt(stored) == SECRET
    assert key.encrypt(SECRET) != stored


def test_another_key_opens_nothing() -> None:
    others: list[KeyEncryptionKey] = [RandomKey(key=os.urandom(32)), passphrase("another text"), RANDOM]
    for stored in (RANDOM.encrypt(SECRET), passphrase().encrypt(SECRET)):
        for other in others:
            if not (other is RANDOM and stored.startswith(b"v1:random:")):
                with pytest.raises(DecryptionError):
                    other.decrypt(stored)


def test_a_passphrase_is_stretched_with_a_salt_and_the_work_factor_of_owasp(work: list[int]) -> None:
    one, other = passphrase().encrypt(SECRET), passphrase().encrypt(SECRET)
    assert work == [2**17, 2**17]
    salts = {stored.split(b":")[2] for stored in (one, other)}
    assert len(salts) == 2
    assert all(len(salt) == 24 for salt in salts)


def test_a_process_stretches_its_passphrase_once_for_each_salt(work: list[int]) -> None:
    key = passphrase()
    stored = [key.encrypt(SECRET) for _ in range(5)]
    assert [key.decrypt(each) for each in stored] == [SECRET] * 5
    assert len(work) == 1
    later = passphrase()
    assert later.decrypt(stored[0]) == SECRET
    assert later.encrypt(SECRET).split(b":")[2] == stored[0].split(b":")[2]
    assert len(work) == 2


def test_a_passphrase_is_the_same_however_its_letters_are_encoded() -> None:
    stored = passphrase("Ābols un vējš un vēl kas").encrypt(SECRET)
    assert passphrase("A\u0304bols un ve\u0304js\u030c un ve\u0304l kas").decrypt(stored) == SECRET


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"v1:random:",
        b"v1:scrypt:",
        b"v1:scrypt:AAAA",
        b"v1:scrypt:A:token",
        b"v1:scrypt:AAAA:token",
        b"v2:random:token",
        b"\x00\xff",
    ],
)
def test_what_is_damaged_or_unknown_is_refused(stored: bytes) -> None:
    for key in (RANDOM, passphrase()):
        with pytest.raises(DecryptionError):
            key.decrypt(stored)


def test_neither_key_is_shown() -> None:
    assert repr(RANDOM) == "RandomKey()"
    assert repr(passphrase()) == "Passphrase()"
