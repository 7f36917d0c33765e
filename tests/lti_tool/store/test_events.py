"""Each act is one event, in the transaction that does it; the log hears of it once it is committed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from badges.schemas import EXTENSION_SCHEMA
from lti_tool.awarding import awards, confirmations, looks, rule_changes
from lti_tool.catalogue import listing
from lti_tool.conditions.page import Line, Statement
from lti_tool.deliveries import CHANNELS, dispatch
from lti_tool.errors import DeliveryError
from lti_tool.issuing import issuance, issuer_changes, legal_identity, lti_keys, recovery_sheet
from lti_tool.people import sessions, share_links
from lti_tool.platforms import invitations, registrations
from lti_tool.publishing import extension_address
from lti_tool.publishing.exports import record_export
from lti_tool.store import events, queries
from lti_tool.store.models import (
    Approval,
    Award,
    AwardRule,
    Course,
    Delivery,
    Question,
    RegistrationRow,
    ShareLink,
    SigningKeyRow,
    TemplateVersion,
)
from lti_tool.templates import approval_requests, approvals, versions
from lti_tool.values import secret_hash
from lti_tool.wiring import Tool, build_tool
from signing.document_loader import find_context
from tests.fixtures import (
    ANNA,
    JANIS,
    NEW_REGISTRATION,
    PETERIS,
    TOMS,
    ZANE,
    FakePlatform,
    complete,
    launch_of,
    make_rule,
    place_badge,
    publish,
    settings_for,
    template_data,
)

ROOT = Path(__file__).parents[3]
ROOT_ACCOUNT = events.operator("root")
AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}


class CannotBeCommitted(Exception):
    """What a test lets a commit fail with."""


@dataclass
class Story:
    """A tool, and all that was told to the follower of its events."""

    tool: Tool
    platform: FakePlatform = field(
        default_factory=lambda: FakePlatform(everyone=[ZANE, TOMS, ANNA, JANIS, PETERIS])
    )
    told: list[events.Act] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    def events(self) -> list[events.Act]:
        with self.tool.store.read() as session:
            return list(queries.events.events(session))

    def person(self, session, member):
        return queries.people.person_of(session, only_id(session, RegistrationRow), member.user_id).id


@contextmanager
def failing_commits(tool):
    """Every transaction with an event in it fails when it is committed."""

    def fail(session):
        if any(isinstance(row, events.Event) for row in (*session.new, *session.identity_map.values())):
            raise CannotBeCommitted

    event.listen(tool.store._sessions, "before_commit", fail)
    yield
    event.remove(tool.store._sessions, "before_commit", fail)


def in_transaction(act: Callable[..., Any]) -> Callable[[Story], Any]:
    """The act, done in one transaction; it gets the story, its session and the time."""

    def done(story: Story) -> Any:
        with story.tool.store.begin() as session:
            return act(story, session, story.tool.clock())

    return done


def only_id(session, kind):
    """The id of the only row of a table; PostgreSQL gives no id twice, so not always 1."""
    return session.query(kind).one().id


def template(session, status="published"):
    return session.query(TemplateVersion).filter_by(status=status).order_by(TemplateVersion.id).first()


def key(session, status=None):
    found = session.query(SigningKeyRow).filter_by(algorithm="P-256", retired_at=None)
    return found.order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid).first().kid


def rule(session):
    return session.query(AwardRule).order_by(AwardRule.id).first()


def award(story, session, member=ANNA):
    return session.query(Award).filter_by(person_id=story.person(session, member)).one()


def keep(story, name, value):
    story.kept[name] = value
    return value


def make_sheet(story, session, now):
    keyring = story.tool.issuer.keyring
    story.kept["sheet"] = recovery_sheet.make_sheet(session, keyring, "Riga", "", now, ROOT_ACCOUNT)


def restore(story, session, now):
    sheet = story.kept["sheet"]
    content = recovery_sheet.read_sheet(sheet.page, sheet.code)
    nothing = recovery_sheet.SincePrinted(compromised={}, revoked=())
    recovery_sheet.restore(session, story.tool.issuer.keyring, content, nothing, now, ROOT_ACCOUNT)


def served(url):
    return EXTENSION_SCHEMA.read_bytes() if url.endswith("schema.json") else find_context(url).encode()


def place(*conditions):
    def act(story, session, now):
        registration_id = only_id(session, RegistrationRow)
        story.kept["custom"] = place_badge(
            session, story.tool, registration_id, template(session).template_id, *conditions
        )

    return in_transaction(act)


@in_transaction
def launch(story, session, now):
    custom = story.kept["custom"]
    sessions.start_session(
        session, launch_of(ZANE, only_id(session, RegistrationRow), custom=custom), now, "cookie"
    )


def end_session(story, session, now):
    *_, newest = sessions.running(session, now)
    for _ in range(2):
        sessions.revoke(session, newest, now, ROOT_ACCOUNT)


def settle(change):
    def act(story, session, now):
        proposed = queries.rules.proposed_version(session, rule(session).id)
        change(session, rule(session), proposed.id, story.person(session, ZANE), now)

    return in_transaction(act)


def on_rule(change, *more):
    return in_transaction(
        lambda story, session, now: change(session, rule(session), *more, story.person(session, ZANE), now)
    )


def look(*inside):
    def act(story):
        platform = story.platform
        platform.inside = [*platform.inside[:2], *inside]
        with story.tool.store.read() as session:
            course_id = only_id(session, Course)
        looks.look(story.tool.store, platform, course_id, story.tool.clock.advance(minutes=10))

    return act


def confirm(*members, by=ZANE):
    def act(story, session, now):
        ids = [story.person(session, member) for member in members]
        by_id = story.person(session, by)
        confirmations.confirm_learners(session, rule(session), ids, by_id, story.tool.issuer.policy, now)

    return in_transaction(act)


def answer(said):
    def act(story, session, now):
        row = session.query(Question).order_by(Question.id.desc()).first()
        named = [int(each) for each in row.people]
        by_id = story.person(session, ZANE)
        policy = story.tool.issuer.policy
        confirmations.answer_question(session, rule(session), row.id, said, named, by_id, policy, now)

    return in_transaction(act)


def issue(member):
    def act(story):
        with story.tool.store.read() as session:
            award_id = award(story, session, member).id
        issuance.issue(story.tool.store, story.tool.issuers, [award_id], story.tool.clock())

    return act


def deliver(story):
    with story.tool.store.read() as session:
        delivery_id = session.query(Delivery).one().id
    dispatch.deliver(
        story.tool.store, story.tool.issuers, story.tool.connect, delivery_id, story.tool.clock()
    )


def deliver_in_vain(story):
    def refuse(*_):
        raise DeliveryError("the address does not exist", permanent=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CHANNELS["mail_folder"], "deliver", refuse)
        deliver(story)


def on_award(change, *more):
    return in_transaction(
        lambda story, session, now: change(session, award(story, session), *more, now, events.person(1))
    )


@in_transaction
def share(story, session, now):
    wanted = share_links.WantedLink(with_name=True, lifetime=None)
    link = share_links.make_link(session, award(story, session), wanted, "secret", now, events.person(1))
    assert share_links.token_of(link, "secret")


def end_links(session, of_award, now, by):
    for link in session.query(ShareLink).all():
        share_links.end_link(session, of_award, link.id, now, by)


def put_in_catalogue(s, session, now):
    listing.put_in(session, s.tool.issuer, template(session).template_id, now, ROOT_ACCOUNT)


def take_out_of_catalogue(s, session, now):
    listing.take_out(session, s.tool.issuer, template(session).template_id, now, ROOT_ACCOUNT)


def ask_for_approval(story, session, now):
    profile = story.tool.issuer.profile
    approvals.publish_or_ask(session, template(session, "draft"), profile, now, events.person(None))


def answer_link(said):
    """Anna Bērziņa's name stands in the reason, and in no event."""

    def act(story, session, now):
        row = session.query(Approval).filter(Approval.approver != "").order_by(Approval.id.desc()).first()
        row.code_hash = secret_hash("code")
        session.flush()
        approvals.answer_by_link(session, story.tool.issuer.profile, "code", said, "Ask Anna Bērziņa.", now)

    return in_transaction(act)


