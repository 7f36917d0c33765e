"""The tool is put together, on both databases, however many processes start for the first time at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from config.errors import SettingsError
from lti_tool import wiring
from lti_tool.store.database import Store
from lti_tool.store.migrations import bring_up_to_date
from lti_tool.store.models import (
    InstallationSetting,
    IssuerProfileRow,
    IssuerRow,
    Outbox,
    SigningKeyRow,
    ToolKeyRow,
)
from lti_tool.wiring import build_tool
from tests.amounts import amount
from tests.fixtures import NOW, rows, settings_for
from tests.seal_certificates import BEGINS, COLLEGE, PASSWORD, PERSON, certificate, key, pkcs12_file

AT_ONCE = amount("processes that start for the first time at once", small=3, full=12)


def test_several_processes_that_start_for_the_first_time_at_once_have_the_same_keys(
    any_empty_database_url, tmp_path
):
    settings = settings_for(any_empty_database_url, tmp_path)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tools = list(pool.map(lambda _: build_tool(settings), range(AT_ONCE)))
    tool = tools[0]
    assert sorted(row.algorithm for row in rows(tool, SigningKeyRow)) == ["Ed25519", "P-256"]
    assert len(rows(tool, ToolKeyRow)) == 1
    assert [row.version for row in rows(tool, IssuerProfileRow)] == [1]
    assert [row.name for row in rows(tool, InstallationSetting)] == ["account key", "extension"]
    assert [row.id for row in rows(tool, Outbox)] == ["sweep"]
    for tool in tools:
        tool.store.close()


class Pausing:
    """Issuers that are listed only once the test lets them: in the middle of a start, in its transaction."""

    def __init__(self, issuers):
        self.issuers, self.arrived, self.go_on = issuers, Event(), Event()
        self.database_vault = issuers.database_vault

    def all(self, session):
        self.arrived.set()
        assert self.go_on.wait(60)
        return self.issuers.all(session)


def is_anybody_waiting(store):
    with store.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() > 0


def test_a_start_waits_for_a_first_start_that_has_made_nothing_visible_yet(postgres_url, tmp_path):
    """Otherwise it would find no issuer and no LTI key either, and make its own. SQLite has one writer at a time."""
    settings, store = settings_for(postgres_url, tmp_path), Store(postgres_url)
    bring_up_to_date(store.engine)
    file = wiring._issuer_file(settings, NOW)
    issuers = wiring._issuers(settings, store, settings.tool_url)
    first = Pausing(issuers)
    with ThreadPoolExecutor(2) as pool:
        started = pool.submit(wiring._prepare, store, first, settings.tool_url, file, NOW)
        assert first.arrived.wait(60)
        other = pool.submit(wiring._prepare, store, issuers, settings.tool_url, file, NOW)
        while not is_anybody_waiting(store) and not other.done():
            time.sleep(0.01)
        first.go_on.set()
        started.result()
        other.result()
    with store.read() as session:
        assert session.query(ToolKeyRow).count() == session.query(IssuerRow).count() == 1
    store.close()


def test_a_dkim_key_that_cannot_sign_stops_the_start(sqlite_url, tmp_path):
    (tmp_path / "dkim.pem").write_text("no key")
    settings = settings_for(
        sqlite_url,
        tmp_path,
        smtp_url="smtp://localhost",
        dkim_key_file=tmp_path / "dkim.pem",
        dkim_selector="autumn",
    )
    with pytest.raises(SettingsError, match="DKIM_KEY_FILE has no private key"):
        build_tool(settings)


@pytest.mark.parametrize(
    ("password", "subject", "problem"),
    [
        ("another", COLLEGE, "SEAL_PKCS12_FILE: the password does not open the file"),
        (PASSWORD, PERSON, "SEAL_PKCS12_FILE: the certificate is that of a natural person"),
    ],
)
def test_a_seal_that_cannot_be_used_stops_the_start(sqlite_url, tmp_path, password, subject, problem):
    file = tmp_path / "seal.p12"
    file.write_bytes(pkcs12_file(key(), certificate(key(), subject)))
    settings = settings_for(sqlite_url, tmp_path, seal_pkcs12_file=file, seal_pkcs12_password=password)
    with pytest.raises(SettingsError, match=problem) as refused:
        build_tool(settings)
    assert password not in str(refused.value)


def test_a_seal_whose_time_is_over_does_not_stop_the_start(sqlite_url, tmp_path):
    """Badges are issued without it; the doctor says that it has ended."""
    file = tmp_path / "seal.p12"
    file.write_bytes(pkcs12_file(key(), certificate(key(), ends=BEGINS + timedelta(days=1))))
    settings = settings_for(
        sqlite_url, tmp_path, seal_pkcs12_file=file, seal_pkcs12_password=PASSWORD, seal_time="iat"
    )
    tool = build_tool(settings)
    assert (tool.seal.place, tool.seal.signing_time) == ("file", "iat")
    assert tool.seal.certificate().identifier == COLLEGE["organizationIdentifier"]
    assert PASSWORD not in repr(tool)
    tool.store.close()


def test_mails_are_signed_for_the_domain_of_the_sender_and_return_to_the_mailbox(sqlite_url, tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    settings = settings_for(
        sqlite_url,
        tmp_path,
        smtp_url="smtp://localhost",
        mail_from="Badges <badges@riga.example>",
        dkim_key_file=tmp_path / "dkim.pem",
        dkim_selector="autumn",
        bounce_address="bounces@riga.example",
    )
    tool = build_tool(settings)
    options = tool.issuers.channels["email"]
    assert (options.dkim.domain, options.dkim.selector) == ("riga.example", "autumn")
    assert options.return_address.of("notice-1").endswith("@riga.example")
    assert "PRIVATE" not in repr(options) and settings.secret_key not in repr(options)
    tool.store.close()
