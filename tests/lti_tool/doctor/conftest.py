"""A real installation that is well: a database, Valkey, a mail server, TLS, DNS, a platform, an issued badge."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask

from config.settings import read_settings
from lti_tool.doctor import examine
from lti_tool.doctor.findings import Diagnosis
from lti_tool.doctor.installation import World, found_installation
from lti_tool.mails.dkim_key import read_key
from lti_tool.platforms import registrations, tool_keys
from lti_tool.store.models import Outbox, RegistrationRow
from lti_tool.tasks import Worker
from lti_tool.web import create_app, page_issuer
from lti_tool.web.current import install
from lti_tool.wiring import Tool, build_tool
from tests.fixtures import ANNA, ROOT, SECRETS, FakePlatform, complete, make_rule, publish, run_due_jobs
from tests.lti_tool.doctor.certificates import Signed, authority, certificate, server_context, write_pem
from tests.lti_tool.doctor.name_server import NameServer, running_name_server
from tests.lti_tool.doctor.site import PLATFORM_HOST, TOOL_HOST, Platform, Site, running_site

SELECTOR = "badges2026"
DOMAIN = "college.example"


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """`root` is trusted by everybody in these tests, `own` by this installation alone."""

    folder: Path
    root: Signed
    between: Signed
    own: Signed

    def context(self, host: str, **options: Any) -> Any:
        """What a server shows that has the host's certificate, signed by the one between it and the root."""
        return server_context(self.folder, certificate(host, self.between, **options))


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    root = authority("Root of the tests")
    return Authorities(
        folder=tmp_path_factory.mktemp("certificates"),
        root=root,
        between=authority("Between", root),
        own=authority("Own of the college"),
    )


@pytest.fixture(scope="session")
def running(authorities: Authorities) -> Iterator[Site]:
    with running_site(authorities.context(TOOL_HOST)) as site:
        yield site


@pytest.fixture(scope="session")
def dkim_key() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def environment_for(site: Site, database_url: str, folder: Path) -> dict[str, str]:
    """What the installation has at least."""
    return {
        **SECRETS,
        "TOOL_URL": f"https://{TOOL_HOST}:{site.port}",
        "DATABASE_URL": database_url,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(folder / "mail"),
        "VOCABULARIES_FOLDER": str(folder / "vocabularies"),
    }


def prepare(site: Site, database_url: str, folder: Path) -> None:
    """Starts a tool there, whose platform is that of the site, and which has issued a badge."""
    tool = build_tool(read_settings(environment_for(site, database_url, folder)))
    make_rule(tool, publish(tool))
    complete(tool, FakePlatform(), 1, ANNA)
    run_due_jobs(tool)
    url = f"https://{PLATFORM_HOST}:{site.port}"
    addresses = {"jwks_url": f"{url}/jwks", "auth_token_url": f"{url}/token", "platform_id": url}
    with tool.store.begin() as session:
        registrations.update(session, session.query(RegistrationRow).one().id, addresses, tool.clock())
    tool.store.close()


