"""What many tests share: people, a platform's services, a tool with a published template."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid5

from PIL import Image
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import joinedload, undefer

from badges.pictures import fit_logo
from config.settings import Settings
from lti_tool import jobs
from lti_tool.awarding import looks, placing
from lti_tool.conditions.tree import all_of
from lti_tool.errors import PlatformError
from lti_tool.issuing import issuer_changes, legal_identity
from lti_tool.people import sessions
from lti_tool.platforms import invitations, registrations
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import CredentialRow, Outbox, ResourceLink, TemplateVersion
from lti_tool.templates import approvals, versions
from lti_tool.values import (
    INSTRUCTOR,
    LEARNER,
    Launch,
    LineItem,
    LineItemResult,
    Member,
    NewRegistration,
    ProgressPage,
)
from lti_tool.wiring import Tool

T = TypeVar("T", bound=Any)

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until a test advances it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> datetime:
        """The new time, after the duration that the keywords of `timedelta` give."""
        self.now += timedelta(**time)
        return self.now


#: Secrets as the environment has them, of the tests alone.
SECRETS = {
    "SECRET_KEY": "a secret of the tests alone, and of no other",
    "KEY_ENCRYPTION_KEY": "MDEyMzQ1Njc4OToga25vd24gdG8gZXZlcnkgdGVzdCE",
}


def settings_for(database_url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a tool whose mails go to a subfolder of `folder`."""
    return Settings(
        **(
            {
                "tool_url": "https://badges.example.org",
                "database_url": database_url,
                "broker_url": "memory://",
                "secret_key": SECRETS["SECRET_KEY"],
                "key_encryption_key": b"0123456789: known to every test!",
                "issuer_file": ROOT / "config" / "issuer.example.toml",
                "mail_folder": folder / "mail",
                "journal_file": folder / "journal.jsonl",
            }
            | changes
        )
    )


def learner(number: int, **changes: object) -> Member:
    """A learner with that user_id."""
    return Member(
        **(
            {
                "user_id": str(number),
                "roles": (LEARNER,),
                "name": f"Learner {number}",
                "email": f"learner{number}@example.org",
            }
            | changes
        )
    )


ANNA = learner(7, name="Anna Bērziņa", email="anna@example.org")
JANIS = learner(8, name="Jānis Kalniņš", email="janis@example.org")
ZANE = Member(user_id="3", roles=(INSTRUCTOR,), name="Zane Ozola", email="zane@example.org")
#: A learner to whom restricted links stay closed.
PETERIS = learner(90, name="Pēteris Vilks", email="peteris@example.org")
#: A teaching assistant, as Moodle lists one: like any learner.
TOMS = learner(35, name="Toms Liepa", email="toms@example.org")


@dataclass
class FakePlatform:
    """A platform's services: the members of the course, those who can open the link (`inside`), the results.

    `progress` is what our plugin for Moodle answers. It is its own `connect` function. Where `trouble` is set, every
    call raises it.
    """

    everyone: list[Member] = field(default_factory=lambda: [ZANE, TOMS, ANNA, JANIS])
    inside: list[Member] = field(default_factory=lambda: [ZANE, TOMS])
    graded: list[LineItemResult] = field(default_factory=list)
    trouble: PlatformError | None = None
    progress: list[ProgressPage] = field(default_factory=list)

    def __call__(self, registration: object) -> FakePlatform:
        return self

    def members(self, url: str, resource_link_id: str | None = None) -> tuple[Member, ...]:
        if self.trouble:
            raise self.trouble
        return tuple(self.everyone if resource_link_id is None else self.inside)

    def user_ids(self, url: str, resource_link_id: str) -> Iterator[str]:
        return (member.user_id for member in self.members(url, resource_link_id))

    def completions(self, url: str) -> Iterator[ProgressPage]:
        if self.trouble:
            raise self.trouble
        return iter(self.progress)

    def ask_for_notices(self, url: str, handler: str) -> None:
        """Nothing is sent."""

    def line_items(self, url: str) -> tuple[LineItem, ...]:
        return ()

    def create_line_item(self, url: str, label: str, score_maximum: Decimal, **about: str) -> LineItem:
        if self.trouble:
            raise self.trouble
        return LineItem(id=f"{url}/made", label=label, score_maximum=score_maximum)

    def write_score(self, line_item_url: str, user_id: str, at: datetime, *, comment: str) -> None:
        if self.trouble:
            raise self.trouble

    def clear_score(self, line_item_url: str, user_id: str, at: datetime) -> None:
        if self.trouble:
            raise self.trouble

    def results(self, url: str) -> tuple[LineItemResult, ...]:
        if self.trouble:
            raise self.trouble
        return tuple(self.graded)


