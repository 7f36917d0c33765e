"""What happens in that installation: a bit of everything that is stored, done by what does it in a running tool."""

from __future__ import annotations

from lti_tool.awarding import awards, by_hand, looks, permissions
from lti_tool.bulk_acts import work
from lti_tool.mails.teacher_choices import MailChoice
from lti_tool.observations import Policy
from lti_tool.operators import accounts, identities, passkeys
from lti_tool.operators.openid import Identity
from lti_tool.people import addresses, identity_checks, own_badges, sessions, share_links, teacher_mails
from lti_tool.people.share_links import WantedLink
from lti_tool.platforms import invitations, source_access
from lti_tool.privacy import erasure, journal
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import Award, AwardRule, MailRefusal, Person
from lti_tool.templates import approvals, versions
from lti_tool.values import Given
from lti_tool.wiring import Tool
from tests.fixtures import (
    ANNA,
    JANIS,
    ZANE,
    Clock,
    FakePlatform,
    add_another_issuer,
    change_issuer,
    complete,
    drawn,
    give_look,
    launch_of,
    learner,
    make_rule,
    publish,
    run_due_jobs,
    template_data,
)
from tests.release.installation import SECRET_KEY

ROOT = events.operator("root")
LIGA = learner(11, name="Līga Zariņa", email="liga@example.org", username="liga")
LAUMA = learner(12, name="Lauma Krūmiņa", email="lauma@example.org")
MARTA = learner(13, name="Marta Siliņa", email=None)
ELZA = learner(14, name="Elza Ābola", email="elza@example.org")
EVA = learner(15, name="Eva Rozīte", email="eva@example.org")
#: What stands in a course besides those who complete something; each is seen, and asked about.
OTHERS = [learner(number) for number in range(20, 24)]


