"""Plain values that one part of the tool hands to another: no database rows, no objects of a framework."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlsplit

from lti_tool.observations.roles import TEST_USER as TEST_USER
from lti_tool.observations.roles import Standing, may_write, standing
from signing.json_text import Json as Json

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


#: The issuers of copies of hosted Canvas that are there to try things in: with the courses, people and grades of the
#: real one, as they were a week or a month ago. Nothing that happens there is to be awarded.
TEST_PLATFORMS = frozenset({"https://canvas.beta.instructure.com", "https://canvas.test.instructure.com"})

#: The largest number of a row: PostgreSQL answers a larger one with an error.
MAX_ID = 2**31 - 1
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether databases and logs take the text: it has no NUL, and no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def secret_hash(secret: str) -> str:
    """SHA-256 in hex of a random token or code: only this is stored, so the database alone opens nothing.

    Enough for long random secrets; it would not be for passwords.
    """
    return sha256(secret.encode()).hexdigest()


def origin_of(url: str) -> str:
    """The origin of a web address as browsers compare it: scheme, host and port; empty where `url` is none.

    A host with other letters is in its `xn--` form, and the usual port is left out. It may stand in a header.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _ascii_host(parts.hostname)
    # In a Content-Security-Policy a semicolon or a space would begin another directive or source.
    if not re.fullmatch(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]", host):
        return ""
    usual_port = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual_port) else "")


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The registration of the tool as one client of a platform; (platform_id, client_id) identifies it.

    `deployments` are those whose launches are accepted; None for any.
    """

    id: int
    platform_id: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    token_audience: str | None = None
    product: str = ""
    name: str = ""
    embed_origins: tuple[str, ...] = ()
    disabled: bool = False
    deployments: frozenset[str] | None = None

    @property
    def is_test(self) -> bool:
        """Whether the platform is a copy of another, to try things in."""
        return self.platform_id in TEST_PLATFORMS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegistration:
    """A registration before it is stored, from Dynamic Registration or from a command."""

    platform_id: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    token_audience: str | None = None
    product: str = ""
    name: str = ""
    deployment_id: str | None = None
    embed_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolKey:
    """An RSA key that the tool signs LTI messages with. `pem` is the private key in PKCS#8."""

    kid: str
    pem: str = field(repr=False)
    current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLinkingSettings:
    """The settings of a deep linking request, for the response to it."""

    return_url: str
    data: str | None = None
    accept_multiple: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A validated LTI message. A missing claim is None or empty; a variable that was not expanded counts as missing.

    `unexpanded` are the names of the custom parameters whose variable the platform left as it was. `api_user_id` and
    `api_course_id` are the ids by which the platform's own API, and its events, name the person and the course.
    `username` is by what the person logs in to the platform, as `claims.comparable_username` has it. `for_user_id` is
    the user_id of the learner whose work the person reviews from the gradebook.
    """

    registration_id: int
    deployment_id: str
    message_type: str
    user_id: str | None
    name: str | None
    email: str | None
    roles: tuple[str, ...]
    context_id: str | None
    context_title: str
    resource_link_id: str | None
    custom: Mapping[str, str]
    locale: str | None
    return_url: str | None
    memberships_url: str | None
    line_items_url: str | None
    line_item_url: str | None
    deep_linking: DeepLinkingSettings | None
    completions_url: str | None = None
    notices_url: str | None = None
    notice_types: tuple[str, ...] = ()
    acting_for_other: bool = False
    timezone: str | None = None
    product: str = ""
    unexpanded: tuple[str, ...] = ()
    api_user_id: str | None = None
    api_course_id: str | None = None
    username: str | None = None
    for_user_id: str | None = None

    @property
    def standing(self) -> Standing:
        """What the person is in the course; an administrator acting as somebody else is neither staff nor learner."""
        return "neither" if self.acting_for_other else standing(self.roles)

    @property
    def is_learner(self) -> bool:
        """Whether the person is a learner of this course, and neither staff, nor a test user, nor acting as one."""
        return self.standing == "learner"

    @property
    def is_teacher(self) -> bool:
        """Whether the person is staff of this course."""
        return self.standing == "staff"

    @property
    def may_write_templates(self) -> bool:
        """Whether the person may write, publish and place badges: never while they act as somebody else."""
        return not self.acting_for_other and may_write(self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a course as the Names and Role Provisioning Service lists them; roles are full URIs.

    `api_id`: the id that the platform's own API has of them, as far as the platform tells it. `username`: by what they
    log in to it, as `claims.comparable_username` has it, as far as it tells that.
    """

    user_id: str
    roles: tuple[str, ...]
    name: str | None = None
    email: str | None = None
    active: bool = True
    api_id: str | None = None
    username: str | None = None

    @property
    def standing(self) -> Standing | Literal["absent"]:
        """What the person is in the course; absent where they are listed but no longer take part."""
        return standing(self.roles) if self.active else "absent"

    @property
    def is_learner(self) -> bool:
        """Whether the person takes part as a learner, and is neither staff nor a teacher's test user."""
        return self.standing == "learner"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItemResult:
    """A learner's result on a line item; `score` is result over maximum, 0 to 1, None where there is none.

    `points` of `maximum` is the same as the platform keeps it.
    """

    user_id: str
    score: Decimal | None
    points: Decimal | None = None
    maximum: Decimal | None = None
    comment: str | None = None
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityProgress:
    """How far somebody is in an activity of a course, by its id on the platform.

    `state`: `incomplete`, `complete`, `passed` or `failed`; another where the platform has one that we do not know.
    `overridden`: somebody set it by hand, `overridden_by` who, by their id there.
    """

    activity: str
    state: str
    overridden: bool = False
    overridden_by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTotal:
    """Somebody's grade in the whole course, from 0 to 1, and when it was given, as far as the platform says."""

    score: Decimal
    graded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerProgress:
    """When somebody completed a course, how far they are in its activities, and whether a grade of theirs is hidden.

    `total`: their grade in the whole course, None where they have none.
    """

    user_id: str
    completed_at: datetime | None
    activities: tuple[ActivityProgress, ...] = ()
    has_hidden_grade: bool = False
    total: CourseTotal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionCriterion:
    """What a course asks for before it counts as completed: `activity`, `grade`, `date` and others of the platform.

    `activity`: the id of the activity it is about. `needs_pass`: whether that one has to be passed.
    """

    kind: str
    activity: str | None = None
    needs_pass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseActivity:
    """An activity of a course whose completion is tracked. `needs_pass`: whether it has to be passed for that.

    `link`: its resource link, where it is one of an LTI tool.
    """

    id: str
    name: str
    needs_pass: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """What completing a course asks for, and what can be completed in it.

    `is_total_stale`: the course total is to be calculated anew. `totals`: the ids of the grade items of the total.
    """

    criteria: tuple[CompletionCriterion, ...]
    is_total_stale: bool = False
    activities: tuple[CourseActivity, ...] = ()
    totals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPage:
    """A part of the learners of a course, at `as_of` by the platform's clock; the first part has the `course` too."""

    as_of: datetime
    learners: tuple[LearnerProgress, ...]
    course: CourseProgress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeItem:
    """Somebody's grade in one column of a gradebook, by the platform's own web service; `score` from 0 to 1.

    `kind`: `course` for the course total, `mod` for an activity, and others of the platform. `activity` is the id of
    the activity. `is_stale`: the grade is to be calculated anew.
    """

    kind: str
    activity: str | None
    score: Decimal | None
    graded_at: datetime | None
    is_hidden: bool
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A line item of the Assignment and Grade Services; `id` is its URL."""

    id: str
    label: str
    score_maximum: Decimal
    resource_link_id: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAward:
    """A person's newest award of an achievement, whatever its status, by the rule and course that awarded it.

    `valid_until` is the end of its credential, `is_suspended` whether that is suspended.
    """

    id: int
    person_id: int
    rule_id: int
    course_id: int | None
    status: str
    earned_at: datetime
    valid_until: datetime | None
    is_suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What somebody who awards by hand gives as evidence; each part may be empty, but not all.

    `name`: what it is. `text`: what it shows, in Markdown. `url`: where it is. `sha256`: of a file, in hexadecimal.
    """

    name: str = ""
    text: str = ""
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """On which decision an award for prior learning rests. All as text: moments in ISO 8601, `assessors` a number.

    `level_reference`: of the decision by which the level is recognised; "" where none is claimed. `identity`: how it
    was checked who the learner is, as `lti_tool.prior_learning.agreement` has it.
    """

    reference: str
    decided_at: str
    assessed_at: str
    level_reference: str
    assessors: str
    identity: str


