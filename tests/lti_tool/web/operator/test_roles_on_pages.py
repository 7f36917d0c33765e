"""Who may do what: every page of operators by every role, by an operator of another issuer, and by nobody."""

from __future__ import annotations

import re

import pytest

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.operators.permissions import MAY, ROLES, Operator, check_may, may
from lti_tool.people import addresses
from lti_tool.prior_learning import identification, portfolio
from lti_tool.prior_learning.portfolio import About
from lti_tool.statistics.report import Report
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.store.models import (
    Award,
    CredentialRow,
    EndorsementRow,
    OperatorRole,
    OrganisationRow,
    Pathway,
    PathwayClaim,
    Person,
    PriorLearningAssessment,
    StatisticsReport,
    TemplateVersion,
)
from tests import organisations, prior_learning
from tests.backpack import kept_badge
from tests.fixtures import add_another_issuer, publish
from tests.lti_tool.web.conftest import hidden
from tests.lti_tool.web.test_authorisation import routes

EVERY_ROLE = frozenset(ROLES)
ALL = EVERY_ROLE | {"other_issuer", "roleless"}
#: Routes by what the visitor has to be. Those of the sign-in and of invitations need no session.
NEEDS_NO_SESSION = {
    f"{method} /operator/{page}" for page in ("sign-in", "invitation", "join") for method in ("GET", "POST")
} | {f"GET /operator/{page}" for page in ("openid", "join/openid", "confirm/openid", "return")}
TEMPLATE = "/operator/issuers/<slug>/templates/<uuid:template_id>/<int:version>"
FEEDBACK = "/operator/issuers/<slug>/templates/<uuid:template_id>/feedback"
ACCREDITATION = "accreditations/<int:number>"
PLATFORMS = "/operator/issuers/<slug>/platforms"
PLATFORM = f"{PLATFORMS}/<int:number>"
SEE_PLATFORMS = {"owner", "manager", "support", "auditor"}
MANAGE_PLATFORMS = {"owner", "manager"}
PERSON = "/operator/issuers/<slug>/people/<int:person_id>"
PATHWAYS = "/operator/issuers/<slug>/pathways"
PATHWAY = f"{PATHWAYS}/<int:pathway_id>"
CLAIM = f"{PATHWAYS}/claims/<int:claim_id>"
FIND_EQUIVALENT = {"owner", "approver", "assessor"}
AWARD = f"{PERSON}/awards/<int:award_id>"
ENDORSEMENTS = {"owner", "manager", "approver"}
PRIOR_LEARNING = "GET /operator/issuers/<slug>/prior-learning"
OFFER = "/operator/issuers/<slug>/prior-learning/offers/<uuid:template_id>"
APPLICATION = "/operator/issuers/<slug>/prior-learning/applications/<uuid:application_key>"
HAVE_A_PART = {"owner", "manager", "approver", "assessor", "counsellor"}
STATISTICS = "/operator/issuers/<slug>/statistics"
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
    "POST /operator/account/address": EVERY_ROLE | {"other_issuer"},  # whoever has a role anywhere
    "POST /operator/account/address/prove": ALL,
    "POST /operator/account/address/remove": ALL,
    "GET /operator/issuers/<slug>": EVERY_ROLE,
    "POST /operator/issuers/<slug>/retry": {"owner", "manager"},
    "GET /operator/issuers/<slug>/templates": EVERY_ROLE,
    "GET /operator/issuers/<slug>/catalogue": EVERY_ROLE,
    **{
        f"POST /operator/issuers/<slug>/catalogue/<uuid:template_id>/{act}": {"owner", "manager"}
        for act in ("put-in", "take-out")
    },
    f"GET {TEMPLATE}": EVERY_ROLE,
    f"GET {FEEDBACK}": EVERY_ROLE,
    **{
        f"GET /operator/issuers/<slug>/reviews{page}{file}": EVERY_ROLE
        for page in ("", "/<uuid:template_id>")
        for file in ("", "/<int:year>.json", "/<int:year>.pdf")
    },
    "POST /operator/issuers/<slug>/reviews/<uuid:template_id>": {"owner", "manager", "approver"},
    f"POST {FEEDBACK}/invite": {"owner", "manager"},
    f"POST {FEEDBACK}/withdraw": {"owner", "manager"},
    f"POST {TEMPLATE}/answer": {"owner", "approver"},
    f"POST {TEMPLATE}/retire": {"owner", "manager"},
    "POST /operator/issuers/<slug>/templates/editor": {"owner", "manager"},
    **{f"GET {page}": EVERY_ROLE for page in (PATHWAYS, PATHWAY)},
    **{
        f"POST {page}": {"owner", "manager"}
        for page in (PATHWAYS, PATHWAY, f"{PATHWAY}/retire", f"{PATHWAY}/list", f"{PATHWAY}/leave")
    },
    f"GET {CLAIM}": FIND_EQUIVALENT,
    **{f"POST {CLAIM}/{act}": FIND_EQUIVALENT for act in ("check", "settle")},
    **{f"GET {page}": SEE_PLATFORMS for page in (PLATFORMS, PLATFORM, f"{PLATFORMS}/moodle-plugin.zip")},
    **{
        f"{method} {page}": MANAGE_PLATFORMS
        for method in ("GET", "POST")
        for page in (f"{PLATFORMS}/add", f"{PLATFORM}/change", f"{PLATFORM}/sources/<name>")
    },
    **{f"POST {PLATFORMS}/{act}": MANAGE_PLATFORMS for act in ("invite", "invitations/withdraw")},
    f"POST {PLATFORMS}/rotate": {"owner"},
    **{
        f"POST {PLATFORM}/{act}": MANAGE_PLATFORMS
        for act in ("test", "deployments", "disable", "enable", "remove", "sources/<name>/remove")
    },
    "GET /operator/issuers/<slug>/people": SEE_PEOPLE,
    "POST /operator/issuers/<slug>/people": SEE_PEOPLE,
    f"GET {PERSON}": SEE_PEOPLE,
    f"POST {PERSON}/export": {"owner"},
    f"POST {PERSON}/recognition-pack": {"owner"},
    f"GET {PERSON}/erase": {"owner"},
    f"POST {PERSON}/erase": {"owner"},
    **{f"POST {PERSON}/{act}": {"owner", "manager"} for act in ("address", "checks")},
    **{f"POST {PERSON}/name/{act}": {"owner", "manager"} for act in ("confirm", "decline")},
    **{
        f"POST {AWARD}/{act}": {"owner", "manager"}
        for act in ("resend", "retry", "revoke", "correct", "settle")
    },
    **{f"GET {AWARD}/{act}": {"owner", "manager"} for act in ("revoke", "correct")},
    "GET /operator/issuers/<slug>/events": {"owner", "manager", "auditor"},
    "POST /operator/issuers/<slug>/events/csv": {"owner", "auditor"},
    f"GET {STATISTICS}": EVERY_ROLE,
    f"POST {STATISTICS}/completions": {"owner"},
    f"GET {STATISTICS}/<int:year>": EVERY_ROLE,
    f"POST {STATISTICS}/<int:year>/csv": EVERY_ROLE,
    **{
        f"POST {STATISTICS}/<int:year>/{act}": {"owner", "manager"}
        for act in ("report", "publish", "withdraw")
    },
    "GET /operator/issuers/<slug>/settings": {"owner", "manager", "auditor"},
    # The assessor is appointed there, and its candidate has asked for help.
    PRIOR_LEARNING: HAVE_A_PART,
    **{f"{method} {OFFER}": {"owner", "manager"} for method in ("GET", "POST")},
    f"POST {OFFER}/close": {"owner", "manager"},
    f"GET {APPLICATION}": HAVE_A_PART,
    f"GET {APPLICATION}/items/<uuid:item_key>": {"assessor", "counsellor"},
    f"POST {APPLICATION}/advise": {"counsellor"},
    **{f"POST {APPLICATION}/{act}": {"owner", "manager"} for act in ("appoint", "dismiss")},
    f"POST {APPLICATION}/assess": {"assessor"},
    f"POST {APPLICATION}/identity": {"owner", "approver", "assessor"},
    **{f"POST {APPLICATION}/{act}": {"owner", "approver"} for act in ("grant", "refuse")},
    **{
        f"GET /operator/issuers/<slug>/{page}": EVERY_ROLE
        for page in ("profile", "accreditations", "look", "mails", "keys")
    },
    **{
        f"GET /operator/issuers/<slug>/{page}": {"owner"}
        for page in (
            "authority",
            "rules",
            "declarations",
            "profile/file",
            "accreditations/new",
            ACCREDITATION,
        )
    },
    **{
        f"POST /operator/issuers/<slug>/{page}": {"owner", "manager"}
        for page in ("look", "look/logo", "mails")
    },
    **{
        f"POST /operator/issuers/<slug>/{page}": {"owner"}
        for page in (
            *("profile", "authority", "rules", "declarations", "accreditations/new", ACCREDITATION),
            *(f"{ACCREDITATION}/remove", "keys/make", "keys/rotate", "keys/retire", "keys/compromised"),
        )
    },
    "POST /operator/issuers/<slug>/profile/confirm": {"owner"},
    "GET /operator/issuers/<slug>/endorsements": ENDORSEMENTS,
    **{
        f"POST /operator/issuers/<slug>/endorsements/{act}": ENDORSEMENTS
        for act in ("invite", "link", "close", "end", "show", "hide")
    },
    "GET /operator/issuers/<slug>/operators": {"owner"},
    **{f"POST /operator/issuers/<slug>/operators/{act}": {"owner"} for act in ("give", "take", "invite")},
}
#: What is sent with a form, so that nothing but the visitor decides about the answer.
FORMS = {
    "list": {"listed": "yes"},
    "give": {"operator": "1", "role": "auditor"},
    "take": {"operator": "1", "role": "auditor"},
    "invite": {"role": "auditor"},
    "deployments": {"act": "any"},
    "answer": {"answer": "declined"},  # without a reason: the page asks for one
    "make": {"kind": "Ed25519"},
    "rotate": {"kind": "Ed25519"},
    "retire": {"key": "KEY"},
    "compromised": {"key": "KEY"},
    "confirm": {"version": "1"},
    "people": {"find": "anna"},
    "1": {"seen": "2026-11-21T09:00:00+00:00"},
    "settle": {"finding": "not_equivalent"},  # without a reason: the page asks for one
    "completions": {"code": "ILA-7"},
    "address": {"proof": "1"},
    "close": {"organisation": "ORGANISATION"},
    "show": {"endorsement": "ENDORSEMENT"},
    "hide": {"endorsement": "ENDORSEMENT"},
    "end": {"link": "1"},
    "appoint": {"operator": "1"},
    "recognition-pack": {"badge": "BADGE"},
}


