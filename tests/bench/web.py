"""Pages and documents of a course with 3,000 learners who have the badge, with PostgreSQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from badges.pdf.certificate import certificate
from badges.pdf.content import IssuedBadge
from lti_tool.platforms import registrations
from lti_tool.platforms.key_sets import KeySets
from lti_tool.store.models import AwardRule, CredentialRow
from lti_tool.web import create_app, rate_limits
from lti_tool.wiring import Tool
from tests.bench.database_time import database_clock, vacuum
from tests.bench.installation import installation
from tests.bench.measuring import Row, figure, ratio, timed, timed_ratio
from tests.fixtures import (
    ANNA,
    NEW_REGISTRATION,
    ZANE,
    FakePlatform,
    complete,
    learner,
    place_badge,
    publish,
    run_due_jobs,
)
from tests.lti_tool.web.conftest import (
    FROM_US,
    Network,
    School,
    browser_of,
    hidden,
    visit_at_its_address,
)
from tests.many_learners import multiply

LEARNERS = 3_000
FEW = 30


def rows() -> Iterator[Row]:
    with _course(LEARNERS) as course, _course(FEW) as small:
        launch = hidden(course.school.launch(ZANE), "_launch")
        badge = f"/credentials/{course.credential_id}"
        teachers_page = _teachers_page(course, LEARNERS)

        def everybody() -> None:
            asked = {"_launch": launch, "roster": str(course.rule_id)}
            path = f"/lti/app/rules/{course.rule_id}/people"
            answer = course.school.browser.post(path, data=asked, headers=FROM_US)
            listed = re.search(r"Learners 1 to 25 of (\d+)", answer.text)
            assert listed is not None and int(listed[1]) >= LEARNERS

        def learners_link() -> None:
            assert course.school.launch(learner(7)).status_code == 200

        def badge_as_json() -> None:
            answer = course.school.browser.get(badge, headers={"Accept": "application/json"})
            assert answer.status_code == 200 and answer.is_json

        with course.tool.store.read() as session:
            row = session.get_one(CredentialRow, course.credential_id)
            png = row.template_version.picture
            issued = IssuedBadge(text=row.text, png=png, page_url="https://badges.example.org/badges/1")

        of_course = f"course with {LEARNERS:,} badges"
        yield figure(f"teacher's page, {of_course}", "ms", 40, teachers_page)
        small_page = _teachers_page(small, FEW)
        yield ratio(f"teacher's page, {of_course}", f"with {FEW}", 1.5, teachers_page, small_page)
        yield timed_ratio(
            f"teacher's page, {of_course}, inside PostgreSQL",
            f"with {FEW}",
            10,
            timed(teachers_page, database_clock(course.tool.store)),
            timed(small_page, database_clock(small.tool.store)),
        )
        yield figure(f"everybody about a badge, {of_course}", "ms", 40, everybody)
        yield figure(f"a learner opens the link, from login to page, {of_course}", "ms", 20, learners_link)
        yield figure("a badge as JSON, as it is served", "ms", 10, badge_as_json)
        yield figure("a certificate as PDF, drawn anew", "ms", 150, lambda: certificate(issued, "lv"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    tool: Tool
    school: School
    credential_id: str
    rule_id: int


def _teachers_page(course: _Course, have_it: int) -> Callable[[], None]:
    launch = hidden(course.school.launch(ZANE), "_launch")

    def open_it() -> None:
        answer = course.school.browser.post("/lti/app/course", data={"_launch": launch}, headers=FROM_US)
        counted = re.search(r"<b>(\d+)</b> <span>have it", answer.text)
        assert counted is not None and int(counted[1]) == have_it

    return open_it


@contextmanager
def _course(learners: int) -> Iterator[_Course]:
    """A course in which so many learners have the badge."""
    with installation() as installed:
        clock, network, key = installed.clock, Network(), rsa.generate_private_key(65537, 2048)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        network.table[NEW_REGISTRATION.jwks_url] = {"keys": [public | {"kid": "school", "alg": "RS256"}]}
        tool = replace(
            installed.tool,
            outgoing=network,
            key_sets=KeySets(network, lambda: clock().timestamp()),
        )
        app = create_app(tool)
        rate_limits.switch_off(app)
        visit_at_its_address(app)
        badge = publish(tool)
        with tool.store.begin() as session:
            registration = registrations.add(session, NEW_REGISTRATION, clock())
            custom = place_badge(session, tool, registration.id, badge)
        school = School(browser=browser_of(app), key=key, clock=clock, badge=badge, custom=custom)
        school.launch(ZANE)
        with tool.store.read() as session:
            rule = session.query(AwardRule).one()
            course_id, rule_id = rule.course_id, rule.id
        clock.advance(hours=1)
        complete(tool, FakePlatform(), course_id, ANNA)
        run_due_jobs(tool)
        with tool.store.read() as session:
            credential_id = session.query(CredentialRow).one().id
        multiply(tool, range(learners - 1))
        vacuum(tool.store)
        yield _Course(tool=tool, school=school, credential_id=credential_id, rule_id=rule_id)
