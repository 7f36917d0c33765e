"""Who may do what: every page of operators by every role, by an operator of another issuer, and by nobody."""

from __future__ import annotations

import re

import pytest

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.operators.permissions import MAY, ROLES, Operator, check_may, may
from lti_tool.people import addresses
from lti_tool.store.events import person
from lti_tool.store.models import Award, OperatorRole
from tests.fixtures import add_another_issuer
from tests.lti_tool.web.conftest import hidden
from tests.lti_tool.web.test_authorisation import routes

EVERY_ROLE = frozenset(ROLES)
ALL = EVERY_ROLE | {"other_issuer", "roleless"}
#: Routes by what the visitor has to be. Those of the sign-in and of invitations need no session.
NEEDS_NO_SESSION = {
    f"{method} /operator/{page}" for page in ("sign-in", "invitation", "join") for method in ("GET", "POST")
} | {f"GET /operator/{page}" for page in ("openid", "join/openid", "confirm/openid", "return")}
TEMPLATE = "/operator/issuers/<slug>/templates/<uuid:template_id>/<int:version>"
PERSON = "/operator/issuers/<slug>/people/<int:person_id>"
AWARD = f"{PERSON}/awards/<int:award_id>"
SEE_PEOPLE = {"owner", "manager", "support", "counsellor"}
WHO_MAY = {
    "GET /operator": ALL,
    "GET /operator/confirm": ALL,
    "POST /operator/confirm": frozenset(),  # by a passkey, and nothing else
    "POST /operator/sign-out": ALL,
    "GET /operator/account": ALL,
    "GET /operator/account/passkey": ALL,
    "POST /operator/account/passkey": frozenset(),  # by a new passkey
    "POST /operator/account/passkeys/remove": ALL,
    "POST /operator/account/sessions/end": ALL,
    "GET /operator/issuers/<slug>": EVERY_ROLE,
    "POST /operator/issuers/<slug>/retry": {"owner", "manager"},
    "GET /operator/issuers/<slug>/templates": EVERY_ROLE,
    f"GET {TEMPLATE}": EVERY_ROLE,
    f"POST {TEMPLATE}/answer": {"owner", "approver"},
    f"POST {TEMPLATE}/retire": {"owner", "manager"},
    "POST /operator/issuers/<slug>/templates/editor": {"owner", "manager"},
    "GET /operator/issuers/<slug>/people": SEE_PEOPLE,
    "POST /operator/issuers/<slug>/people": SEE_PEOPLE,
    f"GET {PERSON}": SEE_PEOPLE,
    f"POST {PERSON}/export": {"owner"},
    f"GET {PERSON}/erase": {"owner"},
    f"POST {PERSON}/erase": {"owner"},
    **{f"POST {PERSON}/{act}": {"owner", "manager"} for act in ("address", "checks")},
    **{f"POST {PERSON}/name/{act}": {"owner", "manager"} for act in ("confirm", "decline")},
    **{f"POST {AWARD}/{act}": {"owner", "manager"} for act in ("resend", "retry", "revoke", "correct")},
    **{f"GET {AWARD}/{act}": {"owner", "manager"} for act in ("revoke", "correct")},
    "GET /operator/issuers/<slug>/events": {"owner", "manager", "auditor"},
    "POST /operator/issuers/<slug>/events/csv": {"owner", "auditor"},
    "GET /operator/issuers/<slug>/settings": {"owner", "manager", "auditor"},
    "GET /operator/issuers/<slug>/operators": {"owner"},
    **{f"POST /operator/issuers/<slug>/operators/{act}": {"owner"} for act in ("give", "take", "invite")},
}
#: What is sent with a form, so that nothing but the visitor decides about the answer.
FORMS = {
    "give": {"operator": "1", "role": "auditor"},
    "take": {"operator": "1", "role": "auditor"},
    "invite": {"role": "auditor"},
    "answer": {"answer": "declined"},  # without a reason: the page asks for one
    "people": {"find": "anna"},
    "address": {"proof": "1"},
}


def operator_routes(app):
    return {route for route in routes(app) if route.partition(" ")[2].startswith("/operator")}


def test_every_route_of_operators_says_who_may_open_it(app):
    assert operator_routes(app) == WHO_MAY.keys() | NEEDS_NO_SESSION


@pytest.fixture
def visitors(join, web_tool):
    """Somebody with each of the roles, in a browser of their own."""
    found = {role: join(role) for role in ROLES}
    found["other_issuer"] = join("owner", add_another_issuer(web_tool).id)
    found["roleless"] = join("owner")
    with web_tool.store.begin() as session:
        last = session.query(OperatorRole).order_by(OperatorRole.id.desc()).first()
        session.delete(last)
    return found


def a_badge(tool, request):
    """The numbers of Anna, who has proved an address, and of her award."""
    request.getfixturevalue("annas_badge")
    with tool.store.begin() as session:
        award = session.query(Award).one()
        addresses.save_proof(
            session, award.person_id, "anna@home.example", tool.clock(), person(award.person_id)
        )
        return {"person_id": str(award.person_id), "award_id": str(award.id)}


@pytest.mark.parametrize("route", sorted(WHO_MAY))
def test_each_role_opens_what_it_may_and_nothing_else(new_browser, web_tool, published, request, route):
    method, _, rule = route.partition(" ")
    values = {"slug": "riga-college", "template_id": published, "version": "1"}
    if "person_id" in rule:
        values |= a_badge(web_tool, request)
    # Only now: their sessions would have ended before the badge was made.
    visitors = request.getfixturevalue("visitors")
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule)
    wrong = {}
    for name, visitor in (visitors | {"nobody": new_browser()}).items():
        if method == "GET":
            page = visitor.get(address)
        else:
            secret = "" if name == "nobody" else hidden(visitor.get("/operator/account"), "_form")
            page = visitor.send(address, _form=secret, **FORMS.get(address.rpartition("/")[2], {}))
        to_sign_in = page.status_code == 303 and page.location == "/operator/sign-in"
        opened = page.status_code in (200, 303) and (not to_sign_in or route.endswith("sign-out"))
        if opened != (name in WHO_MAY[route]) and not (name == "nobody" and to_sign_in):
            wrong[name] = page.status_code
        if name in ("other_issuer", "roleless") and not opened and "slug" in route:
            assert page.status_code == 404
    assert wrong == {}


# --- The table


def test_each_permission_names_roles_that_there_are():
    assert all(roles and roles <= EVERY_ROLE for roles in MAY.values())
    assert all("owner" in roles for roles in MAY.values())


@pytest.mark.parametrize("role", ["", "Owner", "owner ", "emperor", "None"])
def test_a_role_that_is_not_known_permits_nothing(role):
    somebody = Operator(id=1, name="x", roles={"here": {role}})
    assert not any(may(somebody, "here", permission) for permission in MAY)
    with pytest.raises(NotFoundError):
        check_may(somebody, "here", "see_home")


def test_a_permission_that_is_not_known_is_nobodys():
    somebody = Operator(id=1, name="x", roles={"here": set(ROLES)})
    assert not may(somebody, "here", "fly")
    with pytest.raises(NotAllowedError):
        check_may(somebody, "here", "fly")


def test_a_role_is_held_where_it_was_given_and_nowhere_else():
    somebody = Operator(id=1, name="x", roles={"here": {"owner"}})
    assert may(somebody, "here", "manage_operators") and not may(somebody, "there", "see_home")
