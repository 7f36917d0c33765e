"""Each fault that is planted in a real installation is found, and nothing else; its mend names what helps."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import text

from lti_tool.privacy.journal_file import JournalFile, Line
from lti_tool.store import outbox
from lti_tool.store.models import (
    AwardRule,
    IssuerProfileRow,
    LookRow,
    RegistrationRow,
    SourceAccess,
    StatusList,
)
from lti_tool.templates import versions
from tests.fixtures import ROOT, SECRETS, template_data
from tests.lti_tool.doctor.certificates import authority, certificate, server_context, write_pem
from tests.lti_tool.doctor.conftest import DOMAIN, SELECTOR, Examined
from tests.lti_tool.doctor.site import PLATFORM_HOST, TOOL_HOST
from tests.running_demo import wait

Plant = Callable[[Examined], Any]
#: A port of this machine at which nothing listens: only root could.
NOBODY = "127.0.0.1:9"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is done to the installation, the codes of all findings that come of it, and what the mend of each names."""

    name: str
    plant: Plant
    found: dict[str, str]


def setting(**changes: str) -> Plant:
    """The settings are others."""
    return lambda examined: examined.environment.update(changes)


def without(name: str) -> Plant:
    return lambda examined: examined.environment.pop(name)


def in_database(change: Callable[[Any, Examined], object]) -> Plant:
    """Something else stands in the database."""

    def plant(examined: Examined) -> None:
        with examined.tool.store.begin() as session:
            change(session, examined)

    return plant


def execute(statement: str) -> Plant:
    return in_database(lambda session, _: session.execute(text(statement)))


def record(name: str, *texts: str) -> Plant:
    """The DNS has other TXT records."""
    return lambda examined: examined.names.text(name, *texts)


def no_record(name: str, kind: str = "TXT") -> Plant:
    return lambda examined: examined.names.zone.pop((name, kind))


def served(path: str, status: int, body: bytes = b"{}") -> Plant:
    """The proxy answers this in place of the tool."""
    return lambda examined: examined.site.changed.update({path: (status, body)})


def platform(**changes: Any) -> Plant:
    def plant(examined: Examined) -> None:
        for name, value in changes.items():
            setattr(examined.site.platform, name, value)

    return plant


def shows(host: str, *, of: str = "", days: int = 90) -> Plant:
    """The host shows another certificate: of another host, or one that ends soon, or has ended."""
    return lambda examined: examined.show(host, examined.authorities.context(of or host, days=days))


def shows_half_a_chain(examined: Examined) -> None:
    """As nginx does whose ssl_certificate is cert.pem."""
    full = certificate(TOOL_HOST, examined.authorities.between)
    half = type(full)(certificate=full.certificate, key=full.key)
    examined.show(TOOL_HOST, server_context(examined.authorities.folder, half))


def shows_own(host: str) -> Plant:
    """The host shows a certificate of the college's own authority."""
    return lambda examined: examined.show(
        host, server_context(examined.authorities.folder, certificate(host, examined.authorities.own))
    )


def opened_to_others(examined: Examined) -> None:
    secret = examined.folder / "secret_key"
    secret.write_text(examined.environment.pop("SECRET_KEY"))
    secret.chmod(0o644)
    examined.environment["SECRET_KEY_FILE"] = str(secret)


def journal_copy(change: Callable[[bytes], bytes | None], hours: int = 3) -> Plant:
    """The journal has two lines, written so many hours ago; of them the copy has what `change` leaves."""

    def plant(examined: Examined) -> None:
        own, copy = examined.folder / "journal.jsonl", examined.folder / "copy" / "journal.jsonl"
        at = examined.world.clock() - timedelta(hours=hours)
        with JournalFile(own, bytes(32)).opened() as file:
            file.append(
                [Line(position=number, entry=f"{number}", kind="erased", at=at, data={}) for number in (1, 2)]
            )
        copy.parent.mkdir()
        if (content := change(own.read_bytes())) is not None:
            copy.write_bytes(content)
        examined.environment |= {"JOURNAL_FILE": str(own), "JOURNAL_COPY": str(copy)}

    return plant


def own_authority(days: int) -> Plant:
    """CA_BUNDLE has an authority that ends then, beside those that are needed."""

    def plant(examined: Examined) -> None:
        known = examined.authorities
        file = write_pem(
            examined.folder / "other.pem", known.root, authority("Old of the college", days=days)
        )
        examined.environment["CA_BUNDLE"] = str(file)

    return plant


