"""What a platform is registered with: typed in by hand, or changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from lti_tool.errors import AlreadyRegisteredError, ClientOfAnotherIssuerError, OutgoingError
from lti_tool.issuing.issuer import Issuer
from lti_tool.platforms import registrations, self_tests
from lti_tool.platforms.claims import identifier
from lti_tool.store import queries
from lti_tool.store.models import RegistrationRow
from lti_tool.values import NewRegistration
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.filters import error_sentence
from lti_tool.web.operator.platforms.found import LIST, ONE, address_of, list_address, platform_of
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("operator_platform_details", __name__)

MOST_LETTERS = 1000
#: What the hosted Canvas of every school calls itself; its logins name their client.
SHARED_IDS = (
    "https://canvas.instructure.com",
    "https://canvas.beta.instructure.com",
    "https://canvas.test.instructure.com",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column of a registration that is typed: `kind` is what it has to be, an `address`, an `id` or `text`."""

    name: str
    kind: str
    label: Sentence
    hint: Sentence
    is_optional: bool = False


FIELDS = (
    Field(
        name="name", kind="text", label=_l("Name"), hint=_l("What you call the platform."), is_optional=True
    ),
    Field(
        name="product",
        kind="text",
        label=_l("Product"),
        hint=_l("moodle, canvas, or another name in small letters."),
        is_optional=True,
    ),
    Field(
        name="platform_id",
        kind="id",
        label=_l("Issuer of the platform"),
        hint=_l("Also called platform ID or iss, such as https://moodle.school.example"),
    ),
    Field(name="client_id", kind="id", label=_l("Client ID"), hint=_l("Of the tool in the platform.")),
    Field(
        name="auth_login_url",
        kind="address",
        label=_l("Address for logins"),
        hint=_l("Also called authentication request URL or authorization endpoint."),
    ),
    Field(
        name="auth_token_url",
        kind="address",
        label=_l("Address for access tokens"),
        hint=_l("Also called access token URL or token endpoint."),
    ),
    Field(
        name="jwks_url",
        kind="address",
        label=_l("Address of the keys"),
        hint=_l(
            "Also called public keyset URL or JWKS. Whoever can change what is there can open every course."
        ),
    ),
    Field(
        name="token_audience",
        kind="text",
        label=_l("Audience of access tokens"),
        hint=_l("Only where the platform asks for another one than the address for access tokens."),
        is_optional=True,
    ),
)
_DEPLOYMENT = Field(
    name="deployment_id",
    kind="id",
    label=_l("Deployment ID"),
    hint=_l("Where the platform shows one. Others are learnt from launches."),
    is_optional=True,
)
_NEW = (*FIELDS, _DEPLOYMENT)


@pages.get(f"{LIST}/add")
def ask_for_new(slug: str) -> Response:
    """The form by which a platform is registered by hand."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
    check_fresh(visit, f"{list_address(issuer)}/add")
    return _page(visit, issuer, None, {}, {})


@pages.post(f"{LIST}/add")
def add(slug: str) -> Response:
    """Registers the platform, and has it tested."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
    check_fresh(visit, f"{list_address(issuer)}/add")
    typed = {field.name: typed_line(field.name, MOST_LETTERS) for field in _NEW}
    wrong = _mistakes(_NEW, typed) or _platform_of_another(issuer, typed)
    if not wrong:
        try:
            with tool.store.begin() as session:
                added = registrations.add(
                    session, _new_registration(typed), tool.clock(), visit.actor, issuer_id=issuer.id
                )
                self_tests.schedule(session, added.id, tool.clock())
            return redirect(address_of(issuer, added.id), 303)
        except AlreadyRegisteredError:
            wrong = {"client_id": _already_registered()}
        except ClientOfAnotherIssuerError:
            wrong = {"client_id": _client_of_another()}
    return _page(visit, issuer, None, typed, wrong)


@pages.get(f"{ONE}/change")
def ask_for_changes(slug: str, number: int) -> Response:
    """The form with what the platform is registered with."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        check_fresh(visit, f"{address_of(issuer, number)}/change")
        known = {field.name: getattr(row, field.name) or "" for field in FIELDS}
        return _page(visit, issuer, row, known, {})


@pages.post(f"{ONE}/change")
def change(slug: str, number: int) -> Response:
    """Changes what the platform is registered with, and has it tested."""
    visit = current_operator()
    tool = current_tool()
    typed = {field.name: typed_line(field.name, MOST_LETTERS) for field in FIELDS}
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        is_same = row.platform_id == typed["platform_id"]
        check_fresh(visit, f"{address_of(issuer, number)}/change")
    wrong = _mistakes(FIELDS, typed) or ({} if is_same else _platform_of_another(issuer, typed))
    if not wrong:
        changes = {**typed, "token_audience": typed["token_audience"] or None}
        try:
            with tool.store.begin() as session:
                registrations.update(session, number, changes, tool.clock(), visit.actor)
                self_tests.schedule(session, number, tool.clock())
            return redirect(address_of(issuer, number), 303)
        except AlreadyRegisteredError:
            wrong = {"client_id": _already_registered()}
        except ClientOfAnotherIssuerError:
            wrong = {"client_id": _client_of_another()}
    return _page(visit, issuer, row, typed, wrong)


def _already_registered() -> str:
    return _("This client of the platform is registered already, and nothing was changed.")


def _client_of_another() -> str:
    return _(
        "Another issuer has a platform with this client ID here, and nothing was changed: who manages the one platform "
        "could read the other. Remove the tool in your platform and add it there again, so that it gets another client "
        "ID. If that is not possible, ask whoever installed Nozimite."
    )


def _platform_of_another(issuer: Issuer, typed: Mapping[str, str]) -> Mapping[str, str]:
    """The mistake that the typed platform is another issuer's too, by its field; empty where it is none.

    A login without a client id is refused where its platform has several registrations, so anybody who typed in a
    platform could keep others' learners out. An invitation asks the platform itself.
    """
    platform_id = typed["platform_id"]
    with current_tool().store.read() as session:
        is_known = platform_id not in SHARED_IDS and queries.platforms.has_another_issuer(
            session, platform_id, issuer.id
        )
    if not is_known:
        return {}
    why = _(
        "Another issuer has a registration of this platform here. Register yours by an invitation, which asks the "
        "platform itself, or ask whoever installed Nozimite."
    )
    return {"platform_id": why}


def _new_registration(typed: Mapping[str, str]) -> NewRegistration:
    optional = {name: typed[name] or None for name in ("token_audience", "deployment_id")}
    return NewRegistration(**{**typed, **optional})  # type: ignore[arg-type]


def _mistakes(fields: tuple[Field, ...], typed: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with each field that cannot be used, by its name."""
    return {field.name: wrong for field in fields if (wrong := _mistake(field, typed[field.name]))}


def _mistake(field: Field, value: str) -> str:
    if not value:
        return "" if field.is_optional else _("This is missing.")
    if field.kind == "id" and identifier(value) is None:
        return _("This cannot be used as it is. Copy it from the platform once more.")
    if field.kind == "address":
        try:
            current_tool().outgoing.check_url(value)
        except OutgoingError as error:
            why = error_sentence(error.as_json())
            return _("This address cannot be used: %(why)s.", why=why)
    return ""


def _page(
    visit: OperatorVisit,
    issuer: Issuer,
    row: RegistrationRow | None,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:
    return operator_page(
        "operator/platforms/details.html",
        visit,
        issuer_now=issuer,
        row=row,
        fields=_NEW if row is None else FIELDS,
        typed=typed,
        wrong=wrong,
    )
