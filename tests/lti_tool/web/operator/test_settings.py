"""Settings on the pages of operators: what holds and where it comes from, and no secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.settings import read_settings
from config.shown import shown_settings
from lti_tool.web.current import install
from tests.config.test_settings import NEEDED, PROVIDER
from tests.fixtures import add_another_issuer
from tests.lti_tool.web.conftest import text_of

HOME = "/operator/issuers/riga-college"
SECRET = "hunter2-of-the-tests"
SECRETS = {
    "DATABASE_URL": f"postgresql+psycopg://zane:{SECRET}@db.example.org/nozimite?sslpassword={SECRET}",
    "BROKER_URL": f"redis://:{SECRET}@broker.example.org/0",
    "LIMITS_URL": f"redis://zane:{SECRET}@limits.example.org/1",
    "SMTP_URL": f"smtps://zane:{SECRET}@mail.example.org",
    "BOUNCE_SECRET": f"a long secret of the tests alone {SECRET}",
    "PKCS11_MODULE": "/usr/lib/softhsm/libsofthsm2.so",
    "PKCS11_TOKEN": "Riga",
    "PKCS11_PIN": f"{SECRET}-pin",
    **PROVIDER,
    "OIDC_CLIENT_SECRET": SECRET,
    "OIDC_ROLES": "badge-admins=owner staff=auditor:riga-college",
}


@pytest.fixture
def given():
    """The settings of an installation with every secret that there is."""
    return read_settings(NEEDED | SECRETS)


def test_no_secret_is_shown(given):
    shown = str([(each.name, each.value) for each in shown_settings(given)])
    for secret in (SECRET, NEEDED["SECRET_KEY"], NEEDED["KEY_ENCRYPTION_KEY"], "zane"):
        assert secret not in shown
    for place in ("db.example.org", "broker.example.org", "limits.example.org", "mail.example.org"):
        assert place in shown


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://zane:a/{SECRET}@db.example.org/nozimite",
        f"postgresql://zane:1?{SECRET}@db.example.org/nozimite",
        f"postgresql://zane:1#{SECRET}@db.example.org/nozimite",
        f"postgresql://zane:a@{SECRET}@db.example.org/nozimite",
        f"postgresql://db.example.org/nozimite?user=a@b&password={SECRET}",
    ],
)
def test_a_password_that_was_not_written_as_it_ought_to_be_is_not_shown_either(given, address):
    assert SECRET not in str(shown_settings(replace(given, database_url=address)))


def test_it_is_said_where_each_comes_from(given, tmp_path):
    (tmp_path / "secret").write_text("a long secret of the tests in a file of its own")
    by_file = read_settings(
        {name: value for name, value in NEEDED.items() if name != "SECRET_KEY"}
        | {
            "SECRET_KEY_FILE": str(tmp_path / "secret"),
            "POLL_SECONDS": "60",
            "PRIVATE_HOSTS": "a.example b.example",
        }
    )
    found = {each.name: (each.value, each.origin) for each in shown_settings(by_file)}
    assert found["SECRET_KEY"] == ("", "file")
    assert found["POLL_SECONDS"] == ("60", "environment")
    assert found["LOG_FORMAT"] == ("json", "default")
    assert found["LTI_UNBOUND_LAUNCH"] == ("confirm", "default")
    assert found["SELECTIVE_DISCLOSURE"] == ("no", "default")
    assert found["PRIVATE_HOSTS"] == ("a.example b.example", "environment")
    of_all = {each.name: each.value for each in shown_settings(given)}
    assert of_all["OIDC_ROLES"] == "badge-admins:owner staff:auditor:riga-college"


def test_an_auditor_reads_them(join, app, web_tool, given, published):
    install(app, replace(web_tool, settings=shown_settings(given)))
    text = text_of(join("auditor").get(f"{HOME}/settings"))
    assert "PKCS11_PIN Secret Set" in text and "LOG_FORMAT json By default" in text
    assert "A teacher's badge needs approval Yes" in text and "Europe/Riga" in text
    assert SECRET not in text


def test_a_further_issuer_reads_its_own_alone(join, app, web_tool, given):
    install(app, replace(web_tool, settings=shown_settings(given)))
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    text = text_of(join(issuer_id=other.id).get(f"/operator/issuers/{slug}/settings"))
    assert "The issuer" in text and "issuer change" in text
    assert "DATABASE_URL" not in text and "The installation" not in text
