"""A course without a database: its looks, launches and answers become observations, as the store would keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from lti_tool.conditions.decide import Decision, decide
from lti_tool.conditions.tree import Node, tree_of
from lti_tool.observations import RESTRICTION_CONFIRMED, Facts, KnownPerson, Observation, Policy
from lti_tool.sources import launches, line_item_results, member_lists, teacher
from lti_tool.sources.found import Asked, Found, LinkAsked, is_new
from lti_tool.values import INSTRUCTOR, LEARNER, Launch, LineItemResult, Member
from tests.fixtures import NOW, FakePlatform, launch_of

LINK = "1"
OPENED_TO_THEM = tree_of({"condition": "link_opened_to_them"})


@dataclass
class KnownHere:
    """What is known of the course."""

    own: Mapping[str, Sequence[Observation]]
    course: Sequence[Observation]
    api_ids: Mapping[str, str] = field(default_factory=dict)
    usernames: Mapping[str, str] = field(default_factory=dict)
    last_counts: Mapping[str, int] = field(default_factory=dict)

    def counts(self, source: str) -> Mapping[str, int]:  # as the real one has it
        return self.last_counts

    def people(self, user_ids: Sequence[str], kinds: frozenset[str]) -> Mapping[str, KnownPerson]:
        return {
            user_id: KnownPerson(own=[each for each in self.own[user_id] if each.kind in kinds])
            for user_id in user_ids
            if user_id in self.own
        }

    def everybody(self, kind: str | None = None) -> Sequence[str]:
        return [
            user_id for user_id, own in self.own.items() if any(kind in (None, each.kind) for each in own)
        ]


@dataclass
class SimulatedCourse:
    """People are named by their user_ids; `look` is ten minutes after the one before."""

    policy: Policy = field(default_factory=Policy)
    now: datetime = NOW
    observations: list[Observation] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def look(self, *, inside: str = "", outside: str = "", staff: str = "", fails: bool = False) -> None:
        """A look at the lists: each letter is a person."""
        self.now += timedelta(minutes=10)
        if fails:
            return
        members = [Member(user_id=each, roles=(LEARNER,)) for each in inside + outside]
        members += [Member(user_id=each, roles=(INSTRUCTOR,)) for each in staff]
        self._look(
            member_lists,
            FakePlatform(
                everyone=members, inside=[each for each in members if each.user_id in inside + staff]
            ),
        )

    def results(self, **scores: str) -> None:
        """A look at the column."""
        self.now += timedelta(minutes=10)
        listed = [LineItemResult(user_id=name, score=_score(score)) for name, score in scores.items()]
        self._look(line_item_results, FakePlatform(graded=listed))

    def _look(self, source: object, platform: FakePlatform) -> None:
        link = LinkAsked(id=LINK, reads=source.GIVES, line_item_url="https://moodle.example.org/lineitems/1")
        asked = Asked(
            product="moodle",
            memberships_url="https://moodle.example.org/members",
            line_items_url=None,
            links=[link],
        )
        self._add(source, source.look(asked, platform, self._known()).found)

    def opens(self, person: str, role: str = LEARNER, **changes: object) -> None:
        """A launch of the link."""
        self.now += timedelta(seconds=5)
        launch: Launch = launch_of(Member(user_id=person, roles=(role,)), 1, **changes)
        known = self._known()
        confirmed = [each for each in known.course if each.kind == "restriction_confirmed"]
        found = launches.launched(launch, confirmed[-1].seen_at if confirmed else None)
        new = [each for each in found if is_new(each, known.own.get(each.user_id, ()), launches.NAME)]
        self._add(launches, new, actor=self._id(person))

    def confirms(self, person: str, by: str = "Z") -> None:
        """A teacher confirms a learner."""
        self.now += timedelta(seconds=5)
        self._add(teacher, [teacher.confirms(person, LINK)], actor=self._id(by))

    def says_restricted(self, place: str | None = "", by: str = "Z") -> None:
        """A teacher says that the link is restricted."""
        self.now += timedelta(seconds=5)
        self._add(
            teacher, [teacher.states(RESTRICTION_CONFIRMED, LINK, {"place": place})], actor=self._id(by)
        )

    def says_removed(self, by: str = "Z") -> None:
        """A teacher says that the restriction was removed."""
        self.now += timedelta(seconds=5)
        self._add(teacher, [teacher.restriction_removed(LINK)], actor=self._id(by))

    def decide(self, person: str, rule: Node = OPENED_TO_THEM) -> Decision:
        """What the rule comes to."""
        number = self._id(person)
        facts = Facts(
            person=number,
            resource=LINK,
            now=self.now,
            own=[each for each in self.observations if each.person == number],
            course=[each for each in self.observations if each.person is None],
            policy=self.policy,
        )
        return decide(rule, facts)

    def earned(self, rule: Node = OPENED_TO_THEM) -> str:
        """Everybody who has earned it."""
        return "".join(sorted(each for each in self.ids if self.decide(each, rule).outcome == "earned"))

    def asked_about(self, rule: Node = OPENED_TO_THEM) -> dict[str, str]:
        """Everybody whom a teacher is asked about, with the code of the first part that asks."""
        decisions = {each: self.decide(each, rule) for each in sorted(self.ids)}
        return {
            each: next(part.code for part in decision.trace.leaves() if part.state == "question")
            for each, decision in decisions.items()
            if decision.outcome == "question"
        }

    def code(self, person: str, rule: Node = OPENED_TO_THEM) -> str:
        """The code of the last part of the decision about a person."""
        return self.decide(person, rule).trace.leaves()[-1].code

    def _known(self) -> KnownHere:
        people: dict[str, list[Observation]] = {}
        names = {number: name for name, number in self.ids.items()}
        for each in self.observations:
            if each.person is not None:
                people.setdefault(names[each.person], []).append(each)
        return KnownHere(own=people, course=[each for each in self.observations if each.person is None])

    def _add(self, source: object, found: object, actor: int | None = None) -> None:
        self.observations += [self._observation(each, source.NAME, actor) for each in found]

    def _observation(self, found: Found, source: str, actor: int | None) -> Observation:
        return Observation(
            course=1,
            person=None if found.user_id is None else self._id(found.user_id),
            kind=found.kind,
            resource=found.resource,
            value=found.value,
            seen_at=self.now,
            source=source,
            actor=actor,
        )

    def _id(self, name: str) -> int:
        return self.ids.setdefault(name, len(self.ids) + 1)


def _score(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def with_policy(**changes: bool) -> SimulatedCourse:
    """A course of an institution that has settled something."""
    return SimulatedCourse(policy=Policy(**changes))