def stopped_worker(examined: Examined) -> None:
    """Work became due after the worker had stopped, ten minutes ago."""
    with examined.tool.store.begin() as session:
        outbox.add(session, "issue", {"award_id": 1}, examined.tool.clock() - timedelta(minutes=10))
    worker = examined.run_worker()
    wait(lambda: _due(examined) == 0)
    assert worker.stop()
    with examined.tool.store.begin() as session:
        outbox.add(session, "sweep", {}, examined.tool.clock() - timedelta(minutes=10))


def _due(examined: Examined) -> int:
    with examined.tool.store.read() as session:
        health = outbox.health(session, outbox.AWARDS, examined.tool.clock())
    return health.waiting


def given_up(examined: Examined) -> None:
    now = examined.tool.clock()
    with examined.tool.store.begin() as session:
        job_id = outbox.add(session, "issue", {"award_id": 1}, now)
    outbox.give_up(examined.tool.store, job_id, now, "a test")


def late_mails(session: Any, examined: Examined) -> None:
    outbox.add(session, "deliver", {"delivery_id": 1}, examined.tool.clock() - timedelta(minutes=20))


def unread_course(session: Any, examined: Examined) -> None:
    rule = session.query(AwardRule).one()
    rule.trouble = {"sentence": "{host} cannot be reached", "about": {"host": "lms.example.org"}}
    began_at = examined.tool.clock() - timedelta(days=2)
    failed = LookRow(
        course_id=rule.course_id,
        source="member_lists",
        began_at=began_at,
        outcome="failed",
        ended_at=began_at,
    )
    session.add(failed)


def refused_message(session: Any, examined: Examined) -> None:
    registration_id = session.query(RegistrationRow).one().id
    now = examined.tool.clock()
    given = SourceAccess(registration_id=registration_id, source="xapi", refused_at=now, changed_at=now)
    session.add(given)


def accreditation(days: int) -> Plant:
    """The issuer's only accreditations end then."""

    def change(session: Any, examined: Examined) -> None:
        row = session.query(IssuerProfileRow).order_by(IssuerProfileRow.id.desc()).first()
        ends = (examined.tool.clock() + timedelta(days=days)).date().isoformat()
        changed = [each | {"valid_until": ends} for each in row.body["accreditations"][:1]]
        row.body = {**row.body, "accreditations": changed}

    return in_database(change)


def overdue_review(session: Any, examined: Examined) -> None:
    """A template that was to be reviewed yesterday."""
    yesterday = (examined.tool.clock() - timedelta(days=2)).date().isoformat()
    row = versions.add(session, template_data(), examined.tool.clock(), issuer_id=examined.tool.issuer.id)
    versions.publish(row, examined.tool.issuer.profile, examined.tool.clock())
    row.body = row.body | {"review_date": yesterday}


def other_clock(examined: Examined) -> None:
    examined.ask_in(clock=lambda: datetime.now(UTC) + timedelta(minutes=5))


def behind(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=seconds), usegmt=True)


