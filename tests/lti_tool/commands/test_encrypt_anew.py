"""`keys encrypt-anew`: whatever is stored encrypted is so with another KEY_ENCRYPTION_KEY, all of it or nothing."""

from __future__ import annotations

import io
from base64 import urlsafe_b64decode

import pytest
from sqlalchemy import select

from lti_tool.platforms import source_access
from lti_tool.store.database import Store
from lti_tool.store.models import Base
from lti_tool.values import Given
from signing.encryption import Passphrase, RandomKey
from signing.errors import DecryptionError
from tests.fixtures import NOW, SECRETS, register_once
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]

OLD = SECRETS["KEY_ENCRYPTION_KEY"]
OLD_KEY = RandomKey(key=urlsafe_b64decode(OLD + "="))
NEW = "bmV3OiAwMTIzNDU2Nzg5LCBrbm93biB0byBldmVyeW0"
NEW_KEY = RandomKey(key=urlsafe_b64decode(NEW + "="))


@pytest.fixture
def installed(run, environment, empty_sqlite_url):
    """An installation with keys, with a platform that has given a source a secret; its database."""
    assert run("keys", "list")[0] == 0
    store = Store(empty_sqlite_url)
    with store.begin() as session:
        given = Given(settings={}, secrets={"token": "of a platform"})
        source_access.give(
            session, register_once(session, NOW), "moodle_web_service", given, OLD_KEY.encrypt, NOW
        )
    yield store
    store.close()


@pytest.fixture
def anew(run, environment, monkeypatch):
    """A function that runs the command under a new key, with what is typed as the old one."""

    def anew(typed, new=NEW):
        environment.setenv("KEY_ENCRYPTION_KEY", new)
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        return run("keys", "encrypt-anew")

    return anew


def opened_by(store, key):
    """Where in the whole database something is stored that the key opens, as `table.column`, row by row."""
    found = []
    with store.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found += [f"{table.name}.{name}" for name, value in row.items() if is_opened(value, key)]
    return sorted(found)


def is_opened(value, key):
    stored = value.encode() if isinstance(value, str) else value
    if not isinstance(stored, bytes):
        return False
    try:
        key.decrypt(stored)
    except DecryptionError:
        return False
    return True


def test_everything_that_is_encrypted_is_so_with_the_new_key(installed, run, anew):
    before = opened_by(installed, OLD_KEY)
    assert set(before) == {
        "signing_key.vault_data",
        "tool_key.encrypted_pem",
        "source_access.encrypted_secrets",
        "installation_setting.value",
    }
    listed = run("keys", "list")[1]
    code, output, error = anew(OLD)
    assert code == 0, error
    assert output.split()[0] == str(len(before))
    assert "keep it as long as they" in error and OLD not in output + error
    assert opened_by(installed, OLD_KEY) == []
    assert opened_by(installed, NEW_KEY) == before
    assert run("keys", "list")[1] == listed
    assert "secrets_encrypted_anew" in run("events")[1]


@pytest.mark.parametrize("typed", [NEW, "passphrase: another that nobody ever had", "nonsense", ""])
def test_a_key_that_is_not_the_old_one_changes_nothing(installed, anew, typed):
    before = opened_by(installed, OLD_KEY)
    code, output, error = anew(typed)
    assert (code, output) == (2, "")
    assert "the old key" in error
    assert opened_by(installed, OLD_KEY) == before


def test_a_passphrase_can_take_the_place_of_a_key(installed, run, anew):
    words = "a text of the tests, which nobody else would write"
    assert anew(OLD, f"passphrase: {words}")[0] == 0
    assert "source_access.encrypted_secrets" in opened_by(installed, Passphrase(passphrase=words))
    assert anew(f"passphrase: {words}")[0] == 0
    assert "source_access.encrypted_secrets" in opened_by(installed, NEW_KEY)
