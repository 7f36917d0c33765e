"""The pathways of an issuer: begun, drafted, published and retired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import NotFoundError, PathwayError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators.permissions import Permission
from lti_tool.pathways import concerns, publishing
from lti_tool.pathways.parts import parts_of, sets_of
from lti_tool.review_dates.standing import is_stopped
from lti_tool.store import Session, queries
from lti_tool.store.models import Pathway, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.pathway_form import form_sets, read_sets
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("operator_pathways", __name__)

ROUTE = "/operator/issuers/<slug>/pathways"

#: What is wrong with a pathway, by the code of the error.
WRONG: Mapping[str, Sentence] = {
    "no_template": _l(
        "Publish the template of the whole first. It has to belong to the institution, not to a course."
    ),
    "has_pathway": _l("This badge has a pathway already."),
    "changed": _l(
        "Somebody has changed this pathway meanwhile. Here is how it is now; make your change again."
    ),
    "retired": _l("This pathway is retired."),
    "own": _l("This is a badge of your own. Somebody else of the institution has to decide about it."),
    "needed": _l("A set cannot ask for more parts than it has."),
    "no_parts": _l("Choose at least one part, and save."),
    "too_many": _l("This is too many parts for one pathway."),
    "unreadable": _l("Something of this pathway cannot be read. Choose its parts again, and save."),
    "twice": _l("A badge is chosen twice. It would count twice, so choose it once."),
    "itself": _l("The badge cannot be a part of itself."),
    "circle": _l("One of the parts asks, itself or by others, for this badge. Nobody could ever get it."),
    "part_gone": _l("One of the parts is not published any more. Choose another one."),
    "review_overdue": _l(
        "The review of the badge is overdue, so no new pathway to it can be published. Record a review first."
    ),
    "level_unjustified": _l(
        "The template states a level, but no formal programme and no decision that gives it this level. Parts do not "
        "add up to a level: take the level out of the template, or name the decision there."
    ),
}


@pages.get(ROUTE)
def show(slug: str) -> Response:
    """All pathways, with what waits for an answer."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_pathways")
        return _list(session, visit, issuer)


@pages.post(ROUTE)
def begin(slug: str) -> Response:
    """A draft of a pathway for one of the issuer's templates."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "manage_pathways")
            row = publishing.begin(
                session, issuer.id, request.form.get("template", ""), tool.clock(), visit.actor
            )
            return redirect(_address(issuer, row), 303)
    except PathwayError as error:
        with tool.store.read() as session:
            issuer = issuer_at(session, visit, slug, "manage_pathways")
            return _list(session, visit, issuer, wrong=str(WRONG[error.code]))


@pages.get(f"{ROUTE}/<int:pathway_id>")
def show_one(slug: str, pathway_id: int) -> Response:
    """The parts of a pathway; a form for whoever may change them."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer, row = opened(session, visit, slug, pathway_id, "see_pathways")
        return _one(session, visit, issuer, row)


@pages.post(f"{ROUTE}/<int:pathway_id>")
def save(slug: str, pathway_id: int) -> Response:
    """Keeps the parts as the draft, and publishes it where that was pressed. Raises BadRequest without a time."""
    visit = current_operator()
    tool = current_tool()
    seen, button = _seen(), request.form.get("press", "")
    try:
        with tool.store.begin() as session:
            issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
            known = {part.badge or "": part.name for part in parts_of(read_tree(row.draft)).values()}
            names = known | {each.template_id: each.name for each in _choices(session, issuer)}
            sets = read_sets(request.form, names)
            publishing.save(session, row, sets, seen, tool.clock(), visit.actor)
            session.flush()
            seen = row.changed_at
        if button == "publish":
            with tool.store.begin() as session:
                issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
                _check_review(session, issuer, row)
                publishing.publish(session, row, seen, tool.clock(), visit.actor)
    except PathwayError as error:
        return shown_again(visit, slug, pathway_id, wrong=str(WRONG[error.code]))
    return redirect(f"{request.path}?lang={page_language()}", 303)