def newest_key(tool):
    with tool.store.read() as session:
        return queries.issuers.signing_keys(session, tool.issuer.id)[0].kid


def an_application(tool):
    """What stands in the addresses of pages about prior learning; its candidate has asked for help."""
    offer_id = prior_learning.offer(tool, publish(tool))
    application_id = prior_learning.documenting(tool, offer_id)
    prior_learning.change(tool, application_id, identification.ask_help, tool.clock())
    with tool.store.begin() as session:
        row = prior_learning.row_of(session, application_id)
        item = portfolio.add_file(session, row, About(title="Diploma"), prior_learning.PDF, tool.clock())
        return {"application_key": row.key, "item_key": item.key, "template_id": row.template_id}


def appoint_the_assessor(tool):
    """Appoints the visitor with that role, whatever step it is in."""
    with tool.store.begin() as session:
        role = session.query(OperatorRole).filter_by(role="assessor").one()
        session.add(
            PriorLearningAssessment(
                application_id=1, round=1, place=1, operator_id=role.operator_id, appointed_at=tool.clock()
            )
        )


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


def an_endorsement(tool):
    """An organisation of Riga College, what it has signed, and a link."""
    organisations.sign(tool, organisations.invite_employer(tool), organisations.about_issuer(tool))
    organisations.link_to_endorse(tool)


