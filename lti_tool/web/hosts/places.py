"""My badges: the places to which a learner has their badges brought, what is there, and what is to be brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.backpack.owners import owner_of
from lti_tool.errors import NotFoundError
from lti_tool.hosts import accesses
from lti_tool.hosts.discovery import host_name, stored
from lti_tool.issuing import hosts_to_bring
from lti_tool.store import Session, queries
from lti_tool.store.events import person
from lti_tool.store.models import HostAccess
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.hosts.host_words import OTHER_TROUBLE, TROUBLE_WORDS
from lti_tool.web.learner.learner_visits import LearnerVisit, check_own_page, demand_visit, record_use
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _

pages = Blueprint("host_places", __name__)

PATH = "/my/places"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlace:
    """A place: its `host` is sure, `name` is what it calls itself. `brought`, `waiting`, `failed`: how many badges."""

    id: int
    host: str
    url: str
    name: str
    brings_new: bool
    is_lost: bool
    brought: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeThere:
    """A badge of the learner, and how it stands at a place: `status` "" where it was never to be brought."""

    award_id: int
    name: Texts
    status: str
    trouble: Sentence | None
    brought_at: datetime | None


@pages.get(PATH)
def show() -> Response:
    """The places, and the form to name another one; the form to sign in where nobody is."""
    with current_tool().store.read() as session:
        visit = demand_visit(session)
        page = list_page(session, visit)
    record_use(visit)
    return page


@pages.get(f"{PATH}/<int:access_id>")
def place(access_id: int) -> Response:
    """One place with each badge. Raises NotFoundError for one of somebody else."""
    with current_tool().store.read() as session:
        return place_page(session, demand_visit(session), access_id)


@pages.post(f"{PATH}/<int:access_id>/bring")
def bring(access_id: int) -> Response:
    """Has a badge brought, or all of them. Raises NotFoundError for a place or a badge of somebody else."""
    check_own_page()
    tool = current_tool()
    with tool.store.begin() as session:
        visit = demand_visit(session)
        row = _own(session, visit, access_id)
        held = [award.id for award in queries.hosts.held_awards(session, _people(session, row))]
        if request.form.get("badge") != "all":
            held = [each for each in held if each == row_id("badge")]
            if not held:
                raise NotFoundError("you have no such badge")
        if row.lost_at is None:
            hosts_to_bring.bring(session, row.id, held, tool.clock())
        return place_page(
            session, visit, access_id, done=_("It is on its way there. This takes some seconds.")
        )


@pages.post(f"{PATH}/<int:access_id>/new")
def change_new(access_id: int) -> Response:
    """Has new badges brought by themselves, or not any more. Raises NotFoundError for a place of somebody else."""
    check_own_page()
    with current_tool().store.begin() as session:
        visit = demand_visit(session)
        row = queries.hosts.lock_access(session, _own(session, visit, access_id).id)
        if row is None:
            raise NotFoundError("the place was disconnected a moment ago")
        row.brings_new = request.form.get("new") == "yes"
        done = (
            _("From now on, new badges are brought there by themselves.")
            if row.brings_new
            else _("New badges are no longer brought there by themselves.")
        )
        return place_page(session, visit, access_id, done=done)


@pages.post(f"{PATH}/<int:access_id>/stop")
def stop(access_id: int) -> Response:
    """The list without the place, to which nothing is brought any more. Raises NotFoundError, and BusyError."""
    check_own_page()
    tool = current_tool()
    with tool.store.read() as session:
        visit = demand_visit(session)
        _own(session, visit, access_id)
    with waiting_for_strangers():
        is_taken_back = accesses.end(tool, access_id, person(owner_of(visit.people)))
    said = _(
        "Nothing is brought there any more. What is there already stays there: remove it there if you want."
    )
    also = _(
        "The place has not confirmed that it takes nothing from here any more. You can end the access there, too."
    )
    with tool.store.read() as session:
        return list_page(session, visit, done=said if is_taken_back else f"{said} {also}")


def list_page(
    session: Session, visit: LearnerVisit, *, done: str = "", wrong: Sentence | str = "", typed: str = ""
) -> Response:
    """The places of the learner; `wrong` is what is wrong with the address that they `typed`."""
    rows = _places(session, visit)
    return private(
        "hosts/places.html",
        learner_visit=visit,
        places=[_listed(session, row) for row in rows],
        done=done,
        wrong=wrong,
        typed=typed,
    )


def place_page(session: Session, visit: LearnerVisit, access_id: int, *, done: str = "") -> Response:
    """One place with each badge. Raises NotFoundError for one of somebody else."""
    row = _own(session, visit, access_id)
    described = stored(row.host.described)
    return private(
        "hosts/place.html",
        learner_visit=visit,
        place=_listed(session, row),
        badges=_badges(session, row),
        terms=described.terms,
        privacy=described.privacy,
        path=f"{PATH}/{access_id}",
        done=done,
    )


def private(page: str, **values: Any) -> Response:
    """The page, for whoever is signed in."""
    send_own_origin()
    given: Mapping[str, Any] = {"visit": None} | values
    return private_page(render_template(page, **given))


def _listed(session: Session, row: HostAccess) -> ListedPlace:
    states = [each.status for each in queries.hosts.brought_to(session, row.id)]
    return ListedPlace(
        id=row.id,
        host=host_name(row.host.url),
        url=row.host.url,
        name=stored(row.host.described).name,
        brings_new=row.brings_new,
        is_lost=row.lost_at is not None,
        brought=states.count("brought"),
        waiting=states.count("pending"),
        failed=states.count("failed"),
    )


def _badges(session: Session, row: HostAccess) -> Sequence[BadgeThere]:
    """What the learner holds, and how each stands there, newest first."""
    there = {each.award_id: each for each in queries.hosts.brought_to(session, row.id)}
    found = []
    for award in reversed(queries.hosts.held_awards(session, _people(session, row))):
        brought = there.get(award.id)
        trouble = brought.trouble if brought is not None else None
        found.append(
            BadgeThere(
                award_id=award.id,
                name=stored_template(award.template_version.body).name,
                status=brought.status if brought is not None else "",
                trouble=TROUBLE_WORDS.get(trouble, OTHER_TROUBLE) if trouble else None,
                brought_at=brought.brought_at if brought is not None else None,
            )
        )
    return found


def _people(session: Session, row: HostAccess) -> Sequence[int]:
    tool = current_tool()
    return accesses.opened_by(session, row, tool.issuers.reused_domains(session), tool.clock())


def _places(session: Session, visit: LearnerVisit) -> Sequence[HostAccess]:
    tool = current_tool()
    domains = tool.issuers.reused_domains(session)
    return accesses.accesses_of(session, visit.people, domains, tool.clock())


def _own(session: Session, visit: LearnerVisit, access_id: int) -> HostAccess:
    row = next((each for each in _places(session, visit) if each.id == access_id), None)
    if row is None:
        raise NotFoundError("you have no such place")
    return row
