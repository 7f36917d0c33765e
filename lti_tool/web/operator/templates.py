"""The templates of an issuer: every version, what waits for an answer, what is retired, and the way to the editor."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.template.model import read_template
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.people import operator_sessions
from lti_tool.reviews.upcoming import upcoming_reviews
from lti_tool.store import Session, events, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import approval_requests, approvals, versions
from lti_tool.templates.approvals import Answer
from lti_tool.templates.draft_hash import draft_hash
from lti_tool.web.approval_answers import Refused, shown_version, take_answer
from lti_tool.web.current import current_tool
from lti_tool.web.editor.preview import mark_address
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page

pages = Blueprint("operator_templates", __name__)

_ROUTE = "/operator/issuers/<slug>/templates"
_VERSION = f"{_ROUTE}/<uuid:template_id>/<int:version>"


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """Every draft and version, those first that wait for an answer."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        every = queries.templates.versions_with_approvals(session, issuer.id)
        waiting = [row for row in every if _is_waiting(row)]
        near = upcoming_reviews(
            session, issuer.id, issuer.profile, issuer.profile.day_of(current_tool().clock())
        )
        return operator_page(
            "operator/templates.html",
            visit,
            issuer_now=issuer,
            waiting=waiting,
            groups=[list(group) for _id, group in groupby(every, key=lambda row: row.template_id)],
            is_waiting=_is_waiting,
            overdue={each.row.template_id for each in near if each.is_overdue},
            mark_address=mark_address,
        )


@pages.get(_VERSION)
def show_version(slug: str, template_id: UUID, version: int) -> Response:
    """What is signed in each badge of a version, with what can be done."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_templates")
        return _version_page(visit, issuer, _row(session, issuer, template_id, version))


@pages.post(f"{_VERSION}/answer")
def answer(slug: str, template_id: UUID, version: int) -> Response:
    """Approves or declines the draft that was shown. Raises BadRequest without an answer.

    Raises NotAllowedError where it does not wait any more, or was changed since it was shown.
    """
    visit = current_operator()
    tool = current_tool()

    def record(given: Answer, reason: str) -> None:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "approve_templates")
            row = _locked(session, issuer, template_id, version)
            if request.form.get("draft") != draft_hash(row):
                raise NotAllowedError("the draft was changed after it was shown")
            approvals.answer_by_operator(
                session, row, issuer.profile, given, reason, tool.clock(), visit.actor
            )

    refused = take_answer(record)
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "approve_templates")
        if refused is None:
            return redirect(_address(issuer), 303)
        return _version_page(visit, issuer, _row(session, issuer, template_id, version), refused)


@pages.post(f"{_VERSION}/retire")
def retire(slug: str, template_id: UUID, version: int) -> Response:
    """Retires a published version. Raises NotAllowedError for a draft."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "retire_templates")
        versions.retire(_locked(session, issuer, template_id, version), tool.clock(), visit.actor)
    return redirect(_address(issuer), 303)


@pages.post(f"{_ROUTE}/editor")
def open_editor(slug: str) -> Response:
    """The way to the editor of the issuer's templates, which ends with this session."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "write_templates")
        events.record(
            session, "operator_invited", "editor", "", tool.clock(), actor=visit.actor, issuer_id=issuer.id
        )
    code = operator_sessions.invite_operator(tool.expiring_values, visit.actor.id, issuer.id)
    return redirect(f"/lti/editor?code={code}", 303)


def _version_page(
    visit: OperatorVisit, issuer: Issuer, row: TemplateVersion, refused: Refused | None = None
) -> Response:
    if row.status == "draft" and not _is_waiting(row):
        raise NotFoundError("an unfinished draft is read in the editor alone")
    return operator_page(
        "operator/template.html",
        visit,
        issuer_now=issuer,
        is_waiting=_is_waiting(row),
        asked=approval_requests.newest_request(row, issuer.profile),
        draft=draft_hash(row),
        **shown_version(row, read_template(row.body), issuer, refused),
    )


def _is_waiting(row: TemplateVersion) -> bool:
    """Whether the draft waits for an answer that an operator can give."""
    return any(each.status == "open" and not each.approver for each in row.approvals)


def _row(session: Session, issuer: Issuer, template_id: UUID, version: int) -> TemplateVersion:
    """The version, where it is one of the issuer's. Raises NotFoundError."""
    row = queries.templates.template_version(session, str(template_id), version)
    if row is None or row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has no such template")
    return row


def _locked(session: Session, issuer: Issuer, template_id: UUID, version: int) -> TemplateVersion:
    row = _row(session, issuer, template_id, version)
    queries.templates.lock_template(session, row)
    return row


def _address(issuer: Issuer) -> str:
    return f"/operator/issuers/{issuer.profile.slug}/templates"