def newest_of_organisations(tool, name):
    kind = {"organisation": OrganisationRow, "endorsement": EndorsementRow}[name]
    with tool.store.read() as session:
        return session.query(kind).one().id


def a_pathway(tool):
    """The numbers of a pathway, and of a claim for a part of it that waits for an answer."""
    now = tool.clock()
    with tool.store.begin() as session:
        row = Pathway(
            issuer_id=tool.issuer.id, template_id="x", draft='{"all":[]}', created_at=now, changed_at=now
        )
        learner = Person(name="Anna Bērziņa")
        session.add_all([row, learner])
        session.flush()
        kept = kept_badge(learner.id, now)
        session.add(kept)
        session.flush()
        claim = PathwayClaim(
            pathway_id=row.id,
            part="x",
            person_id=learner.id,
            kept_badge_id=kept.id,
            status="asked",
            claimed_at=now,
        )
        session.add(claim)
        session.flush()
        return {"pathway_id": str(row.id), "claim_id": str(claim.id)}


@pytest.fixture
def counted_year(web_tool):
    """A year of which the statistics were counted."""
    with web_tool.store.begin() as session:
        body = Report(year=2025, total=None, tables={}).as_json()
        issuer_id = web_tool.issuer.id
        session.add(StatisticsReport(issuer_id=issuer_id, year=2025, body=body, made_at=web_tool.clock()))
    return "2025"


