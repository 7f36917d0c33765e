"""Registrations: added, updated, disabled, enabled, removed, restricted to listed deployments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError

from lti_tool.errors import (
    AlreadyRegisteredError,
    ClientOfAnotherIssuerError,
    NotFoundError,
    NotRemovedError,
)
from lti_tool.platforms.client_ids import is_same_client
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import RegistrationRow
from lti_tool.values import Json, NewRegistration, Registration


def add(
    session: Session,
    new: NewRegistration,
    now: datetime,
    by: Actor = TOOL,
    data: Json | None = None,
    issuer_id: str | None = None,
) -> Registration:
    """The new registration of (platform_id, client_id), with its deployment, if it has one.

    `data` goes into the event: how it came about. It is of the issuer with that key; without one, of that of
    ISSUER_FILE. Raises AlreadyRegisteredError: a registration is never replaced; ClientOfAnotherIssuerError.
    """
    owner = issuer_id or queries.issuers.first_issuer_id(session)
    _check_client(session, owner, new.client_id)
    row = RegistrationRow(
        issuer_id=owner,
        platform_id=new.platform_id,
        client_id=new.client_id,
        auth_login_url=new.auth_login_url,
        auth_token_url=new.auth_token_url,
        jwks_url=new.jwks_url,
        token_audience=new.token_audience,
        product=new.product,
        name=new.name,
        embed_origins=list(new.embed_origins),
        tool_url=queries.issuers.current_address(session, owner).tool_url,
        created_at=now,
    )
    added = queries.platforms.add_or_find_registration(session, row)
    if added is not row:
        raise AlreadyRegisteredError(added.id)
    events.record(session, "registered", "registration", row.id, now, actor=by, data=data)
    if new.deployment_id is not None:
        queries.platforms.save_deployment(session, row.id, new.deployment_id, now)
    return queries.platforms.as_registration(row)


def update(
    session: Session, number: int, changes: Mapping[str, str | None], now: datetime, by: Actor = TOOL
) -> Registration:
    """The registration with other values: `changes` are columns of it by name.

    Raises NotFoundError, AlreadyRegisteredError where the changed client is registered already, and
    ClientOfAnotherIssuerError.
    """
    if "client_id" in changes:
        # Before the registration is locked: whoever adds one has the issuer locked first too.
        _one_by_one(session)
    row = _locked(session, number)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if "client_id" in changed:
        _check_client(session, row.issuer_id, changes["client_id"] or "")
    client = changes.get("platform_id") or row.platform_id, changes.get("client_id") or row.client_id
    try:
        with session.begin_nested():
            for name in changed:
                setattr(row, name, changes[name])
    except IntegrityError:
        other = queries.platforms.registration_by_client(session, *client)
        if other is None:
            raise
        raise AlreadyRegisteredError(other.id) from None
    if changed:
        events.record(
            session, "registration_updated", "registration", row.id, now, actor=by, data={"fields": changed}
        )
    return queries.platforms.as_registration(row)


def note_address(session: Session, row: RegistrationRow, tool_url: str, now: datetime) -> None:
    """Notes that the platform launches at that URL of the tool: after a move, that it was updated."""
    if row.tool_url != tool_url:
        row.tool_url = tool_url
        events.record(session, "registration_updated", "registration", row.id, now, why="address")


def disable(session: Session, number: int, now: datetime, by: Actor = TOOL) -> None:
    """Refuses its logins, launches and open pages from now on; its awards stay and verify. Raises NotFoundError."""
    row = _locked(session, number)
    if row.disabled_at is None:
        row.disabled_at = now
        events.record(session, "registration_disabled", "registration", row.id, now, actor=by)


def enable(session: Session, number: int, now: datetime, by: Actor = TOOL) -> None:
    """Lets a disabled registration be used again. Raises NotFoundError."""
    row = _locked(session, number)
    if row.disabled_at is not None:
        row.disabled_at = None
        events.record(session, "registration_enabled", "registration", row.id, now, actor=by)


def remove(session: Session, number: int, now: datetime, by: Actor = TOOL) -> None:
    """Deletes the registration with all that its launches and looks have left.

    Raises NotFoundError, and NotRemovedError where an award or a published template hangs on it, or while somebody is
    using it.
    """
    row = _locked(session, number)
    owner = row.issuer_id
    awards = queries.platforms.count_awards(session, row.id)
    templates = queries.platforms.count_published_templates(session, row.id)
    if awards or templates:
        raise NotRemovedError(
            f"awards: {awards}, published templates: {templates}. Badges refer to them for as long as they exist, so "
            f"this registration cannot be removed. `platforms disable {row.id}` refuses its logins and launches, and "
            "keeps its badges valid",
            is_in_use=False,
        )
    try:
        with session.begin_nested():
            queries.platforms.delete_registration(session, row)
    except (
        IntegrityError,
        OperationalError,
    ) as error:  # a launch or a look that is not committed yet, or a deadlock
        raise NotRemovedError(
            f"somebody is using it at this moment: `platforms disable {row.id}` first, then remove it",
            is_in_use=True,
        ) from error
    events.record(session, "registration_removed", "registration", number, now, actor=by, issuer_id=owner)


def list_deployment(
    session: Session, number: int, deployment_id: str, now: datetime, by: Actor = TOOL
) -> None:
    """Lists a deployment, whose launches are accepted then in any case. Raises NotFoundError."""
    row = _locked(session, number)
    if not queries.platforms.knows_deployment(session, row.id, deployment_id):
        queries.platforms.save_deployment(session, row.id, deployment_id, now)
        _record_deployment(session, "deployment_listed", row, deployment_id, now, by)


def unlist_deployment(
    session: Session, number: int, deployment_id: str, now: datetime, by: Actor = TOOL
) -> None:
    """Takes a deployment off the list. Raises NotFoundError where there is no such registration or deployment."""
    row = _locked(session, number)
    if not queries.platforms.delete_deployment(session, row.id, deployment_id):
        raise NotFoundError(f"registration {number} lists no deployment {deployment_id}")
    _record_deployment(session, "deployment_unlisted", row, deployment_id, now, by)


def allow_only_listed(session: Session, number: int, now: datetime, by: Actor = TOOL) -> None:
    """Refuses launches from deployments that are not listed. Raises NotFoundError."""
    row = _locked(session, number)
    if not row.only_listed_deployments:
        row.only_listed_deployments = True
        events.record(session, "deployments_restricted", "registration", row.id, now, actor=by)


def allow_any_deployment(session: Session, number: int, now: datetime, by: Actor = TOOL) -> None:
    """Accepts launches from any deployment, and lists each at its first launch. Raises NotFoundError."""
    row = _locked(session, number)
    if row.only_listed_deployments:
        row.only_listed_deployments = False
        events.record(session, "deployments_opened", "registration", row.id, now, actor=by)


def registration(session: Session, number: int) -> RegistrationRow:
    """The row with that number. Raises NotFoundError."""
    row = queries.platforms.registration_row(session, number)
    if row is None:
        raise _not_there(number)
    return row


def _record_deployment(
    session: Session, what: str, row: RegistrationRow, deployment_id: str, now: datetime, by: Actor
) -> None:
    data = {"deployment": deployment_id}
    events.record(session, what, "registration", row.id, now, actor=by, data=data)


def _not_there(number: int) -> NotFoundError:
    return NotFoundError(f"there is no platform {number}: see `platforms list`")


def _locked(session: Session, number: int) -> RegistrationRow:
    try:
        return queries.platforms.lock_registration(session, registration(session, number).id)
    except NoResultFound:  # removed by somebody else, for whom the lock has waited
        raise _not_there(number) from None


def _check_client(session: Session, issuer_id: str, client_id: str) -> None:
    """Raises ClientOfAnotherIssuerError where a registration of another issuer has the client id.

    All issuers have one LTI key, and an assertion for an access token says no more of the tool than its client id: with
    another's client id, whoever runs the token address of a registration would be posted what the other's platform
    accepts. Neither addresses nor audiences are compared: Moodle does not look at the audience, and a Canvas has more
    names than are registered.
    """
    _one_by_one(session)
    for other in queries.platforms.clients_of_others(session, issuer_id):
        if is_same_client(other.client_id, client_id):
            raise ClientOfAnotherIssuerError(other.registration_id)


def _one_by_one(session: Session) -> None:
    """Lets nobody else give a registration a client id until the end: each sees what the one before has added."""
    queries.issuers.lock_issuer(session, queries.issuers.first_issuer_id(session))