def launch_of(person: Member, registration_id: int, **changes: object) -> Launch:
    """A launch of resource link 1 in course 42 by that person."""
    return Launch(
        **(
            {
                "registration_id": registration_id,
                "deployment_id": "1",
                "message_type": "LtiResourceLinkRequest",
                "user_id": person.user_id,
                "name": person.name,
                "email": person.email,
                "roles": person.roles,
                "context_id": "42",
                "context_title": "Data Literacy Fundamentals",
                "resource_link_id": "1",
                "custom": {},
                "locale": "lv",
                "return_url": "https://moodle.example.org/mod/lti/return.php",
                "memberships_url": "https://moodle.example.org/members",
                "line_items_url": "https://moodle.example.org/lineitems",
                "line_item_url": None,
                "deep_linking": None,
            }
            | changes
        )
    )


NEW_REGISTRATION = NewRegistration(
    platform_id="https://moodle.example.org",
    client_id="client-1",
    auth_login_url="https://moodle.example.org/auth",
    auth_token_url="https://moodle.example.org/token",
    jwks_url="https://moodle.example.org/jwks",
    product="moodle",
    name="Riga College",
    deployment_id="1",
)


def register_once(session, now) -> int:
    """The id of the registration of NEW_REGISTRATION, which is added unless it is there."""
    new = NEW_REGISTRATION
    row = queries.platforms.registration_by_client(session, new.platform_id, new.client_id)
    return row.id if row is not None else registrations.add(session, new, now).id


def template_data() -> dict:
    """A template that lacks nothing mandatory, as read from its TOML file."""
    file = ROOT / "lti_tool" / "demo" / "templates" / "data-literacy.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def publish(tool: Tool, **fields: object) -> str:
    """The id of a template that is published now, with these fields; the issuer's legal identity is confirmed.

    The first template of an issuer has the same id in each test, and so has the second: see tests/made_once.py.
    """
    with tool.store.begin() as session:
        number = session.scalar(select(func.count(TemplateVersion.id)))
        template_id = str(uuid5(UUID(tool.issuer.id), f"template {number}"))
        row = versions.add(session, template_data() | fields, tool.clock(), template_id)
        versions.publish(row, tool.issuer.profile, tool.clock())
        legal_identity.confirm(session, tool.issuer, tool.clock())
        return row.template_id