def let_expire(story, session, now):
    approvals.expire(session, now + timedelta(days=7))


def on_registration(change, *more):
    return in_transaction(
        lambda story, session, now: change(
            session, only_id(session, RegistrationRow), *more, now, ROOT_ACCOUNT
        )
    )


@in_transaction
def add_another(story, session, now):
    new = replace(NEW_REGISTRATION, client_id="another")
    story.kept["another"] = registrations.add(session, new, now, ROOT_ACCOUNT).id


@in_transaction
def remove_another(story, session, now):
    registrations.remove(session, story.kept["another"], now, ROOT_ACCOUNT)


DEMANDS = [{"condition": "confirmed"}]
RESTRICTED = Statement(
    kind="restriction_confirmed", resource="1", value={"place": "section 1"}, told=Line(code="saved")
)
UNCONFIRMED = []

#: Acts in an order in which they are possible, and the events that each records.
#: The issuer as it is after its profile has changed.
CHANGED_PROFILE = {
    **tomllib.loads((ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")),
    "legal_name": {"en": "Riga University"},
}

ACTS: list[tuple[str, Callable[[Story], Any], list[str]]] = [
    (
        "a key is made",
        in_transaction(lambda s, session, now: s.tool.issuer.keyring.make_key(session, "P-256", now)),
        ["key_made"],
    ),
    (
        "the key for platforms is rotated",
        in_transaction(lambda s, session, now: s.tool.issuer.keyring.rotate(session, "lti", now)),
        ["key_made"],
    ),
    (
        "the old key for platforms is retired",
        in_transaction(lambda s, session, now: lti_keys.retire(session, "lti", now)),
        ["key_retired"],
    ),
    (
        "the key for platforms is compromised",
        in_transaction(
            lambda s, session, now: lti_keys.mark_compromised(
                session, s.tool.issuer.keyring, "lti", None, now
            )
        ),
        ["key_compromised", "key_made"],
    ),
    (
        "a key is retired",
        in_transaction(lambda s, session, now: s.tool.issuer.keyring.retire(session, key(session), now)),
        ["key_retired"],
    ),
    (
        "a key is rotated",
        in_transaction(lambda s, session, now: s.tool.issuer.keyring.rotate(session, "P-256", now)),
        ["key_retired", "key_made"],
    ),
    (
        "a key is compromised",
        in_transaction(
            lambda s, session, now: s.tool.issuer.keyring.mark_compromised(session, key(session), None, now)
        ),
        ["key_compromised", "key_made"],
    ),
    ("the recovery sheet is printed", in_transaction(make_sheet), ["recovery_sheet_made"]),
    ("the issuer is restored", in_transaction(restore), ["issuer_restored"]),
    (
        "the EU terms are moved",
        in_transaction(
            lambda s, session, now: extension_address.change_base_url(
                session, "https://words.example.org", served, now
            )
        ),
        ["extension_moved"],
    ),
    (
        "a platform is invited",
        in_transaction(
            lambda s, session, now: keep(s, "code", invitations.invite(session, now, ROOT_ACCOUNT))
        ),
        ["platform_invited"],
    ),
    (
        "a platform is registered",
        lambda s: invitations.register(
            s.tool.store, s.kept["code"], s.tool.clock, lambda: replace(NEW_REGISTRATION, name="Riga")
        ),
        ["registered"],
    ),
    (
        "its registration is updated",
        on_registration(registrations.update, {"name": "Riga Technical College"}),
        ["registration_updated"],
    ),
    ("it is updated to what it is", on_registration(registrations.update, {"product": "moodle"}), []),
    ("it is disabled", on_registration(registrations.disable), ["registration_disabled"]),
    ("it is disabled again", on_registration(registrations.disable), []),
    ("it is enabled", on_registration(registrations.enable), ["registration_enabled"]),
    ("it is enabled again", on_registration(registrations.enable), []),
    ("a deployment is listed", on_registration(registrations.list_deployment, "2"), ["deployment_listed"]),
    ("it is listed again", on_registration(registrations.list_deployment, "2"), []),
    (
        "only listed deployments are allowed",
        on_registration(registrations.allow_only_listed),
        ["deployments_restricted"],
    ),
    ("that is said again", on_registration(registrations.allow_only_listed), []),
    (
        "any deployment is allowed",
        on_registration(registrations.allow_any_deployment),
        ["deployments_opened"],
    ),
    ("that is said again, too", on_registration(registrations.allow_any_deployment), []),
    (
        "a deployment is unlisted",
        on_registration(registrations.unlist_deployment, "2"),
        ["deployment_unlisted"],
    ),
    ("another platform is registered", add_another, ["registered"]),
    ("it is removed", remove_another, ["registration_removed"]),
    (
        "a template is begun",
        in_transaction(lambda s, session, now: versions.add(session, template_data(), now)),
        ["template_begun"],
    ),
    (
        "a template is edited",
        in_transaction(
            lambda s, session, now: versions.save_draft(
                template(session, "draft"), template(session, "draft").body | {"workload_hours": "82"}, now
            )
        ),
        ["template_edited"],
    ),
    (
        "it is edited again at once",
        in_transaction(lambda s, session, now: versions.set_picture(template(session, "draft"), None, now)),
        [],
    ),
    (
        "a template gets a picture the next day",
        in_transaction(
            lambda s, session, now: versions.set_picture(
                template(session, "draft"), None, now + timedelta(days=1)
            )
        ),
        ["template_edited"],
    ),
    (
        "a template is published",
        in_transaction(
            lambda s, session, now: versions.publish(template(session, "draft"), s.tool.issuer.profile, now)
        ),
        ["template_published"],
    ),
    (
        "a template is copied",
        in_transaction(lambda s, session, now: versions.copy(session, template(session), now)),
        ["template_copied"],
    ),
    ("a teacher asks for approval of a draft", in_transaction(ask_for_approval), ["approval_asked"]),
    ("it is asked again", in_transaction(ask_for_approval), []),
    (
        "the draft is changed",
        in_transaction(
            lambda s, session, now: versions.save_draft(
                template(session, "draft"), template(session, "draft").body | {"workload_hours": "84"}, now
            )
        ),
        ["template_edited", "approval_withdrawn"],
    ),
    ("approval is asked for again", in_transaction(ask_for_approval), ["approval_asked"]),
    (
        "the request is withdrawn",
        in_transaction(
            lambda s, session, now: approval_requests.withdraw(
                session, template(session, "draft"), now, ROOT_ACCOUNT
            )
        ),
        ["approval_withdrawn"],
    ),
    ("approval is asked for once more", in_transaction(ask_for_approval), ["approval_asked"]),
    ("an approver declines", answer_link("declined"), ["template_declined"]),
    ("and then approves", answer_link("approved"), ["approval_refused"]),
    ("approval is asked for after that", in_transaction(ask_for_approval), ["approval_asked"]),
    ("nobody answers for a week", in_transaction(let_expire), ["approval_expired"]),
    (
        "the operator approves",
        in_transaction(
            lambda s, session, now: approvals.answer_by_operator(
                session,
                template(session, "draft"),
                s.tool.issuer.profile,
                "approved",
                "",
                now,
                ROOT_ACCOUNT,
            )
        ),
        ["template_approved", "template_published"],
    ),
    (
        "the approved template is copied",
        in_transaction(lambda s, session, now: versions.copy(session, template(session), now)),
        ["template_copied"],
    ),
    (
        "a draft is deleted",
        in_transaction(
            lambda s, session, now: versions.delete_draft(session, template(session, "draft"), now)
        ),
        ["template_deleted"],
    ),
    (
        "a template is exported",
        in_transaction(
            lambda s, session, now: record_export(
                session, "template", "template", template(session).template_id, now, ROOT_ACCOUNT
            )
        ),
        ["exported"],
    ),
    ("a badge is placed", place(), ["launched", "placed"]),
    ("its link is launched", launch, ["rule_changed", "launched"]),
    ("it is launched again", launch, ["launched"]),
    ("the operator ends the session", in_transaction(end_session), ["session_revoked"]),
    ("a teacher sets what is asked for", on_rule(rule_changes.set_demands, DEMANDS), ["rule_changed"]),
    ("and sets it back", on_rule(rule_changes.set_demands, UNCONFIRMED), ["rule_changed"]),
    ("another rule is placed", place(AT_LEAST_60), ["launched", "placed"]),
    ("the activity asks for it", launch, ["rule_change_proposed", "launched"]),
    ("a teacher declines the change", settle(rule_changes.decline_change), ["rule_change_declined"]),
    ("a further one is placed", place({"condition": "opened_it_themselves"}), ["launched", "placed"]),
    ("the activity asks for that", launch, ["rule_change_proposed", "launched"]),
    ("a teacher confirms the change", settle(rule_changes.confirm_change), ["rule_changed"]),
    ("the first rule is placed again", place(), ["launched", "placed"]),
    ("the activity asks for it again", launch, ["rule_change_proposed", "launched"]),
    ("the change back is confirmed", settle(rule_changes.confirm_change), ["rule_changed"]),
    ("a rule is paused", on_rule(rule_changes.pause), ["paused"]),
    ("a rule is resumed", on_rule(rule_changes.resume), ["resumed"]),
    (
        "the restriction is confirmed",
        on_rule(confirmations.state, RESTRICTED),
        ["restriction_confirmed"],
    ),
    ("a look finds all outside", look(), []),
    ("a learner comes in while another is outside", look(ANNA), ["awarded"]),
    ("the last one comes in", look(ANNA, JANIS, PETERIS), ["asked"]),
    ("some are outside again", look(ANNA), ["question_closed"]),
    ("all are inside once more", look(ANNA, JANIS, PETERIS), ["asked"]),
    ("a teacher answers", answer("removed"), ["answered"]),
    ("another answers too late", answer("completed"), ["answer_refused"]),
    ("nobody can confirm themselves", confirm(ZANE), ["confirmation_refused"]),
    ("a teacher wants to confirm each", on_rule(rule_changes.set_demands, DEMANDS), ["rule_changed"]),
    ("a look finds some outside", look(ANNA), []),
    ("one more comes in", look(ANNA, JANIS), []),
    ("a teacher confirms them", confirm(JANIS), ["confirmed", "awarded"]),
    (
        "an issuer's profile changes",
        in_transaction(
            lambda s, session, now: issuer_changes.change(
                session, s.tool.issuer, CHANGED_PROFILE, now, ROOT_ACCOUNT
            )
        ),
        ["issuer_changed"],
    ),
    ("the issuer's identity is not confirmed yet", issue(ANNA), ["issuing_waits"]),
    ("nor is it at the next attempt", issue(ANNA), []),
    (
        "the issuer is confirmed",
        in_transaction(
            lambda s, session, now: legal_identity.confirm(session, s.tool.issuer, now, ROOT_ACCOUNT)
        ),
        ["issuer_confirmed"],
    ),
    ("a credential is issued", issue(ANNA), ["issued"]),
    ("it is not issued twice", issue(ANNA), []),
    ("a badge cannot be delivered", deliver_in_vain, ["delivery_failed"]),
    (
        "it is sent again",
        in_transaction(
            lambda s, session, now: dispatch.resend(session, s.tool.issuer, award(s, session), now)
        ),
        ["delivery_repeated"],
    ),
    ("a badge is delivered", deliver, ["delivered"]),
    ("it is not delivered twice", deliver, []),
    ("its learner makes a link to it", share, ["share_link_made"]),
    ("they end the link", on_award(end_links), ["share_link_ended"]),
    ("they end it again", on_award(end_links), []),
    ("they publish the badge", on_award(share_links.publish_badge), ["badge_published"]),
    ("they publish it again", on_award(share_links.publish_badge), []),
    ("they take that back", on_award(share_links.unpublish_badge), ["badge_unpublished"]),
    ("a badge is corrected", on_award(awards.correct), ["corrected"]),
    ("a badge is suspended", on_award(awards.suspend, "Anna Bērziņa asked for it"), ["suspended"]),
    ("it is reinstated", on_award(awards.reinstate), ["reinstated"]),
    ("a badge is revoked", on_award(awards.revoke, "Anna Bērziņa asked for it"), ["revoked"]),
    ("it is awarded again", on_award(awards.award_again, "it was Anna Bērziņa after all"), ["awarded_again"]),
    ("a template is put into the catalogue", in_transaction(put_in_catalogue), ["template_listed"]),
    ("it is put there again", in_transaction(put_in_catalogue), []),
    ("it is taken out", in_transaction(take_out_of_catalogue), ["template_unlisted"]),
    ("it is taken out again", in_transaction(take_out_of_catalogue), []),
    (
        "a template is retired",
        in_transaction(lambda s, session, now: versions.retire(template(session), now)),
        ["template_retired"],
    ),
]
#: Acts that other tests walk through: by pages, and by commands.
ELSEWHERE = {
    "bound_ended",
    "wallet_offered",
    "secrets_encrypted_anew",
    "self_test_asked",
    "self_tested",
    "platform_invitation_withdrawn",
    "details_withheld",
    "pathway_begun",
    "pathway_listed",
    "pathway_unlisted",
    "pathway_changed",
    "pathway_published",
    "pathway_retired",
    "part_claimed",
    "part_equivalent",
    "part_not_equivalent",
    "part_withdrawn",
    "whole_left",
    "no_longer_kept",
    "address_proved",
    "name_stated",
    "name_confirmed",
    "name_declined",
    "address_removed",
    "address_confirmed",
    "learner_signed_in",
    "learner_signed_out",
    "badge_kept",
    "kept_badge_replaced",
    "kept_badge_removed",
    "profile_written",
    "program_registered",
    "program_let_in",
    "program_ended",
    "badge_brought",
    "badge_not_brought",
    "host_access_given",
    "host_access_lost",
    "host_trouble_told",
    "host_access_ended",
    "host_registered",
    *(
        f"prior_learning_{act}"
        for act in (
            *(
                "opened",
                "terms_changed",
                "closed",
                "begun",
                "identified",
                "help_asked",
                "advised",
                "documented",
            ),
            *("handed_in", "file_read", "assessor_appointed", "assessor_dismissed", "assessed"),
            *("identity_checked", "decided", "appealed", "withdrawn"),
        )
    ),
    "template_reviewed",
    "operator_address_proved",
    "operator_address_removed",
    "statistics_made",
    "statistics_published",
    "statistics_unpublished",
    "badge_claimed",
    "badge_hidden",
    "badge_unhidden",
    "correction_asked",
    "correction_settled",
    "issuer_moved",
    "permission_given",
    "permission_withdrawn",
    "rule_stopped",
    "rule_continued",
    "erased",
    "issuer_added",
    "approval_unreached",
    "link_gone",
    "list_imported",
    "mailed",
    "result_change_left",
    "rule_change_refused",
    "rule_change_withdrawn",
    "rule_removed",
    "rule_restored",
    "operator_invited",
    "feedback_invited",
    "feedback_withdrawn",
    "backed_up",
    "restored",
    "operator_joined",
    "people_searched",
    "person_opened",
    "identity_checks_allowed",
    "identity_bound",
    "operator_signed_in",
    "operator_signed_out",
    "operator_confirmed",
    "operator_disabled",
    "operator_enabled",
    "passkey_added",
    "passkey_removed",
    "signed_in",
    "batch_undone",
    "bulk_act_asked",
    "awarded_by_hand",
    "hand_award_asked",
    "hand_award_declined",
    "hand_award_withdrawn",
    "told",
    "not_told",
    "reissue_begun",
    "work_dropped",
    "work_retried",
    "refused",
    "launch_refused",
    "source_set_up",
    "source_removed",
    "gradebook_on",
    "gradebook_off",
    "level_columns_made",
    "level_columns_forgotten",
    "outcome_levels_stated",
    "taken_back",
    "registration_refused",
    "reminders_accepted",
    "identity_checks_refused",
    "reminders_refused",
    "mails_chosen",
    # tests/lti_tool/web/organisations/test_events.py
    "organisation_made",
    "organisation_invited",  # tests/lti_tool/commands/test_organisations.py
    "organisation_joined",
    "organisation_left",  # tests/lti_tool/web/organisations/test_members.py
    "organisation_proved",
    "organisation_closed",
    "share_link_changed",
    "endorsement_link_made",
    "endorsement_link_ended",
    "endorsement_signed",
    "endorsement_shown",
    "endorsement_hidden",
    "endorsement_withdrawn",
}


@pytest.fixture
def story(any_empty_database_url, tmp_path, clock):
    told: list[events.Act] = []
    settings = settings_for(any_empty_database_url, tmp_path, status_purpose="suspension")
    tool = build_tool(settings, clock, told.append)
    yield Story(tool=tool, told=told)
    tool.store.close()


def test_each_act_is_one_event_and_none_where_it_is_rolled_back(story):
    assert {act.what for act in story.told} == {"issuer_added", "key_made"}  # by the first start
    for name, act, expected in ACTS:
        before, told = story.events(), len(story.told)
        inside, kept = list(story.platform.inside), dict(story.kept)
        if expected:
            with failing_commits(story.tool), pytest.raises(CannotBeCommitted):
                act(story)
            assert (name, story.events(), len(story.told)) == (name, before, told)
            story.platform.inside, story.kept = inside, kept
        act(story)
        new = story.events()[len(before) :]
        assert (name, [each.what for each in new]) == (name, expected)
        assert (name, story.told[told:]) == (name, new)
    text = json.dumps([each.as_json() for each in story.events()], ensure_ascii=False)
    for secret in ("Anna", "Bērziņa", "Zane", "@", story.kept["code"], story.kept["sheet"].code):
        assert secret not in text


def test_a_badge_that_two_workers_send_at_once_is_delivered_once(story, platform, monkeypatch):
    rule_id = make_rule(story.tool, publish(story.tool))
    complete(story.tool, platform, rule_id, ANNA)
    issue(ANNA)(story)
    send, again = CHANNELS["mail_folder"].deliver, [deliver]

    def send_while_another_worker_does(*words):
        if again:
            again.pop()(story)
        return send(*words)

    monkeypatch.setattr(CHANNELS["mail_folder"], "deliver", send_while_another_worker_does)
    deliver(story)
    assert [act.what for act in story.events()].count("delivered") == 1


def test_the_table_has_every_act():
    """A new act gets a line in ACTS, or a test of its own and a place in ELSEWHERE."""
    walked = {what for _, _, expected in ACTS for what in expected} | ELSEWHERE
    recorded = re.compile(r"events\.record\(\s*session,\s*\"(\w+)\"")
    for path in (ROOT / "lti_tool").rglob("*.py"):
        assert set(recorded.findall(path.read_text(encoding="utf-8"))) <= walked, path


def test_an_event_that_is_rolled_back_to_a_savepoint_is_not_told(story):
    before = len(story.told)
    with story.tool.store.begin() as session:
        events.record(session, "first", "test", 1, story.tool.clock())
        with pytest.raises(CannotBeCommitted), session.begin_nested():
            events.record(session, "second", "test", 1, story.tool.clock())
            session.flush()
            raise CannotBeCommitted
        events.record(session, "third", "test", 1, story.tool.clock())
        assert len(story.told) == before
    assert [act.what for act in story.told[before:]] == ["first", "third"]
    assert [act.what for act in story.events()][-2:] == ["first", "third"]


def test_events_are_found_by_what_they_are_about_who_acted_and_when(story, monkeypatch):
    monkeypatch.setattr(queries.events, "_BATCH", 2)
    clock = story.tool.clock
    start = clock.advance(hours=1)
    with story.tool.store.begin() as session:
        events.record(session, "revoked", "award", 1, clock(), actor=events.person(3))
        events.record(session, "revoked", "award", 11, clock(), actor=events.person(33))
        events.record(session, "issued", "credential", "1", clock.advance(hours=1), actor=ROOT_ACCOUNT)

    def found(**criteria):
        with story.tool.store.read() as session:
            acts = queries.events.events(session, since=criteria.pop("since", start), **criteria)
            return [(act.what, act.about, act.actor) for act in acts]

    first, second, third = (
        ("revoked", "award:1", "person:3"),
        ("revoked", "award:11", "person:33"),
        ("issued", "credential:1", "operator:root"),
    )
    assert found() == [first, second, third]
    assert found(about="award:1") == [first]
    assert found(about="award") == [first, second]
    assert found(actor="person:33") == [second]
    assert found(actor="operator") == [third]
    assert found(what="revoked", actor="person") == [first, second]
    assert found(since=clock()) == [third]


def test_a_row_without_a_session_cannot_be_recorded():
    with pytest.raises(LookupError):
        events.session_of(TemplateVersion())
