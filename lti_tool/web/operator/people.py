"""The people of an issuer: found by what somebody knows of them, and one of them with what is known and awarded.

Names and addresses come in forms alone, never in an address or a log; each search and each opened person is an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.privacy import issuer_share, known_names
from lti_tool.privacy.issuer_share import Share
from lti_tool.store import Session, dead_jobs, events, queries
from lti_tool.store.dead_jobs import DeadOfAwards
from lti_tool.store.models import Award, Person, PlatformAccount, ProvedAddress, RegistrationRow
from lti_tool.store.queries.roster import Named
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator import people_search
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.stated_name_answers import OTHER_NAME
from lti_tool.web.teacher.outdated_names import is_outdated
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("operator_people", __name__)

ROUTE = "/operator/issuers/<slug>/people"
PERSON = f"{ROUTE}/<int:person_id>"
MAX_TYPED = 200
#: What an act has come to, by the code in the address to which it leads.
DONE: Mapping[str, Sentence] = {
    "resent": _l("The badge is being sent again."),
    "retried": _l("It is being tried again."),
    "revoked": _l("The badge is revoked. Its public page and every later check show this."),
    "corrected": _l("A corrected badge is being issued. The one before is revoked as replaced."),
    "settled": _l("The request for a correction is settled."),
    "name": _l("The name is confirmed. Badges without it are being replaced."),
    "no_name": _l("The name is declined. The learner can state another one."),
    "address": _l("The address is confirmed for seven days."),
    "asked_again": _l("Saved. The learner may be asked again whether a badge is theirs."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an issuer knows of a person. Accounts are on its platforms; `addresses` are the proved ones.

    `named`: how it may name them. What else `person` has is shown where they are on its platforms.
    `refuses_checks`: they do not want to be asked whether a badge is theirs. `refused_mails`: the kinds of mails.
    `outdated`: the ids of the awards whose badge names them otherwise than is known now.
    """

    person: Person
    named: Named
    share: Share
    accounts: Sequence[tuple[PlatformAccount, RegistrationRow]]
    addresses: Sequence[ProvedAddress]
    refuses_checks: bool
    refused_mails: Sequence[str]
    awards: Sequence[Award]
    dead: DeadOfAwards
    outdated: frozenset[int]
    corrections: Mapping[int, str]


@pages.get(ROUTE)
def show(slug: str) -> Response:
    """The page on which somebody is searched for: it lists nobody."""
    visit = current_operator()
    with current_tool().store.read() as session:
        return _search_page(visit, issuer_at(session, visit, slug, "see_people"))


@pages.post(ROUTE)
def find(slug: str) -> Response:
    """Those who are found, 50 at most."""
    visit = current_operator()
    tool = current_tool()
    typed = typed_line("find", MAX_TYPED)
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_people")
        if people_search.is_too_short(typed):
            wrong = _("Type at least two letters or digits.")
            return _search_page(visit, issuer, typed, wrong=wrong)
        rate_limits.count_search(visit.token)
        found = people_search.find(session, issuer.id, typed)
    with tool.store.begin() as session:
        data = {"found": found.total}
        events.record(
            session,
            "people_searched",
            "issuer",
            issuer.profile.slug,
            tool.clock(),
            actor=visit.actor,
            data=data,
            issuer_id=issuer.id,
        )
    return _search_page(visit, issuer, typed, found)


@pages.get(PERSON)
def person(slug: str, person_id: int) -> Response:
    """What is known of the person, and their awards. Raises NotFoundError for nobody of the issuer."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "see_people")
        issuer_share.share_of(session, issuer.id, person_id)
        events.record(
            session,
            "person_opened",
            "person",
            person_id,
            tool.clock(),
            actor=visit.actor,
            issuer_id=issuer.id,
        )
    with tool.store.read() as session:
        known = known_of(session, issuer, person_id)
        done = DONE.get(request.args.get("done", ""))
        wrong = NOTHING_DONE.get(request.args.get("not", ""))
        return operator_page(
            "operator/person.html",
            visit,
            issuer_now=issuer,
            known=known,
            done=done,
            wrong=wrong,
            now=tool.clock(),
            template_of=lambda award: stored_template(award.template_version.body),
        )


#: Why nothing was done, by the code of an AwardStateError, or other_name.
NOTHING_DONE: Mapping[str, Sentence] = {
    "revoked": _l("The badge is revoked already, for good. Nothing was changed."),
    "not_issued": _l("The badge is not issued yet. Nothing was changed."),
    "expired": _l("The badge has expired. Nothing was changed."),
    "other_name": OTHER_NAME,
    "nothing_dead": _l("Nothing has to be tried again: it is being worked on, or done. Nothing was changed."),
}


def known_of(session: Session, issuer: Issuer, person_id: int) -> Known:
    """What the issuer knows of the person. Raises NotFoundError for nobody of it.

    What belongs to the platform, such as proved addresses, is told to its issuer alone.
    """
    share = issuer_share.share_of(session, issuer.id, person_id)
    row = queries.issuer_people.person(session, issuer.id, person_id)
    named = known_names.named_person(session, issuer.id, person_id)
    if row is None or named is None:
        raise NotFoundError("the issuer has nobody with that number")
    found = issuer_share.awards_of(session, issuer.id, person_id)
    accounts = queries.issuer_people.accounts(session, issuer.id, person_id)
    now = current_tool().clock()
    return Known(
        person=row,
        named=named,
        share=share,
        accounts=[(each, session.get_one(RegistrationRow, each.registration_id)) for each in accounts],
        addresses=queries.proved_addresses.of_person(session, person_id) if share.is_home else (),
        refuses_checks=share.is_home and queries.identity_checks.is_refused(session, person_id),
        refused_mails=_refused_mails(session, person_id) if share.is_home else (),
        awards=found,
        dead=dead_jobs.dead_of_awards(session, [each.id for each in found]),
        outdated=frozenset(each.id for each in found if is_outdated(each, now)),
        corrections={
            each.award_id: each.words
            for each in queries.corrections.open_outside_courses(session, issuer.id)
            if each.award.person_id == person_id
        },
    )


def _refused_mails(session: Session, person_id: int) -> Sequence[str]:
    """Which e-mails they do not want, but for those about answers: that there are any is not told to an issuer."""
    return [kind for kind in queries.mails.refused_kinds(session, person_id) if kind != "answers"]


def address_of(issuer: Issuer, person_id: int) -> str:
    """The address of the person's page."""
    return f"/operator/issuers/{issuer.profile.slug}/people/{person_id}"


def _search_page(
    visit: OperatorVisit,
    issuer: Issuer,
    typed: str = "",
    found: people_search.Found | None = None,
    wrong: str = "",
) -> Response:
    return operator_page(
        "operator/people.html",
        visit,
        issuer_now=issuer,
        typed=typed,
        found=found,
        wrong=wrong,
        most=MAX_TYPED,
    )
