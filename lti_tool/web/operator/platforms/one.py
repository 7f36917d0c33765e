"""One platform: what is known of it, its self-test, its deployments; disabled, enabled and removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError, NotRemovedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.platforms import registrations, self_tests
from lti_tool.platforms.claims import identifier
from lti_tool.self_test.results import STEPS
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.operator.platforms.found import ONE, address_of, list_address, platform_of
from lti_tool.web.operator.platforms.source_states import source_states
from lti_tool.web.operator.platforms.states import standings
from lti_tool.web.operator.platforms.words import (
    LIGHTS,
    OUTCOMES,
    SCOPES,
    STEP_NAMES,
    mend_of_scopes,
    said_of,
)
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_platform", __name__)


@pages.get(ONE)
def show(slug: str, number: int) -> Response:
    """The platform."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_platforms")
        return _page(session, visit, issuer, number)


@pages.post(f"{ONE}/test")
def test(slug: str, number: int) -> Response:
    """Has the platform tested. Raises NotAllowedError for a disabled one, which is not called."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        if row.disabled_at is not None:
            raise NotAllowedError("a disabled platform is not called")
        rate_limits.count_self_test(row.id)
        self_tests.ask(session, row.id, tool.clock(), visit.actor)
    return redirect(f"{address_of(issuer, number)}#self-test", 303)


@pages.post(f"{ONE}/disable")
def disable(slug: str, number: int) -> Response:
    """Refuses logins and launches from the platform; its badges stay valid."""
    return _change(slug, number, registrations.disable)


@pages.post(f"{ONE}/enable")
def enable(slug: str, number: int) -> Response:
    """Lets the platform be used again."""
    return _change(slug, number, registrations.enable)


def _change(slug: str, number: int, change: Callable[..., None]) -> Response:
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        change(session, row.id, tool.clock(), visit.actor)
    return redirect(address_of(issuer, number), 303)


@pages.post(f"{ONE}/remove")
def remove(slug: str, number: int) -> Response:
    """Deletes the platform with its courses and people; says why where it cannot be removed."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "manage_platforms")
            row = platform_of(session, issuer, number)
            check_fresh(visit, address_of(issuer, number))
            registrations.remove(session, row.id, tool.clock(), visit.actor)
    except NotRemovedError as error:
        with tool.store.read() as session:
            return _page(session, visit, issuer, number, problem=_not_removed(error))
    return redirect(list_address(issuer), 303)


def _not_removed(error: NotRemovedError) -> str:
    if error.is_in_use:
        return _("Somebody is using the platform at this moment. Disable it first, then remove it.")
    return _("The platform was not removed: badges refer to it. Disable it instead.")


@pages.post(f"{ONE}/deployments")
def deployments(slug: str, number: int) -> Response:
    """Lists a deployment or takes one off, or says from which ones launches are accepted. Raises BadRequest else."""
    visit = current_operator()
    tool = current_tool()
    act, typed = request.form.get("act", ""), request.form.get("deployment", "").strip()
    deployment = identifier(typed)
    wrong = "" if deployment or act != "allow" else _wrong_deployment(typed)
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        if wrong:
            return _page(session, visit, issuer, number, wrong_deployment=wrong, typed_deployment=typed)
        given = (session, row.id, tool.clock(), visit.actor)
        _act_on_deployments(act, deployment or "", *given)
    return redirect(f"{address_of(issuer, number)}#deployments", 303)


def _wrong_deployment(typed: str) -> str:
    if not typed:
        return _("Enter the id of the deployment, as the platform shows it.")
    return _("This cannot be the id of a deployment. Copy it from the platform once more.")


def _act_on_deployments(
    act: str, deployment: str, session: Session, number: int, now: datetime, by: Actor
) -> None:
    match act:
        case "allow":
            registrations.list_deployment(session, number, deployment, now, by)
        case "unlist":
            # Pressed twice, it is gone already.
            if queries.platforms.knows_deployment(session, number, deployment):
                registrations.unlist_deployment(session, number, deployment, now, by)
        case "only-listed":
            registrations.allow_only_listed(session, number, now, by)
        case "any":
            registrations.allow_any_deployment(session, number, now, by)
        case _:
            raise BadRequest


def _page(session: Session, visit: OperatorVisit, issuer: Issuer, number: int, **more: str) -> Response:
    tool = current_tool()
    row = platform_of(session, issuer, number)
    (standing,) = standings(session, tool, [row])
    found = standing.self_test
    steps = {step.name: step for step in found.steps} if found is not None else {}
    return operator_page(
        "operator/platforms/one.html",
        visit,
        issuer_now=issuer,
        standing=standing,
        row=row,
        testing=self_tests.state(session, row.id),
        steps=[(steps[name], said_of(steps[name])) for name in STEPS if name in steps],
        step_names=STEP_NAMES,
        outcomes=OUTCOMES,
        lights=LIGHTS,
        scopes=SCOPES if found is not None and (found.granted or found.missing) else {},
        mend_of_scopes=mend_of_scopes(),
        deployments=queries.platforms.deployments(session, row.id),
        sources=source_states(session, row),
        goes={
            "awards": queries.platforms.count_awards(session, row.id),
            "templates": queries.platforms.count_published_templates(session, row.id),
            "people": queries.platforms.count_people(session, row.id),
        },
        **more,
    )