FAULTS = [
    Fault(
        name="a secret is too short",
        plant=setting(SECRET_KEY="short"),
        found={"setting_refused": "SECRET_KEY"},
    ),
    Fault(
        name="another key-encryption key",
        plant=setting(KEY_ENCRYPTION_KEY="QW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ"),
        found={"keys_not_opened": "KEY_ENCRYPTION_KEY"},
    ),
    Fault(
        name="the address was changed",
        plant=setting(TOOL_URL="https://elsewhere.example.org"),
        found={"address_changed": "issuer move", "host_unknown": "TOOL_URL"},
    ),
    Fault(
        name="the address is that of this machine",
        plant=setting(TOOL_URL="http://localhost:9"),
        found={"address_changed": "issuer move", "only_this_machine": "TOOL_URL"},
    ),
    Fault(
        name="the issuer's file has another slug",
        plant=lambda examined: examined.environment.update(
            ISSUER_FILE=str(_changed_issuer(examined, 'slug = "riga-college"', 'slug = "another"'))
        ),
        found={"issuer_file_refused": "issuer move"},
    ),
    Fault(
        name="the address of the terms was changed",
        plant=setting(EXTENSION_URL="https://terms.example.org"),
        found={"terms_moved": "extension move"},
    ),
    Fault(
        name="the key for mails is none",
        plant=lambda examined: (examined.folder / "dkim.pem").write_text("no key"),
        found={"dkim_key_refused": "DKIM_KEY_FILE"},
    ),
    Fault(
        name="no proxy is named",
        plant=without("TRUSTED_PROXIES"),
        found={"proxy_not_named": "TRUSTED_PROXIES"},
    ),
    Fault(
        name="a file with a secret is open to others",
        plant=opened_to_others,
        found={"file_open_to_others": "chmod 0600"},
    ),
    Fault(
        name="an own authority has ended",
        plant=own_authority(-3),
        found={"own_authority_ended": "CA_BUNDLE"},
    ),
    Fault(name="an own authority ends", plant=own_authority(9), found={"own_authority_ends": "CA_BUNDLE"}),
    Fault(
        name="the disk is nearly full",
        plant=lambda examined: (
            examined.environment.pop("SMTP_URL"),
            examined.ask_in(free_bytes=lambda folder: 20_000_000 if folder.name == "mail" else 10**12),
        ),
        found={"disk_nearly_full": "Free some room", "mails_not_sent": "SMTP_URL"},
    ),
    Fault(
        name="the journal is not copied",
        plant=journal_copy(lambda _own: None),
        found={"journal_copy_missing": "JOURNAL_COPY"},
    ),
    Fault(
        name="the copy of the journal is behind",
        plant=journal_copy(lambda own: own[: len(own) // 2 + 9]),
        found={"journal_copy_behind": "JOURNAL_FILE"},
    ),
    Fault(
        name="the copy is of another journal",
        plant=journal_copy(lambda own: own + b"0 {}"),
        found={"journal_copy_of_another": "journal check"},
    ),
    Fault(
        name="the database does not answer",
        plant=setting(DATABASE_URL="postgresql+psycopg://nozimite:a-password@localhost:9/nozimite"),
        found={"database_unreachable": "DATABASE_URL"},
    ),
    Fault(
        name="there is no database",
        plant=setting(DATABASE_URL="sqlite:////nowhere/nozimite.sqlite"),
        found={"database_missing": "migrate"},
    ),
    Fault(
        name="the database was never started on",
        plant=execute("DROP TABLE alembic_version"),
        found={"database_empty": "migrate"},
    ),
    Fault(
        name="the database is of a later version",
        plant=execute("UPDATE alembic_version SET version_num = '9999'"),
        found={"database_of_later_version": "later version"},
    ),
    Fault(
        name="the broker does not answer",
        plant=setting(BROKER_URL=f"redis://{NOBODY}/0", LIMITS_URL="memory://"),
        found={"broker_unreachable": "BROKER_URL"},
    ),
    Fault(
        name="the counts of visitors are away",
        plant=setting(LIMITS_URL=f"redis://{NOBODY}/1"),
        found={"limits_unreachable": "LIMITS_URL"},
    ),
    Fault(name="the worker has stopped", plant=stopped_worker, found={"worker_missing": "lti_tool worker"}),
    Fault(name="mails are late", plant=in_database(late_mails), found={"queue_late": "lti_tool worker"}),
    Fault(name="a job was given up", plant=given_up, found={"jobs_given_up": "work retry --all"}),
    Fault(
        name="the name leads into the college",
        plant=lambda examined: examined.names.zone.update({(TOOL_HOST, "A"): ["10.1.2.3"]}),
        found={"host_private": "public address"},
    ),
    Fault(
        name="the name stands in /etc/hosts alone",
        plant=no_record(TOOL_HOST, "A"),
        found={"host_known_here_alone": "AAAA record"},
    ),
    Fault(
        name="there is no such name",
        plant=lambda examined: examined.ask_in(resolve=_nowhere),
        found={"host_unknown": "AAAA record", "platform_unreachable": PLATFORM_HOST},
    ),
    Fault(
        name="nothing listens at the port",
        plant=lambda examined: examined.ask_in(resolve=_closed),
        found={"port_closed": "firewall", "platform_unreachable": PLATFORM_HOST},
    ),
    Fault(
        name="the certificate has ended",
        plant=shows(TOOL_HOST, days=-2),
        found={"certificate_ended": "certbot renew"},
    ),
    Fault(
        name="the certificate ends soon",
        plant=shows(TOOL_HOST, days=3),
        found={"certificate_ends_soon": "certbot renew"},
    ),
    Fault(
        name="the certificate is of another host",
        plant=shows(TOOL_HOST, of="www.example.org"),
        found={"certificate_of_another_host": "server_name"},
    ),
    Fault(
        name="the chain is broken",
        plant=shows_half_a_chain,
        found={"certificate_not_trusted": "fullchain.pem"},
    ),
    Fault(
        name="the certificate is of an own authority",
        plant=shows_own(TOOL_HOST),
        found={"certificate_of_own_authority": "public authority"},
    ),
    Fault(
        name="something else answers",
        plant=served("/healthz", 502, b"Bad Gateway"),
        found={"tool_not_there": "proxy_pass"},
    ),
    Fault(
        name="the proxy keeps old keys for platforms",
        plant=served("/lti/jwks.json", 200, b'{"keys": [{"kid": "old"}]}'),
        found={"key_set_differs": "docker/nginx/nozimite.conf"},
    ),
    Fault(
        name="the DID document is another's",
        plant=served("/issuers/riga-college/did.json", 200, b'{"id": "did:web:elsewhere.example.org"}'),
        found={"did_differs": "Host"},
    ),
    Fault(
        name="the status list asks for a login",
        plant=lambda examined: examined.site.changed.update(
            {f"/status/{_status_list(examined)}": (401, b"{}")}
        ),
        found={"status_list_unreadable": "/status/"},
    ),
    Fault(
        name="the context was changed on the way",
        plant=served("/eu-micro-credential/v1/context.jsonld", 200, b'{"@context": {}}'),
        found={"context_differs": "extension move"},
    ),
    Fault(
        name="the proxy forbids frames",
        plant=lambda examined: examined.site.added.append(("X-Frame-Options", "SAMEORIGIN")),
        found={"frames_refused": "X-Frame-Options"},
    ),
    Fault(
        name="the proxy has a policy of its own",
        plant=lambda examined: examined.site.added.append(
            ("Content-Security-Policy", "frame-ancestors 'self'")
        ),
        found={"frames_refused": "Content-Security-Policy"},
    ),
    Fault(
        name="the proxy does not insist on TLS",
        plant=lambda examined: setattr(examined.site, "without", ("Strict-Transport-Security",)),
        found={"hsts_missing": "Strict-Transport-Security"},
    ),
    Fault(name="mails are not sent", plant=without("SMTP_URL"), found={"mails_not_sent": "SMTP_URL"}),
    Fault(
        name="the mail server does not answer",
        plant=setting(SMTP_URL=f"smtp://{NOBODY}"),
        found={"mail_server_unreachable": "SMTP_URL"},
    ),
    Fault(
        name="the mail server offers no login",
        plant=lambda examined: examined.environment.update(
            SMTP_URL=examined.environment["SMTP_URL"].replace("smtp://", "smtp://nozimite:a-password@")
        ),
        found={"mail_login_not_offered": "smtp+starttls://"},
    ),
    Fault(
        name="the sender is nobody",
        plant=setting(MAIL_FROM="Badges <badges@localhost>"),
        found={"sender_unknown": "MAIL_FROM"},
    ),
    Fault(
        name="the name servers are silent",
        plant=lambda examined: setattr(examined.names, "is_silent", True),
        found={"dns_silent": "/etc/resolv.conf", "mail_dns_silent": "/etc/resolv.conf"},
    ),
    Fault(
        name="no SPF",
        plant=record(DOMAIN, "something-else=1"),
        found={"spf_missing": "v=spf1"},
    ),
    Fault(
        name="two SPF records",
        plant=record(DOMAIN, "v=spf1 mx -all", "v=spf1 a -all"),
        found={"spf_several": "into one"},
    ),
    Fault(
        name="SPF says that nobody sends",
        plant=record(DOMAIN, "v=spf1 -all"),
        found={"spf_sends_nothing": "v=spf1 mx -all"},
    ),
    Fault(
        name="SPF lets everybody",
        plant=record(DOMAIN, "v=spf1 mx +all"),
        found={"spf_lets_everybody": "-all"},
    ),
    Fault(
        name="SPF that cannot be read",
        plant=record(DOMAIN, "v=spf1 include:nothing.example mx -all"),
        found={"spf_unreadable": "10 look-ups"},
    ),
    Fault(
        name="SPF does not name the college's own mail server",
        plant=lambda examined: (
            examined.names.zone.update({(f"mail.{DOMAIN}", "A"): ["1.2.3.9"]}),
            # No such host is reached from here, which is one more finding.
            examined.environment.update(SMTP_URL=f"smtp://mail.{DOMAIN}"),
        ),
        found={"spf_lacks_server": f"a:mail.{DOMAIN}", "mail_server_unreachable": "SMTP_URL"},
    ),
    Fault(
        name="no DKIM key",
        plant=no_record(f"{SELECTOR}._domainkey.{DOMAIN}"),
        found={"dkim_missing": "DKIM_KEY_FILE"},
    ),
    Fault(
        name="another DKIM key",
        plant=record(f"{SELECTOR}._domainkey.{DOMAIN}", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"),
        found={"dkim_of_another_key": "DKIM_SELECTOR"},
    ),
    Fault(name="no DMARC", plant=no_record(f"_dmarc.{DOMAIN}"), found={"dmarc_missing": "v=DMARC1"}),
    Fault(
        name="a DMARC record without a policy",
        plant=record(f"_dmarc.{DOMAIN}", "v=DMARC1; rua=mailto:postmaster@college.example"),
        found={"dmarc_unreadable": "v=DMARC1"},
    ),
    Fault(
        name="nobody takes what comes back",
        plant=no_record(DOMAIN, "MX"),
        found={"returned_mails_lost": "BOUNCE_ADDRESS"},
    ),
    Fault(
        name="the platform's keys end in an error",
        plant=platform(status=500),
        found={"platform_keys_refused": "--jwks-url"},
    ),
    Fault(
        name="the platform's keys are of another kind",
        plant=platform(keys=[{"kty": "oct", "kid": "p1"}]),
        found={"platform_keys_unusable": "--jwks-url"},
    ),
    Fault(
        name="the platform knows other keys of the tool",
        plant=platform(tool_keys=dict),
        found={"platform_gives_no_token": "platforms invite"},
    ),
    Fault(
        name="the platform grants less",
        plant=platform(refused=("contextmembership.readonly",)),
        found={"platform_grants_less": "Names and Role Provisioning"},
    ),
    Fault(
        name="the platform's clock is wrong",
        plant=lambda examined: setattr(examined.site.platform, "date", behind(300)),
        found={"platform_clock_differs": "timedatectl"},
    ),
    Fault(
        name="the platform is in the private network",
        plant=without("PRIVATE_HOSTS"),
        found={"platform_private": f"PRIVATE_HOSTS={PLATFORM_HOST}"},
    ),
    Fault(
        name="the platform's authority is not known",
        plant=lambda examined: (
            shows_own(PLATFORM_HOST)(examined),
            examined.environment.update(CA_BUNDLE=str(examined.folder / "authorities.pem")),
        ),
        found={"platform_not_trusted": "CA_BUNDLE"},
    ),
    Fault(
        name="a course could not be read",
        plant=in_database(unread_course),
        found={"platform_not_read": "courses show"},
    ),
    Fault(
        name="the platform uses an old address",
        plant=in_database(
            lambda session, _: setattr(
                session.query(RegistrationRow).one(), "tool_url", "https://old.example.org"
            )
        ),
        found={"platform_uses_old_address": "https://old.example.org/lti/"},
    ),
    Fault(
        name="the platform's messages have another secret",
        plant=in_database(refused_message),
        found={"platform_messages_refused": "platforms source set"},
    ),
    Fault(
        name="nobody has confirmed the issuer",
        plant=execute("UPDATE issuer_profile SET confirmed_at = NULL"),
        found={"issuer_not_confirmed": "issuer confirm riga-college"},
    ),
    Fault(
        name="an accreditation has ended",
        plant=accreditation(-10),
        found={"accreditation_ended": "ISSUER_FILE"},
    ),
    Fault(name="an accreditation ends", plant=accreditation(20), found={"accreditation_ends": "ISSUER_FILE"}),
    Fault(
        name="a review is overdue", plant=in_database(overdue_review), found={"reviews_overdue": "Reviews"}
    ),
    Fault(name="the machine's clock is wrong", plant=other_clock, found={"clocks_differ": "timedatectl"}),
]


def _nowhere(*_: object, **__: object) -> list[Any]:
    raise OSError("there is no such host")


def _closed(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
    return [(2, 1, 6, "", ("127.0.0.2", port))]


def _changed_issuer(examined: Examined, old: str, new: str) -> Any:
    content = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    assert old in content
    file = examined.folder / "issuer.toml"
    file.write_text(content.replace(old, new), encoding="utf-8")
    return file


def _status_list(examined: Examined) -> int:
    with examined.tool.store.read() as session:
        return session.query(StatusList).one().id


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_with_its_mend(examined: Examined, fault: Fault) -> None:
    fault.plant(examined)
    found = examined.diagnoses()
    assert {each.code for each in found} == fault.found.keys(), found
    for each in found:
        assert fault.found[each.code] in each.mend
    for secret in (*SECRETS.values(), "a-password"):
        assert secret not in str(found)


def test_there_are_many_of_them() -> None:
    assert len({code for fault in FAULTS for code in fault.found}) >= 50


@pytest.fixture
def new_mail_server(free_port: Callable[[], int]) -> Iterator[Callable[..., str]]:
    """A function that starts another mail server, and gives its host and port."""
    started = []

    def new(**options: Any) -> str:
        controller = Controller(None, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        started.append(controller)
        return f"127.0.0.1:{controller.port}"

    yield new
    for controller in started:
        controller.stop()


def test_a_wrong_password_for_the_mail_server_is_found(
    examined: Examined, new_mail_server: Callable[..., str]
) -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    address = new_mail_server(authenticator=refuse, auth_require_tls=False)
    examined.environment["SMTP_URL"] = f"smtp://nozimite:wrong-password@{address}"
    found = examined.diagnoses()
    assert [each.code for each in found] == ["mail_login_refused"]
    assert "SMTP_URL" in found[0].mend
    assert "wrong-password" not in str(found)


def test_a_mail_server_whose_certificate_is_not_trusted_is_found(
    examined: Examined, new_mail_server: Callable[..., str]
) -> None:
    address = new_mail_server(tls_context=examined.authorities.context("mx.college.example"))
    examined.environment["SMTP_URL"] = f"smtp+starttls://{address}"
    assert examined.codes() == {"mail_server_not_trusted"}


@pytest.fixture
def own_mail_server(examined: Examined, new_mail_server: Callable[..., str]) -> Examined:
    """The mail server of the college has a certificate of the college's own authority, for its right name."""
    shown = server_context(examined.folder, certificate("localhost", examined.authorities.own))
    port = new_mail_server(tls_context=shown).rpartition(":")[2]
    examined.environment["SMTP_URL"] = f"smtp+starttls://localhost:{port}"
    return examined


def test_a_mail_server_of_an_authority_that_is_not_known_is_found(own_mail_server: Examined) -> None:
    own_mail_server.environment["CA_BUNDLE"] = str(own_mail_server.folder / "authorities.pem")
    (found,) = own_mail_server.diagnoses()
    assert found.code == "mail_server_not_trusted"
    assert "CA_BUNDLE" in found.mend


def test_a_mail_server_of_the_colleges_own_authority_is_trusted(own_mail_server: Examined) -> None:
    assert own_mail_server.codes() == set()


def test_what_answers_without_tls_is_found(examined: Examined) -> None:
    """As where a listener of nginx lacks the word ssl: at another address of this machine, and the same port."""
    site = examined.site

    def resolve(host: str, port: int, **options: Any) -> list[tuple[Any, ...]]:
        return [(2, 1, 6, "", ("127.0.0.2", port))] if host == TOOL_HOST else site.resolve(host, port)

    class Plain(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1024)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.2", site.port), Plain) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        examined.ask_in(resolve=resolve)
        (found,) = examined.diagnoses()
        server.shutdown()
    assert found.code == "tls_fails"
    assert "docker/nginx/nozimite.conf" in found.mend


def test_a_worker_that_runs_again_is_no_finding(examined: Examined) -> None:
    stopped_worker(examined)
    assert examined.codes() == {"worker_missing"}
    worker = examined.run_worker()
    try:
        wait(lambda: _due(examined) == 0)
        assert examined.codes() == set()
    finally:
        worker.stop()