class Story:
    """Goes on in the database of one tool after another, as where settings were changed between two starts."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.platform = FakePlatform(everyone=[ZANE, ANNA, JANIS, LIGA, LAUMA, MARTA, ELZA, EVA, *OTHERS])
        self.rule_id = 0

    def with_revocation(self, tool: Tool) -> None:
        """Badges that are issued, revoked, corrected, erased; where STATUS_PURPOSE is revocation."""
        self.rule_id = make_rule(tool, publish(tool, validity={"months": 12}))
        self._complete(tool, ANNA, JANIS, LIGA)
        with tool.store.begin() as session:
            anna, janis, liga = (self._award(session, each) for each in (ANNA, JANIS, LIGA))
            awards.revoke(session, anna, "Awarded by mistake", self.clock(), ROOT)
            session.get_one(Person, janis.person_id).name = "Jānis Bērzs"
            awards.correct(session, janis, self.clock(), ROOT)
            gone = liga.person_id
        run_due_jobs(tool)
        erasure.erase(tool, [gone], ROOT)
        self._learners_say(tool)
        self._institution_does(tool)

    def with_suspension(self, tool: Tool) -> None:
        """Badges that are suspended, and valid again; then an award that is not issued yet, and open questions."""
        self._complete(tool, LAUMA, MARTA)
        with tool.store.begin() as session:
            for each in (LAUMA, MARTA):
                awards.suspend(session, self._award(session, each), "Being looked into", self.clock(), ROOT)
            awards.reinstate(session, self._award(session, MARTA), self.clock.advance(minutes=5), ROOT)
        self._teachers_ask(tool)
        run_due_jobs(tool)
        self._give_up(tool)
        self.platform.inside.append(ELZA)
        looks.look(tool.store, self.platform, self.rule_id, self.clock.advance(minutes=10))
        # All others at once, as where a teacher has opened the link for everybody: that is asked.
        self.platform.inside = list(self.platform.everyone)
        looks.look(tool.store, self.platform, self.rule_id, self.clock.advance(minutes=10))
        journal.write_journal(tool)

    def _complete(self, tool: Tool, *people: object) -> None:
        self.clock.advance(hours=1)
        complete(tool, self.platform, self.rule_id, *people)
        run_due_jobs(tool)
        self.clock.advance(hours=1)

    def _award(self, session, member) -> Award:
        person = queries.people.person_of(session, 1, member.user_id)
        return session.query(Award).filter_by(person_id=person.id).one()

    def _learners_say(self, tool: Tool) -> None:
        now = self.clock.advance(minutes=1)
        with tool.store.begin() as session:
            sessions.start_session(session, launch_of(JANIS, 1), now)
            award = self._award(session, JANIS)
            janis, me = award.person_id, events.person(award.person_id)
            wanted = WantedLink(with_name=True, lifetime=None)
            own_badges.claim_badge(session, award.id, now, me)
            own_badges.ask_correction(session, award, "It is Bērziņš", now, me)
            share_links.make_link(session, award, wanted, SECRET_KEY, now, me)
            addresses.save_proof(session, janis, "janis@home.example", now, me)
            identity_checks.begin(session, award.credential.id, now)
            queries.identity_checks.refuse(session, janis, now)
            session.add(MailRefusal(person_id=janis, kind="expiry", refused_at=now))

    def _institution_does(self, tool: Tool) -> None:
        now = self.clock.advance(minutes=1)
        give_look(tool, logo=drawn((64, 64)))
        other = add_another_issuer(tool)
        with tool.store.begin() as session:
            issuer, daugava = tool.issuer, tool.issuers.of(session, other.id)
            retired = versions.add(session, template_data(), now)
            versions.publish(retired, issuer.profile, now)
            versions.retire(retired, now)
            permissions.permit(session, daugava, 1, None, now)
            invitations.invite(session, now)
            given = Given(secrets={"token": "of nobody"})
            source_access.give(session, 1, "moodle_web_service", given, tool.encrypt, now)
            for kind in ("lti", "Ed25519"):
                issuer.keyring.rotate(session, kind, now, ROOT)
            ieva = accounts.make_account(session, "Ieva", accounts.new_handle(), now)
            accounts.give_role(session, ieva, issuer.id, "owner", now, ROOT)
            shown = {"iss": "https://login.example.org", "sub": "1", "name": "Ieva", "claims": {}}
            identities.bind(session, ieva, Identity(authenticated_at=now, **shown), now)
            made = passkeys.Registered(
                credential_id="AQ", public_key=b"\x01", sign_count=0, transports=["usb"]
            )
            passkeys.add(session, ieva, made, "A key of steel", now)

    def _teachers_ask(self, tool: Tool) -> None:
        now = self.clock.advance(minutes=1)
        change_issuer(tool, awarding={"two_award_by_hand": True})
        with tool.store.begin() as session:
            rule = session.get_one(AwardRule, self.rule_id)
            zane = queries.people.person_of(session, 1, ZANE.user_id).id
            eva = queries.people.person_of(session, 1, EVA.user_id).id
            two = Policy(two_award_by_hand=True)
            by_hand.award_by_hand(session, rule, eva, "Seen at work", [], zane, two, now)
            asked = work.Asked(kind="resend", reason="", once="1", by=events.person(zane))
            award = self._award(session, JANIS)
            work.begin_with_awards(session, tool.issuers, rule, asked, [award.id], now)
            teacher_mails.choose(session, zane, rule.course_id, MailChoice(frequency="at_once"), now)
            queries.mails.save_mailed_matter(session, rule.id, "to_confirm", zane, [eva], now)
            draft = versions.add(session, template_data(), now, course_id=rule.course_id)
            approvals.publish_or_ask(session, draft, tool.issuer.profile, now, events.person(zane))

    def _give_up(self, tool: Tool) -> None:
        with tool.store.begin() as session:
            job_id = outbox.add(session, "issue", {"award_id": 0}, self.clock() + outbox.LEASE)
        outbox.give_up(tool.store, job_id, self.clock(), "a test")