EXAMPLE_ISSUER = tomllib.loads((ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8"))
#: The file of another issuer, which may claim what the first one may.
DAUGAVA = {
    "slug": "daugava-school",
    "name": "Daugava School",
    "legal_name": {"en": "Daugava School", "lv": "Daugavas skola"},
    "country": "LV",
    "locality": "Daugavpils",
    "registration": "40000000002",
    "timezone": "Europe/Riga",
    "accreditations": EXAMPLE_ISSUER["accreditations"],
    "authority": EXAMPLE_ISSUER["authority"],
}


@dataclass(frozen=True, kw_only=True)
class AnotherIssuer:
    """A second issuer of an installation: the key of its row, the id of its published template, and an invitation."""

    id: str
    template_id: str
    code: str


def add_another_issuer(tool: Tool) -> AnotherIssuer:
    """DAUGAVA with its keys, confirmed, with one published template, "River pilot", and an open invitation."""
    now = tool.clock()
    with tool.store.begin() as session:
        key = issuer_changes.add(session, DAUGAVA, tool.tool_url, now)
        added = tool.issuers.of(session, key)
        added.keyring.ensure_keys(session, now)
        legal_identity.confirm(session, added, now)
        data = template_data() | {"name": {"en": "River pilot", "lv": "Upes locis"}}
        row = versions.add(session, data, now, issuer_id=key)
        versions.publish(row, added.profile, now)
        code = invitations.invite(session, now, issuer_id=key)
        return AnotherIssuer(id=key, template_id=row.template_id, code=code)


def change_issuer(tool: Tool, **changes: object) -> None:
    """Changes these fields of the first issuer's profile; those that are None are removed."""
    with tool.store.begin() as session:
        body = queries.issuers.newest_version(session, tool.issuer.id).body | changes
        left = {name: value for name, value in body.items() if value is not None}
        issuer_changes.change(session, tool.issuer, left | {"slug": tool.issuer.profile.slug}, tool.clock())


PLUM = "#7a1f3d"


def drawn(
    size: tuple[int, int] = (300, 120), colour: str = "red", kind: str = "PNG", **options: Any
) -> bytes:
    """The file of a picture in one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def give_look(tool: Tool, accent: str = PLUM, logo: bytes | None = None, slug: str = "riga-college") -> None:
    """Gives an issuer this colour and logo, as its changed file would."""
    with tool.store.begin() as session:
        issuer = tool.issuers.named(session, slug)
        body = queries.issuers.newest_version(session, issuer.id).body
        data = body | {"slug": slug, "look": {"accent": accent, "logo": "logo.png"}}
        issuer_changes.change(session, issuer, data, tool.clock(), logo=fit_logo(logo or drawn()))


def change_authority(tool: Tool, **changes: object) -> None:
    """Changes these fields of the first issuer's table `authority`."""
    with tool.store.read() as session:
        authority = queries.issuers.newest_version(session, tool.issuer.id).body.get("authority", {})
    change_issuer(tool, authority=authority | changes)


def approve_waiting(tool: Tool) -> None:
    """Approves every draft that waits for approval, as the operator."""
    with tool.store.begin() as session:
        for row in queries.templates.waiting_templates(session):
            approvals.answer_by_operator(
                session, row, tool.issuer.profile, "approved", "", tool.clock(), events.operator("ieva")
            )


OPENED_TO_THEM = {"condition": "link_opened_to_them"}


def place_badge(session, tool: Tool, registration_id: int, template_id: str, *conditions, **changes) -> dict:
    """The custom parameters of a link that Zane places in the course, for a badge by these conditions."""
    request = {"message_type": "LtiDeepLinkingRequest", "resource_link_id": None}
    launch = launch_of(ZANE, registration_id, **request, **changes)
    sessions.start_session(session, launch, tool.clock())
    return dict(
        placing.place(
            session,
            queries.templates.published_template(session, template_id, registration_id),
            all_of(conditions or [OPENED_TO_THEM]),
            registration_id=registration_id,
            course_id=queries.people.course_of(session, registration_id, launch.context_id).id,
            person_id=queries.people.person_of(session, registration_id, ZANE.user_id).id,
            now=tool.clock(),
        )
    )


def make_rule(tool: Tool, template_id: str, *conditions, **changes: object) -> int:
    """The id of a rule for that template, which Zane chooses on the page of its link.

    The link itself has no parameters, as in `launch_of`. It is the first rule of the first course, so its course has
    the same id.
    """
    with tool.store.begin() as session:
        registration_id = register_once(session, tool.clock())
        launch = launch_of(ZANE, registration_id, **changes)
        sessions.start_session(session, launch, tool.clock())
        rule = placing.choose(
            session,
            session.query(ResourceLink).one(),
            queries.templates.published_template(session, template_id, registration_id),
            all_of(conditions or [OPENED_TO_THEM]),
            by_id=queries.people.person_of(session, registration_id, ZANE.user_id).id,
            now=tool.clock(),
        )
        assert rule.id == rule.course_id == 1
        return rule.id


def complete(tool, platform, course_id, *people):
    """Looks twice: the link is closed to these people at the first look, and open at the second.

    Somebody else stays outside, or nothing would be proven.
    """
    if not [
        each for each in platform.everyone if each.is_learner and each not in (*platform.inside, *people)
    ]:
        platform.everyone.append(PETERIS)
    looks.look(tool.store, platform, course_id, tool.clock())
    platform.inside += people
    looks.look(tool.store, platform, course_id, tool.clock())


def run_due_jobs(tool):
    """Runs all jobs that are due, and those that they add; recurring ones are left out."""
    while claimed := claim_due_jobs(tool):
        for _ in jobs.run_all(tool, claimed):
            pass


def claim_due_jobs(tool):
    """The jobs that are due, but for recurring ones, claimed as by a worker."""
    claimed = [
        job
        for queue in (outbox.AWARDS, outbox.DELIVERIES)
        for job in outbox.claim(tool.store, queue, tool.clock(), most=50)
    ]
    return [job for job in claimed if job.task != "sweep"]


def run_job(tool, job_id):
    """Runs the job of that id, whenever it is due, as a worker does that has claimed it."""
    with tool.store.begin() as session:
        row = session.get_one(Outbox, job_id)
        row.leased_until = tool.clock() + outbox.LEASE
        job = outbox.Job(id=row.id, task=row.task, payload=row.payload, attempts=row.attempts)
    jobs.run(tool, job)


#: For a query of credentials whose texts are read after its session has ended.
WITH_TEXTS = (
    undefer(CredentialRow.packed),
    undefer(CredentialRow.packed_base_text),
    joinedload(CredentialRow.dictionary),
)


def rows(tool: Tool, kind: type[T]) -> list[T]:
    """All rows of that kind, in the order of their keys; credentials with their texts, in the order of their awards."""
    query = select(kind).order_by(*inspect(kind).primary_key)
    if kind is CredentialRow:
        query = select(kind).options(*WITH_TEXTS).order_by(kind.award_id, kind.issued_at)
    with tool.store.read() as session:
        return list(session.scalars(query))


def results(*graded: tuple[Member, str | None]) -> list[LineItemResult]:
    """The results of these people, in points of 100; None for one that was cleared."""
    return [
        LineItemResult(
            user_id=person.user_id,
            score=None if points is None else Decimal(points) / 100,
            points=None if points is None else Decimal(points),
            maximum=Decimal(100),
        )
        for person, points in graded
    ]