#: Who says at which level an outcome was met: a grade, a teacher, or those who assessed prior learning.
LevelBy = Literal["grade", "teacher", "assessors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLevel:
    """At which level of the template an outcome was met, both by their numbers from 1, and by whose word.

    Of a grade also its `score`, from 0 to 1, and the moment that it counts from, in ISO 8601.
    """

    outcome: int
    level: int
    by: LevelBy
    score: str = ""
    at: str = ""

    def as_json(self) -> Json:
        """The level as it is kept with an award."""
        return {name: value for name, value in asdict(self).items() if value != ""}


def stated_levels(kept: Iterable[Mapping[str, Any]]) -> tuple[StatedLevel, ...]:
    """The levels that are kept with an award."""
    return tuple(StatedLevel(**each) for each in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardToIssue:
    """An award with what its credential says of it and of its learner."""

    id: int
    subject_id: str
    issuer_id: str
    template_version_id: int
    status: str
    score: Decimal | None
    assessed_at: datetime | None
    earned_at: datetime
    name: str | None
    email: str | None
    language: str | None
    evidence: Sequence[Mapping[str, str]] = ()
    recognition: Mapping[str, str] | None = None
    parts: Sequence[Mapping[str, Any]] = ()
    outcome_levels: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgePart:
    """A badge as a part of another one: `credential` is the id of the credential where it is of this site, else `id`.

    `name` is what it is called, by language; `und` is a language that is not known.
    """

    name: Mapping[str, str]
    credential: str = ""
    id: str = ""

    def as_json(self) -> Json:
        """The part as it is kept with an award."""
        which = {"credential": self.credential} if self.credential else {"id": self.id}
        return {**which, "name": dict(self.name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentCredential:
    """The newest credential of an award, by its id; `in_use` unless it was ended without another in its place."""

    id: str
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardState:
    """How it stands with an award: its status, its learner's address, and the credential that is in use.

    `outcome_levels` as the award has them.
    """

    status: str
    email: str | None
    credential_id: str | None
    outcome_levels: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """An issuer as a mail names it: its name, the address to answer to, if it has one, and its postal address.

    `accent`: the issuer's colour as "#7a1f3d", which white words can be read on; empty where it has chosen none.
    `logo_url`: its logo, the same for all readers; empty without one.
    """

    name: str
    email: str | None = None
    postal_address: str = ""
    accent: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPolicy:
    """What the institution has settled for its mails.

    `attach_badge`: the mail that awards a badge brings the picture itself, and not only the address of its page. The
    picture holds the learner's name, so a mailbox that several people read is better without. `opening` and `closing`:
    paragraphs of its own in that mail, by language, as `lti_tool.mails.own_texts` has them.
    """

    attach_badge: bool = True
    opening: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFacts:
    """What a mail says of a badge beside its name: its first and last day at the issuer's, and some of its elements.

    `level` is as the picture has it, "EQF 4 · LKI 4"; empty where there is none. `workload_hours` and `credits` (ECTS)
    are None where the template does not say them.
    """

    issued_on: date
    last_day: date | None = None
    level: str = ""
    workload_hours: Decimal | None = None
    credits: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BakedBadge:
    """A picture (`png`) with the secured credential baked in, and what a delivery says about it.

    `picture_url`: the picture without a credential, the same for everybody. `why` it was made: it may take the place of
    an earlier one. `mail_policy` is the issuer's.
    """

    credential_id: str
    name: str
    issuer: Letterhead
    page_url: str
    picture_url: str
    facts: BadgeFacts
    png: bytes = field(repr=False)
    why: Literal["first", "again", "replaced", "reissued"] = "first"
    mail_policy: MailPolicy = MailPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeNotice:
    """What became of a learner's badge, as a mail tells it.

    `reason` is what a teacher typed, `last_day` the end of the validity of a badge that expires soon. `picture_url` is
    that of a BakedBadge. `unsubscribe_url`: where the learner refuses reminders; empty where it is none. `part_of`: the
    names of larger badges that the learner does not have yet, and for which one that expires has to be valid.
    """

    kind: Literal["revoked", "mistake", "suspended", "reinstated", "expires"]
    badge: str
    issuer: Letterhead
    page_url: str
    picture_url: str
    reason: str = ""
    last_day: date | None = None
    unsubscribe_url: str = field(default="", repr=False)
    part_of: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsInCourse:
    """What waits for a teacher in a course, as a mail tells it: about one `badge`, "" where it is about none.

    `number` counts what the field of the TeacherMail says.
    """

    course: str
    course_url: str | None
    number: int
    badge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedGrades(WaitsInCourse):
    """Grades that were changed or cleared after the badge was awarded to `number` learners by them.

    `below_minimum` is how many of them no longer reach the minimum.
    """

    below_minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The person whom a badge or a mail is delivered to; `language` is the one to write in."""

    name: str
    email: str | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherMail:
    """A mail to a teacher about what waits for them; `reference` identifies it. It names no learner.

    `questions`, about whole links, and `to_confirm` count learners without the badge; `names` learners who stated
    theirs, `corrections` those who ask for one; `undelivered` badges that could not be made, or have not reached their
    learners; `unread` the whole days in which the platform has told nothing of the course; `expiring` the days until
    the quality assurance of a badge ends.
    `at_once`: it is about one course, and came as soon as there was something; others are about all, once a day.
    `unsubscribe_url`: where the teacher refuses such mails.
    """

    recipient: Recipient
    issuer: Letterhead
    questions: Sequence[WaitsInCourse]
    changes: Sequence[ChangedGrades]
    names: Sequence[WaitsInCourse] = ()
    corrections: Sequence[WaitsInCourse] = ()
    to_confirm: Sequence[WaitsInCourse] = ()
    undelivered: Sequence[WaitsInCourse] = ()
    unread: Sequence[WaitsInCourse] = ()
    expiring: Sequence[WaitsInCourse] = ()
    at_once: bool = False
    reference: str
    unsubscribe_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalMail:
    """A mail about the approval of a teacher's template. `badge` is its name, `issuer` whose badge it is.

    `what`: asked, to an approver, with the `url` of the answer; to the teacher approved, declined with the `reason`, or
    expired where nobody answered. `teacher` is their name, "" where it is not known; `course_url` the course's page.
    `days`: for how many the request can be answered.
    """

    what: Literal["asked", "approved", "declined", "expired"]
    recipient: Recipient
    badge: str
    issuer: Letterhead
    course: str
    days: int
    teacher: str = ""
    url: str = field(default="", repr=False)
    course_url: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateMail:
    """What happened in an application to have prior learning recognised (`matter`), for whoever has applied.

    `badge`: what they have applied for. `url`: of the application's page. `reference`: of the decision, where there is
    one. `last_day`: on which they can appeal.
    """

    recipient: Recipient
    issuer: Letterhead
    matter: str
    badge: str
    url: str
    reference: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMail:
    """What an operator has to do now in an application for recognition of prior learning (`matter`).

    `badge`: what is applied for; `url`: of the application's page; `account_url`: where they say that they want no
    such mails. Nobody who has applied is named.
    """

    recipient: Recipient
    issuer: Letterhead
    matter: str
    badge: str
    url: str
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMail:
    """That an `organisation`, or whoever controls a `domain`, has answered about a badge, for its learner.

    One of the two is empty. `url`: of the page where the answer is. `unsubscribe_url`: where the learner refuses them.
    """

    recipient: Recipient
    issuer: Letterhead
    badge: str
    organisation: str
    domain: str
    url: str
    unsubscribe_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMail:
    """Whether a `badge` of a learner `counts` as a `part` of a pathway, and the `reason`, for the one who asked.

    `whole`: the larger badge of the pathway. `url`: of the page with the learner's pathways.
    """

    recipient: Recipient
    issuer: Letterhead
    counts: bool
    badge: str
    part: str
    whole: str
    reason: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMail:
    """A mail with a code to an address, in the name of the `issuer`; the code works for so many `minutes`.

    `purpose`: what it opens, as `lti_tool.people.addresses` has it; "" for the badges of a learner.
    """

    recipient: Recipient
    issuer: Letterhead
    code: str = field(repr=False)
    minutes: int
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostMail:
    """A mail to a learner whose badges reach a `site` that they chose no more, such as the one called `badge`.

    `cause` is the code of a HostError. `url`: the page with the places for their badges.
    """

    recipient: Recipient
    issuer: Letterhead
    site: str
    badge: str
    cause: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackMail:
    """A mail that asks a learner what became of the badge called `badge`. `url`: its page, where the questions are.

    `picture_url` is that of a BakedBadge. `unsubscribe_url`: where the learner refuses such mails.
    """

    recipient: Recipient
    issuer: Letterhead
    badge: str
    picture_url: str
    url: str = field(repr=False)
    unsubscribe_url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReview:
    """A badge whose template is to be reviewed by a day; `owner` is a department or a position, empty where none is."""

    badge: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMail:
    """A reminder of reviews to an address of an issuer. `stops`: nobody can begin with those that are overdue."""

    recipient: Recipient
    issuer: Letterhead
    overdue: Sequence[DueReview]
    soon: Sequence[DueReview]
    stops: bool
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of a delivery; `reference` identifies it at the other side (a Message-ID, a file)."""

    channel: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on their platform a learner's badge can be shown: their id there, and what their course and its link have.

    `completions_url` is that of the course, where our plugin for Moodle is installed; `column_url` is the line item
    that shows who has the badge.
    """

    user_id: str
    link_id: str
    completions_url: str | None
    column_url: str | None


#: Opens a secret as it is stored. Raises DecryptionError.
Decrypt = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseCopy:
    """A course that was made as a copy of others, by their ids on the platform."""

    context_id: str
    title: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a source of observations is given to be used on a platform: settings in the open, and secrets, by name."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a source was given for a platform, and on top of it for one course: settings, and secrets, encrypted.

    What was given for the course comes last in `encrypted`, and counts where both have a value of the same name.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    encrypted: Sequence[bytes] = field(default=(), repr=False)

    def secrets(self, decrypt: Decrypt) -> Mapping[str, str]:
        """The secrets by name. Raises DecryptionError where KEY_ENCRYPTION_KEY is not the one of then."""
        values: dict[str, str] = {}
        for stored in self.encrypted:
            values |= json.loads(decrypt(stored))
        return values