@pytest.fixture(scope="session")
def prepared_postgres(
    running: Site, new_postgres_database: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with new_postgres_database() as (name, url):
        prepare(running, url, tmp_path_factory.mktemp("prepared"))
        yield name


@pytest.fixture(scope="session")
def prepared_sqlite(running: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(running, f"sqlite:///{folder / 'nozimite.sqlite'}", folder)
    return folder / "nozimite.sqlite"


@dataclass(kw_only=True)
class Examined:
    """An installation that is well, until a test plants a fault in it. `tool` is that of its web process."""

    environment: dict[str, str]
    site: Site
    names: NameServer
    authorities: Authorities
    world: World
    tool: Tool
    folder: Path
    checks: dict[str, Any] = field(default_factory=dict)

    def diagnoses(self, **options: Any) -> Sequence[Diagnosis]:
        """What `doctor` says."""
        installation = found_installation(self.environment, self.world)
        found = examine(installation, **options)
        installation.close()
        return found

    def codes(self) -> set[str]:
        return {each.code for each in self.diagnoses()}

    def show(self, host: str, context: Any) -> None:
        """Has the host show another certificate."""
        self.site.contexts[host] = context

    def run_worker(self) -> Worker:
        """A worker that does what is due, until it is stopped."""
        worker = Worker(self.tool, self.environment["BROKER_URL"])
        worker.start()
        return worker

    def ask_in(self, **changes: Any) -> None:
        """Has another world around it."""
        self.world = replace(self.world, **changes)


@pytest.fixture
def names(dkim_key: bytes) -> Iterator[NameServer]:
    with running_name_server() as server:
        # Public addresses, as the world sees them; `Site.resolve` leads here, as /etc/hosts would.
        server.zone |= {
            (TOOL_HOST, "A"): ["1.2.3.4"],
            (DOMAIN, "MX"): [f"10 mx.{DOMAIN}."],
        }
        server.text(DOMAIN, "v=spf1 mx -all", "something-else=1")
        server.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=quarantine")
        published = read_key(dkim_key, DOMAIN, SELECTOR).published
        server.text(f"{SELECTOR}._domainkey.{DOMAIN}", f"v=DKIM1; k=rsa; p={published}")
        yield server


@pytest.fixture
def database_url(new_postgres_database: Callable[..., Any], prepared_postgres: str) -> Iterator[str]:
    with new_postgres_database(prepared_postgres) as (_, url):
        yield url


@pytest.fixture
def sqlite_database_url(prepared_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(prepared_sqlite, tmp_path / "nozimite.sqlite")
    (tmp_path / "nozimite.sqlite").chmod(0o600)
    return f"sqlite:///{tmp_path / 'nozimite.sqlite'}"


@pytest.fixture(scope="module")
def made_app() -> list[Flask]:
    """The application, once a test has made it: compiling its routes takes longer than examining it."""
    return []


@pytest.fixture
def new_examined(
    running: Site,
    names: NameServer,
    authorities: Authorities,
    smtp: Any,
    valkey_url: str,
    dkim_key: bytes,
    made_app: list[Flask],
    tmp_path: Path,
) -> Iterator[Callable[[str], Examined]]:
    made: list[Examined] = []

    def new(database_url: str) -> Examined:
        running.contexts = {host: authorities.context(host) for host in (TOOL_HOST, PLATFORM_HOST)}
        running.changed, running.without, running.added, running.platform = {}, (), [], Platform()
        trusted = write_pem(tmp_path / "authorities.pem", authorities.root)
        bundle = write_pem(tmp_path / "ca.pem", authorities.root, authorities.own)
        key_file = tmp_path / "dkim.pem"
        key_file.write_bytes(dkim_key)
        key_file.chmod(0o600)
        (tmp_path / "mail").mkdir(mode=0o700)
        environment = environment_for(running, database_url, tmp_path) | {
            "PATH": os.environ["PATH"],
            "BROKER_URL": valkey_url,
            "SMTP_URL": smtp.url,
            "MAIL_FROM": f"Badges <badges@{DOMAIN}>",
            "DKIM_KEY_FILE": str(key_file),
            "DKIM_SELECTOR": SELECTOR,
            "BOUNCE_ADDRESS": f"bounces@{DOMAIN}",
            "TRUSTED_PROXIES": "127.0.0.1",
            "PRIVATE_HOSTS": PLATFORM_HOST,
            "CA_BUNDLE": str(bundle),
        }
        tool = build_tool(read_settings(environment))
        with tool.store.begin() as session:
            # As if a worker had done all that was due: these tests take longer than that may wait.
            session.query(Outbox).update({Outbox.due_at: tool.clock() + timedelta(days=1)})
        if not made_app:
            made_app.append(create_app(tool))
        install(made_app[0], tool)
        page_issuer.set_up(made_app[0])
        running.tool = made_app[0]

        def keys_of_tool() -> dict[str, Any]:
            with tool.store.read() as session:
                keys = tool.issuers.first(session).keyring.tool_keys(session)
            return {
                key.kid: tool_keys.load_pem_private_key(key.pem.encode(), password=None).public_key()
                for key in keys
            }

        running.platform.tool_keys = keys_of_tool
        world = World(records=names.records(), resolve=running.resolve, authorities=trusted)
        examined = Examined(
            environment=environment,
            site=running,
            names=names,
            authorities=authorities,
            world=world,
            tool=tool,
            folder=tmp_path,
        )
        made.append(examined)
        return examined

    yield new
    for each in made:
        each.tool.store.close()


@pytest.fixture
def examined(new_examined: Callable[[str], Examined], database_url: str) -> Examined:
    """On PostgreSQL."""
    return new_examined(database_url)


@pytest.fixture
def examined_on_sqlite(new_examined: Callable[[str], Examined], sqlite_database_url: str) -> Examined:
    return new_examined(sqlite_database_url)