@pytest.fixture
def published_there(school, web_tool):
    """The id of a template that was published in a course of the platform, which so cannot be removed."""
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).filter_by(template_id=school.badge).one()
        row.course_id, row.body = 1, row.body | {"funding_code": "ILA-7"}
    return school.badge


#: Routes that leave the visitors as they are, together: to make the visitors takes longer than to ask.
AS_THEY_ARE = [
    sorted(route for route in WHO_MAY if route.startswith("GET")),
    sorted(
        route for route in WHO_MAY if re.match(r"POST .*/(profile|look|keys|rules|accreditations)\b", route)
    ),
]
GROUPS = [
    *AS_THEY_ARE,
    *([route] for route in sorted(WHO_MAY) if not any(route in each for each in AS_THEY_ARE)),
]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_each_role_opens_what_it_may_and_nothing_else(new_browser, web_tool, request, group):
    values = {"slug": "riga-college", "version": "1", "number": "1", "year": "2026", "name": "csv"}
    if any("person_id" in route for route in group):
        values |= a_badge(web_tool, request)
    if any("/pathways/" in route for route in group):
        values |= a_pathway(web_tool)
    values["year"] = request.getfixturevalue("counted_year")
    values["template_id"] = request.getfixturevalue("published_there")
    if any("/endorsements/" in route for route in group):
        an_endorsement(web_tool)
    if any("prior-learning" in route for route in group):
        values |= an_application(web_tool)
    # Only now: their sessions would have ended before the badge was made.
    found = request.getfixturevalue("visitors") | {"nobody": new_browser()}
    if "application_key" in values:
        appoint_the_assessor(web_tool)
    wrong = {(route, *each) for route in group for each in opened_by_others(found, route, values, web_tool)}
    assert wrong == set()


def opened_by_others(visitors, route, values, tool):
    """Visitors to whom the route answers otherwise than it ought to, with the answers."""
    method, _, rule = route.partition(" ")
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule)
    for name, visitor in visitors.items():
        if method == "GET":
            page = visitor.get(address)
        else:
            secret = "" if name == "nobody" else hidden(visitor.get("/operator/account"), "_form")
            form = dict(FORMS.get(address.rpartition("/")[2], {}))
            if form.get("key"):
                form["key"] = newest_key(tool)
            if "/endorsements/" in address:
                form |= {name: newest_of_organisations(tool, name) for name in form if form[name].isupper()}
            if form.get("badge"):
                with tool.store.read() as session:
                    form["badge"] = session.query(CredentialRow).one().id
            page = visitor.send(address, _form=secret, **form)
        to_sign_in = page.status_code == 303 and page.location == "/operator/sign-in"
        opened = page.status_code in (200, 303) and (not to_sign_in or route.endswith("sign-out"))
        if opened != (name in WHO_MAY[route]) and not (name == "nobody" and to_sign_in):
            yield name, page.status_code
        if (
            name in ("other_issuer", "roleless")
            and not opened
            and "slug" in route
            and page.status_code != 404
        ):
            yield name, page.status_code


# --- The table


#: Whoever has one of these decides with what they know themselves: an owner gives the role, and takes it to have it.
BY_APPOINTMENT = {"counsel_prior_learning", "assess_prior_learning"}


def test_each_permission_names_roles_that_there_are():
    assert all(roles and roles <= EVERY_ROLE for roles in MAY.values())
    assert all("owner" in roles for permission, roles in MAY.items() if permission not in BY_APPOINTMENT)


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