def _check_review(session: Session, issuer: Issuer, row: Pathway) -> None:
    """Raises PathwayError where an overdue review stops the badge; a pathway that learners are on already goes on."""
    whole, today = _whole(session, row), issuer.profile.day_of(current_tool().clock())
    if row.status == "draft" and whole is not None and is_stopped(session, whole, issuer.profile, today):
        raise PathwayError("review_overdue")


def _seen() -> datetime:
    try:
        seen = datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError as error:
        raise BadRequest from error
    if seen.tzinfo is None:
        raise BadRequest
    return seen


def shown_again(visit: OperatorVisit, slug: str, pathway_id: int, *, wrong: str) -> Response:
    """The page of the pathway once more, with what was wrong. Raises as `opened`."""
    with current_tool().store.read() as session:
        issuer, row = opened(session, visit, slug, pathway_id, "manage_pathways")
        return _one(session, visit, issuer, row, wrong=wrong)


def opened(
    session: Session, visit: OperatorVisit, slug: str, pathway_id: int, permission: Permission
) -> tuple[Issuer, Pathway]:
    """The issuer and its pathway. Raises NotFoundError where it has none of that number, and as `issuer_at`."""
    issuer = issuer_at(session, visit, slug, permission)
    row = queries.pathways.pathway(session, pathway_id)
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has no such pathway")
    return issuer, row


def _list(session: Session, visit: OperatorVisit, issuer: Issuer, *, wrong: str = "") -> Response:
    rows = queries.pathways.of_issuer(session, issuer.id)
    taken = {row.template_id for row in rows if row.status != "retired"}
    own = queries.templates.institutional_templates(session, issuer.id)
    return operator_page(
        "operator/pathways.html",
        visit,
        issuer_now=issuer,
        rows=[(row, _whole(session, row)) for row in rows],
        in_question=concerns.numbers_of_issuer(session, issuer.id, current_tool().clock()),
        choices=[each for each in own if each.template_id not in taken],
        asked=queries.pathway_claims.asked(session, issuer.id),
        settled=queries.pathway_claims.settled(session, issuer.id, 50),
        wrong=wrong,
    )


def _one(
    session: Session, visit: OperatorVisit, issuer: Issuer, row: Pathway, *, wrong: str = ""
) -> Response:
    sets = sets_of(read_tree(row.draft))
    version = queries.pathways.active_version(session, row)
    return operator_page(
        "operator/pathway.html",
        visit,
        issuer_now=issuer,
        row=row,
        whole=_whole(session, row),
        sets=form_sets(sets),
        choices=(choices := _choices(session, issuer)),
        gone={
            part.badge: part.name
            for part in parts_of(read_tree(row.draft)).values()
            if part.badge not in {each.template_id for each in choices}
        },
        awarded=version.template_version if version is not None else None,
        issuer_names={
            each.id: each.profile.name_in(page_language()) for each in current_tool().issuers.all(session)
        },
        learners_link=f"{current_tool().tool_url}/my/pathways/{row.template_id}",
        is_published_draft=version is not None and version.tree == row.draft,
        concerns=concerns.of_pathway(session, row, current_tool().clock()),
        wrong=wrong,
    )


def _whole(session: Session, row: Pathway) -> TemplateVersion | None:
    """The template of the whole; the name is that of its newest version."""
    return queries.templates.newest_published(session, row.template_id)


def _choices(session: Session, issuer: Issuer) -> list[TemplateVersion]:
    """What can be a part: published templates of all institutions here, those of the issuer first."""
    found = queries.templates.institutional_templates(session)
    return sorted(
        found, key=lambda each: (each.issuer_id != issuer.id, stored_template(each.body).name.get("en", ""))
    )


def _address(issuer: Issuer, row: Pathway) -> str:
    return f"/operator/issuers/{issuer.profile.slug}/pathways/{row.id}?lang={page_language()}"
