"""Who may do what: every route by every kind of visitor, and the roles that make somebody an author of badges."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.schemas import PACK_SCHEMA_PATH
from badges.sd_jwt.claims import TYPE_PATH
from lti_tool.addresses import EXTENSION_SCHEMA_PATH
from lti_tool.observations.roles import MEMBERSHIP, TEST_USER, role_uris
from lti_tool.people import operator_sessions, sessions
from lti_tool.platforms import registrations
from lti_tool.store import queries
from lti_tool.store.models import (
    AwardRule,
    BulkAct,
    BulkActPerson,
    HandAward,
    LaunchSession,
    Person,
    ProvedAddress,
    Question,
    ResourceLink,
    RuleVersion,
    StatisticsReport,
    TemplateVersion,
)
from lti_tool.templates import versions
from lti_tool.values import DeepLinkingSettings, secret_hash
from lti_tool.wiring import build_tool
from signing.document_loader import EXTENSION_PATH
from tests import prior_learning
from tests.fixtures import (
    ANNA,
    JANIS,
    NEW_REGISTRATION,
    TOMS,
    ZANE,
    add_another_issuer,
    give_look,
    launch_of,
    settings_for,
    template_data,
)
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_placement import REQUEST, RETURN

# --- Every route, by every kind of visitor. A new route has to be added here.

VISITORS = frozenset(
    "learner another_learner teacher assistant observer other_course other_platform other_issuer operator nobody "
    "expired revoked".split()
)
EVERYBODY = VISITORS
#: What opens these is in the request: a code, a ticket, a token of a platform. No session does.
NOBODY: frozenset[str] = frozenset()
LEARNERS = frozenset({"learner", "another_learner"})
#: Who has the badge.
OWNER = frozenset({"learner"})
#: The staff of the course to which rule and award belong,
STAFF = frozenset({"teacher", "assistant"})
#: and of any course, for pages about the visitor's own.
ANY_STAFF = STAFF | {"other_course", "other_platform", "other_issuer"}
#: Whoever writes or places badges: their own.
AUTHORS = ANY_STAFF - {"assistant"}
EDITORS = AUTHORS | {"operator"}
#: Those who may change the course's template, or read its draft.
ITS_EDITORS = frozenset({"teacher", "operator"})

RULE = "/lti/app/rules/<int:rule_id>"
HAND = "/lti/app/hand/<int:hand_award_id>"
AWARD = "/lti/app/awards/<int:award_id>"
PERSON_PAGE = "/issuers/<slug>/people/<int:person_id>"
APPLICATION = "/my/prior-learning/<uuid:application_key>"
OPERATORS_APPLICATION = "/issuers/<slug>/prior-learning/applications/<uuid:application_key>"
PRIOR_LEARNING_OFFER = "/issuers/<slug>/prior-learning/offers/<uuid:template_id>"
TEMPLATE = "/lti/app/templates/<uuid:template_id>/<int:version>"
#: Pages of operators with the settings of an issuer, each with a form.
SETTINGS = (
    *("profile", "authority", "rules", "declarations", "mails", "look"),
    *("accreditations/new", "accreditations/<int:number>"),
)
OPERATORS_PLATFORM = "/issuers/<slug>/platforms/<int:number>"
WHO_MAY = {
    "GET /": EVERYBODY,
    "GET /static/<path:filename>": EVERYBODY,
    "GET /static/fonts/<file>": EVERYBODY,
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /workz": EVERYBODY,
    "GET /metrics": NOBODY,
    "GET /openapi.json": EVERYBODY,
    "GET /verify": EVERYBODY,
    "POST /verify": EVERYBODY,
    "POST /verify/qr-code": EVERYBODY,
    "GET /badges/<uuid:badge_id>": EVERYBODY,
    "GET /badges/<uuid:badge_id>.json": EVERYBODY,
    "GET /badges/<uuid:badge_id>.jwt": EVERYBODY,
    "GET /badges/<uuid:badge_id>.svg": EVERYBODY,
    "GET /badges/<uuid:badge_id>.pdf": EVERYBODY,
    "GET /badges/<uuid:badge_id>.png": EVERYBODY,
    "GET /badges/<uuid:badge_id>/part.png": EVERYBODY,
    "GET /credentials/<uuid:credential_id>": EVERYBODY,
    "GET /achievements/<uuid:template_id>/<int:version>": EVERYBODY,
    "GET /achievements/<uuid:template_id>/<int:version>/<language>": EVERYBODY,
    "GET /achievements/<uuid:template_id>/<int:version>/image.png": EVERYBODY,
    "GET /achievements/<uuid:template_id>/<int:version>/mark.png": EVERYBODY,
    "GET /issuers/<slug>": EVERYBODY,
    **{
        f"GET {address}": EVERYBODY
        for of in ("", "/issuers/<slug>")
        for address in (
            f"{of}/catalogue{ending}" for ending in ("", ".json", ".atom", "/embed", "/elm.jsonld")
        )
    },
    # What is in no catalogue is found by nobody, and the badge of these visitors is not.
    **{f"GET /catalogue/<uuid:template_id>{ending}": NOBODY for ending in ("", "/embed")},
    **{f"GET /catalogue/<uuid:template_id>/{kind}.jsonld": NOBODY for kind in ("course", "elm", "ctdl")},
    "GET /sitemap.xml": EVERYBODY,
    "GET /sitemap-<int:part>.xml": EVERYBODY,
    "GET /robots.txt": EVERYBODY,
    "GET /issuers/<slug>/privacy": EVERYBODY,
    "GET /issuers/<slug>/statistics": EVERYBODY,
    "GET /issuers/<slug>/accent.css": EVERYBODY,
    "GET /issuers/<slug>/logo.png": EVERYBODY,
    "GET /issuers/<slug>/did.json": EVERYBODY,
    "GET /issuers/<slug>/jwks.json": EVERYBODY,
    "GET /issuers/<slug>/keys/<kid>.json": EVERYBODY,
    "GET /.well-known/jwks.json": EVERYBODY,
    "GET /status/<int:list_id>": EVERYBODY,
    f"GET {EXTENSION_PATH}": EVERYBODY,
    f"GET {EXTENSION_SCHEMA_PATH}": EVERYBODY,
    f"GET {PACK_SCHEMA_PATH}": EVERYBODY,
    "GET /.well-known/openid-credential-issuer/issuers/<slug>": EVERYBODY,
    "GET /issuers/<slug>/.well-known/openid-credential-issuer": EVERYBODY,
    "GET /.well-known/oauth-authorization-server/issuers/<slug>": EVERYBODY,
    "GET /issuers/<slug>/.well-known/oauth-authorization-server": EVERYBODY,
    f"GET /issuers/<slug>{TYPE_PATH}": EVERYBODY,
    f"GET /.well-known/vct/issuers/<slug>{TYPE_PATH}": EVERYBODY,
    "GET /wallet/offers/<token>": NOBODY,
    "POST /issuers/<slug>/wallet/token": NOBODY,
    "POST /issuers/<slug>/wallet/nonce": EVERYBODY,
    "POST /issuers/<slug>/wallet/credential": NOBODY,
    "POST /issuers/<slug>/wallet/deferred": NOBODY,
    "POST /issuers/<slug>/wallet/notification": NOBODY,
    "GET /lti/jwks.json": EVERYBODY,
    "GET /lti/canvas.json": EVERYBODY,
    "GET /lti/launch": EVERYBODY,
    "GET /lti/editor": EVERYBODY,
    "GET /lti/login": NOBODY,
    "POST /lti/login": NOBODY,
    "POST /lti/launch": NOBODY,
    "POST /lti/storage-confirm": NOBODY,
    "POST /lti/confirm": NOBODY,
    "POST /lti/open": NOBODY,
    "GET /lti/register": NOBODY,
    "POST /lti/register": NOBODY,
    "POST /lti/editor": NOBODY,
    "GET /lti/approval": NOBODY,
    "POST /lti/approval": NOBODY,
    "GET /mail/reminders/<token>": NOBODY,
    "POST /mail/bounces": NOBODY,
    "POST /badges/<uuid:badge_id>/holder": EVERYBODY,
    "GET /holder/<token>": NOBODY,
    "GET /mail/holder/<token>": NOBODY,
    "POST /mail/holder/<token>": NOBODY,
    "POST /mail/reminders/<token>": NOBODY,
    **{
        f"{method} /sources/<name>/<int:registration_id>/{path}": NOBODY
        for method in ("GET", "POST", "PUT")
        for path in ("", "<path:path>")
    },
    "POST /lti/app/learner": LEARNERS,
    "POST /lti/app/leave": VISITORS - {"nobody", "expired", "revoked"},
    "GET /my": EVERYBODY,
    "GET /my/data": EVERYBODY,
    "POST /my/data/file": NOBODY,
    "POST /my/data/withhold": NOBODY,
    # A session of a learner comes by a cookie; without one these lead to the page that asks for a code.
    "GET /my/badges/<uuid:badge_id>": EVERYBODY,
    # No page of another site sends these.
    "POST /my/code": NOBODY,
    "POST /my/session": NOBODY,
    "POST /my/recognition-pack": NOBODY,
    "POST /my/sign-out": NOBODY,
    "POST /my/sessions/end": NOBODY,
    "POST /my/badges/<uuid:badge_id>/sharing/<action>": NOBODY,
    "POST /my/badges/<uuid:badge_id>/feedback": NOBODY,
    "POST /my/badges/<uuid:badge_id>/wallet": NOBODY,
    "POST /my/badges/<uuid:badge_id>/wallet/offer": NOBODY,
    # Whoever has the token of a link for a wallet, which these do not.
    "GET /interactions/<token>": NOBODY,
    "POST /exchanges/<token>": NOBODY,
    "POST /exchanges/<token>/presentation": NOBODY,
    **{
        f"POST /my/kept{page}": NOBODY
        for page in ("", "/all", *(f"/<int:kept_id>/{act}" for act in ("check", "remove")))
    },
    "GET /my/kept/<int:kept_id>/file": EVERYBODY,
    "POST /my/programs/<int:access_id>/end": NOBODY,
    # What is open is for everybody; what comes then is for whoever reads the mail of an address.
    "GET /prior-learning": EVERYBODY,
    "GET /prior-learning/<int:offer_id>": EVERYBODY,
    **{f"POST /prior-learning/<int:offer_id>/{act}": NOBODY for act in ("code", "session", "begin")},
    "GET /my/prior-learning": EVERYBODY,
    **{f"GET {APPLICATION}{page}": EVERYBODY for page in ("", "/<step>", "/items/<uuid:item_key>")},
    **{
        f"POST {APPLICATION}/{act}": NOBODY
        for act in (
            *("identification", "help", "back", "hand-in", "withdraw", "appeal"),
            *(f"items/{kind}" for kind in ("text", "link", "file", "badge")),
            "items/<uuid:item_key>/remove",
        )
    },
    "GET /my/pathways": EVERYBODY,
    "GET /my/pathways/<uuid:template_id>": NOBODY,  # this id is of no whole
    "POST /my/pathways/<int:pathway_id>/claim": NOBODY,
    "POST /my/pathways/claims/<int:claim_id>/withdraw": NOBODY,
    "GET /my/places": EVERYBODY,
    "POST /my/places": NOBODY,
    "GET /my/places/<int:access_id>": EVERYBODY,
    **{f"POST /my/places/<int:access_id>/{act}": NOBODY for act in ("bring", "new", "stop")},
    # A host leads there, at the end of the address that is its own.
    "GET /my/places/back/<key>": NOBODY,
    # A program asks for it, in a request that names the program.
    "GET /my/programs/authorize": NOBODY,
    "POST /my/programs/authorize": NOBODY,
    # Programs show a token, or their secret; that a learner may do something lets none of these do it.
    "GET /ims/ob/v3p0/discovery": EVERYBODY,
    **{f"POST /ims/ob/v3p0/{page}": NOBODY for page in ("register", "token", "revoke", "credentials")},
    **{
        f"{method} /ims/ob/v3p0/{page}": NOBODY
        for method, page in (("GET", "credentials"), ("GET", "profile"), ("PUT", "profile"))
    },
    "GET /.well-known/badgeconnect.json": EVERYBODY,
    "GET /ims/ob/v2p1/backpack/collections": EVERYBODY,
    "GET /ims/ob/v2p1/assertions": NOBODY,
    "POST /ims/ob/v2p1/assertions": NOBODY,
    "GET /ims/ob/v2p1/profile": NOBODY,
    "POST /my/badges/<uuid:badge_id>/list/<action>": NOBODY,
    # So does one of an operator: without it these lead to the page to sign in. Who may what there, by role, is in
    # `tests/lti_tool/web/operator/test_roles_on_pages.py`.
    "GET /operator/sign-in": EVERYBODY,
    "GET /operator/invitation": EVERYBODY,
    "GET /operator/join": NOBODY,
    "GET /operator/openid": NOBODY,  # where there is no provider
    "GET /operator/join/openid": NOBODY,
    "GET /operator/return": NOBODY,
    "GET /operator/confirm/openid": EVERYBODY,
    **{
        f"GET /operator{page}": EVERYBODY
        for page in (
            *("", "/confirm", "/account", "/account/passkey"),
            *(
                "/issuers/<slug>",
                "/issuers/<slug>/operators",
                "/issuers/<slug>/templates",
                "/issuers/<slug>/catalogue",
            ),
            *("/issuers/<slug>", "/issuers/<slug>/operators", "/issuers/<slug>/templates"),
            "/issuers/<slug>/endorsements",
            *(f"/issuers/<slug>/pathways{page}" for page in ("", "/<int:pathway_id>")),
            "/issuers/<slug>/pathways/claims/<int:claim_id>",
            "/issuers/<slug>/events",
            *("/issuers/<slug>/statistics", "/issuers/<slug>/statistics/<int:year>"),
            "/issuers/<slug>/settings",
            *(f"/issuers/<slug>/platforms{page}" for page in ("", "/add", "/moodle-plugin.zip")),
            *(f"{OPERATORS_PLATFORM}{page}" for page in ("", "/change", "/sources/<name>")),
            "/issuers/<slug>/people",
            "/issuers/<slug>/prior-learning",
            *(OPERATORS_APPLICATION, f"{OPERATORS_APPLICATION}/items/<uuid:item_key>", PRIOR_LEARNING_OFFER),
            *(f"{PERSON_PAGE}{page}" for page in ("", "/erase")),
            *(f"{PERSON_PAGE}/awards/<int:award_id>/{act}" for act in ("revoke", "correct")),
            "/issuers/<slug>/templates/<uuid:template_id>/<int:version>",
            "/issuers/<slug>/templates/<uuid:template_id>/feedback",
            *(f"/issuers/<slug>/reviews{page}" for page in ("", "/<int:year>.json", "/<int:year>.pdf")),
            *(
                f"/issuers/<slug>/reviews/<uuid:template_id>{page}"
                for page in ("", "/<int:year>.json", "/<int:year>.pdf")
            ),
            *(f"/issuers/<slug>/{page}" for page in (*SETTINGS, "profile/file", "accreditations", "keys")),
        )
    },
    **{
        f"POST /operator/{page}": NOBODY
        for page in (
            *("sign-in", "invitation", "join", "confirm", "sign-out"),
            *("account/passkey", "account/passkeys/remove", "account/sessions/end"),
            *(f"account/address{act}" for act in ("", "/prove", "/remove")),
            *(f"issuers/<slug>/operators/{act}" for act in ("give", "take", "invite")),
            *(
                f"issuers/<slug>/endorsements/{act}"
                for act in ("invite", "close", "link", "end", "show", "hide")
            ),
            *(f"issuers/<slug>/{page}" for page in (*SETTINGS, "profile/confirm", "look/logo")),
            *(f"issuers/<slug>/keys/{act}" for act in ("make", "rotate", "retire", "compromised")),
            "issuers/<slug>/accreditations/<int:number>/remove",
            "issuers/<slug>/retry",
            *(
                f"issuers/<slug>/platforms/{act}"
                for act in ("add", "invite", "invitations/withdraw", "rotate")
            ),
            *(
                f"{OPERATORS_PLATFORM[1:]}/{act}"
                for act in ("change", "test", "deployments", "disable", "enable", "remove")
            ),
            *(f"{OPERATORS_PLATFORM[1:]}/sources/<name>{act}" for act in ("", "/remove")),
            *(f"issuers/<slug>/pathways{page}" for page in ("", "/<int:pathway_id>")),
            *(f"issuers/<slug>/pathways/<int:pathway_id>/{act}" for act in ("retire", "list", "leave")),
            *(f"issuers/<slug>/pathways/claims/<int:claim_id>/{act}" for act in ("check", "settle")),
            "issuers/<slug>/events/csv",
            *(f"{PRIOR_LEARNING_OFFER[1:]}{act}" for act in ("", "/close")),
            *(
                f"{OPERATORS_APPLICATION[1:]}/{act}"
                for act in ("advise", "appoint", "dismiss", "assess", "identity", "grant", "refuse")
            ),
            "issuers/<slug>/statistics/completions",
            *(
                f"issuers/<slug>/statistics/<int:year>/{act}"
                for act in ("report", "csv", "publish", "withdraw")
            ),
            "issuers/<slug>/people",
            *(
                f"{PERSON_PAGE[1:]}/{act}"
                for act in ("export", "erase", "address", "checks", "name/confirm", "name/decline")
            ),
            f"{PERSON_PAGE[1:]}/recognition-pack",
            *(
                f"{PERSON_PAGE[1:]}/awards/<int:award_id>/{act}"
                for act in ("resend", "retry", "revoke", "correct", "settle")
            ),
            "issuers/<slug>/reviews/<uuid:template_id>",
            "issuers/<slug>/templates/editor",
            *(f"issuers/<slug>/catalogue/<uuid:template_id>/{act}" for act in ("put-in", "take-out")),
            "issuers/<slug>/templates/<uuid:template_id>/feedback/invite",
            "issuers/<slug>/templates/<uuid:template_id>/feedback/withdraw",
            *(
                f"issuers/<slug>/templates/<uuid:template_id>/<int:version>/{act}"
                for act in ("answer", "retire")
            ),
        )
    },
    "POST /lti/app/mine": LEARNERS,
    "POST /lti/app/mine/address": LEARNERS,
    "POST /lti/app/mine/code": LEARNERS,
    "POST /lti/app/mine/name": LEARNERS,
    "POST /lti/app/mine/data": LEARNERS,
    "POST /lti/app/mine/data/file": LEARNERS,
    "POST /lti/app/mine/data/withhold": LEARNERS,
    "POST /lti/app/people/<int:person_id>/name/confirm": STAFF,
    "POST /lti/app/people/<int:person_id>/name/decline": STAFF,
    "POST /lti/app/mine/address/remove": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/list/<action>": OWNER,
    # Whoever has the token of a link, which these do not.
    "GET /feedback/<token>": NOBODY,
    "POST /feedback/<token>": NOBODY,
    "GET /shared/<token>": NOBODY,
    # Documents of organisations: these ids are of none. Who signs for one has a session of an operator, or a link that
    # these have not: `tests/lti_tool/web/organisations`.
    "GET /organisations/<uuid:organisation_id>/did.json": NOBODY,
    "GET /organisations/<uuid:organisation_id>/keys/<kid>.json": NOBODY,
    "GET /organisations/<uuid:organisation_id>/status/<int:list_id>": NOBODY,
    "GET /endorsements/<uuid:endorsement_id>": NOBODY,
    "GET /endorsements/<uuid:endorsement_id>.<form>": NOBODY,
    "GET /endorsements/<uuid:endorsement_id>/<language>": NOBODY,
    "GET /organisations": EVERYBODY,  # the way to the page to sign in
    "GET /organisations/<uuid:organisation_id>/signed": EVERYBODY,  # the same
    "GET /organisations/<uuid:organisation_id>/keys": EVERYBODY,  # the same
    "GET /organisations/<uuid:organisation_id>/members": EVERYBODY,  # the same
    "GET /organisations/sign-in": EVERYBODY,
    "GET /organisations/invitation": EVERYBODY,
    "GET /organisations/join": NOBODY,
    "GET /organisations/endorse/<token>": NOBODY,
    "GET /organisations/answer/<token>": NOBODY,
    **{
        f"POST /organisations/{page}": NOBODY
        for page in (
            *("sign-in", "invitation", "join", "begin", "domains", "withdraw"),
            *("<uuid:organisation_id>/prove", "<uuid:organisation_id>/members/invite"),
            "<uuid:organisation_id>/members/remove",
            *("<uuid:organisation_id>/keys/change", "<uuid:organisation_id>/keys/withdraw", "sign-again"),
            *("endorse/<token>", "answer/<token>"),
        )
    },
    "GET /shared/<token>/badge.png": NOBODY,
    "POST /lti/app/badges/<uuid:badge_id>/wallet": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/wallet/offer": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/feedback": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/sharing": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/sharing/<action>": OWNER,
    "POST /lti/app/transcript": OWNER,
    "POST /lti/app/recognition-pack": OWNER,
    "POST /lti/app/badges/<uuid:badge_id>/europass": OWNER,
    "POST /lti/app/course": ANY_STAFF,
    "POST /lti/app/course/work": ANY_STAFF,
    "POST /lti/app/course/mails": ANY_STAFF,
    "POST /lti/app/course/mails/save": ANY_STAFF,
    "POST /lti/app/course/sources": ANY_STAFF,
    "POST /lti/app/course/list": ANY_STAFF,
    "POST /lti/app/course/list/rows": ANY_STAFF,
    "POST /lti/app/course/list/take": ANY_STAFF,
    "POST /lti/app/course/sources/<name>/consent": AUTHORS,
    "POST /lti/app/course/sources/<name>/withdraw": AUTHORS,
    "GET /lti/consent": NOBODY,
    "POST /lti/app/link/choose": AUTHORS,
    "POST /lti/app/link/badge": AUTHORS,
    "POST /lti/app/choose": AUTHORS,
    "POST /lti/app/place": AUTHORS,
    "POST /lti/app/parts": AUTHORS,
    f"POST {RULE}/says/<condition>": STAFF,
    **{
        f"POST {RULE}/{action}": STAFF
        for action in (
            "acts answer batches change check columns conditions europass gradebook hand levels newer parts pause "
            "people people/bulk people/certificates people/csv remove tick undo who".split()
        )
    },
    **{f"POST {RULE}/acts/<int:act_id>{path}": STAFF for path in ("", "/work", "/undo")},
    f"POST {HAND}/approve": STAFF,
    f"POST {HAND}/decline": STAFF,
    **{
        f"POST {AWARD}/{action}": STAFF
        for action in "again confirm correct leave levels reinstate resend restate retry revoke settle suspend".split()
    },
    "POST /lti/app/search": EDITORS,
    "POST /lti/app/templates": EDITORS,
    "POST /lti/app/templates/new": EDITORS,
    "POST /lti/app/templates/<uuid:template_id>/feedback": ITS_EDITORS,
    "POST /lti/app/templates/import": EDITORS,
    **{
        f"POST {TEMPLATE}/{action}": ITS_EDITORS
        for action in "copy discard edit export next picture publish report retire save withdraw".split()
    },
}


@pytest.fixture
def tool(sqlite_url, tmp_path, clock):
    """One whose badges can be given out in part, by the page for that."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, selective_disclosure=True), clock)
    yield tool
    tool.store.close()


def routes(app):
    """Every route by every method, as WHO_MAY calls them."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_says_who_may_open_it(app):
    assert routes(app) == WHO_MAY.keys()


#: Of an application that is not there.
NO_UUID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def values(web_tool, school, annas_badge):
    """What stands in the addresses: the rule, award and badge of Anna, and templates of her course."""
    give_look(web_tool)
    offer_id = prior_learning.offer(web_tool, school.badge)
    with web_tool.store.begin() as session:
        award = queries.credentials.credential(session, annas_badge).award
        draft, ready = (
            versions.add(session, template_data(), web_tool.clock(), course_id=1) for _ in range(2)
        )
        versions.publish(ready, web_tool.issuer.profile, web_tool.clock())
        session.add(
            StatisticsReport(
                issuer_id=web_tool.issuer.id,
                year=2025,
                body={"year": 2025, "total": None, "tables": {}},
                made_at=web_tool.clock(),
                published_at=web_tool.clock(),
            )
        )
        return {
            "rule_id": award.rule_id,
            "award_id": award.id,
            "badge_id": annas_badge,
            "credential_id": annas_badge,
            "template_id": draft.template_id,
            "published": ready.template_id,
            "version": 1,
            "number": 1,
            "year": 2025,
            "list_id": award.credential.status_list_id,
            "slug": web_tool.issuer.profile.slug,
            "part": 1,
            "kid": school.browser.get("/.well-known/jwks.json").json["keys"][0]["kid"],
            "language": "en",
            "condition": "link_opened_to_them",
            "filename": "icon.svg",
            "file": "fonts.css",
            "name": "canvas_rest",
            "registration_id": 1,
            "kept_id": 1,
            "pathway_id": 1,
            "claim_id": 1,
            "access_id": 1,
            "key": "0" * 32,
            "organisation_id": "00000000-0000-4000-8000-000000000000",
            "endorsement_id": "00000000-0000-4000-8000-000000000000",
            "form": "json",
            "offer_id": offer_id,
            "application_key": NO_UUID,
            "item_key": NO_UUID,
            "step": "assessment",
            "path": "x",
            "action": "link",
            "proposed": 900,
            "hand_award_id": 700,
            "act_id": 600,
            "learner": award.person_id,
            "person_id": award.person_id,
            "token": f"expiry-{award.person_id}.0123456789abcdef0123",
        }


def address(route, values):
    """The path of a route; public pages, `next` and `retire` are about a published template."""
    is_published = "/achievements/" in route or route.endswith(("/next", "/retire", "/feedback"))
    values = values | {"template_id": values["published"]} if is_published else values
    values = values | {"action": "hide"} if "/list/" in route else values
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route.partition(" ")[2])


ASSISTANT = role_uris(["urn:lti:role:ims/lis/TeachingAssistant"])
OBSERVER = role_uris(["Mentor"])


@pytest.fixture
def token_of_visitor(web_tool, school):
    """The token of a visitor's session for a page: of a launch of the badge, of another link, or of deep linking.

    Zane has the same user_id everywhere, so that what she may in one place could be hers in another.
    """
    tool = web_tool
    other = replace(NEW_REGISTRATION, platform_id="https://canvas.example.org", client_id="client-2")
    theirs = replace(NEW_REGISTRATION, platform_id="https://lms.daugava.example", client_id="client-3")
    added = add_another_issuer(tool)
    with tool.store.begin() as session:
        other_id = registrations.add(session, other, tool.clock()).id
        their_id = registrations.add(session, theirs, tool.clock(), issuer_id=added.id).id
    launches = {
        "learner": (ANNA, 1, {}),
        "another_learner": (JANIS, 1, {}),
        "teacher": (ZANE, 1, {}),
        "assistant": (TOMS, 1, {"roles": ASSISTANT}),
        "observer": (replace(TOMS, user_id="36"), 1, {"roles": OBSERVER}),
        "other_course": (ZANE, 1, {"context_id": "43"}),
        "other_platform": (ZANE, other_id, {}),
        "other_issuer": (ZANE, their_id, {}),
        "expired": (ZANE, 1, {}),
        "revoked": (ZANE, 1, {}),
    }
    places = {
        "badge": {"custom": school.custom},
        "link": {"resource_link_id": "2"},
        "placement": {"resource_link_id": None, "deep_linking": DeepLinkingSettings(return_url=RETURN)},
    }
    tokens = {}
    with tool.store.begin() as session:
        for visitor, (person, registration_id, changes) in launches.items():
            for place, where in places.items():
                launch = launch_of(person, registration_id, **({"locale": "en"} | where | changes))
                token = tokens[visitor, place] = sessions.start_session(session, launch, tool.clock()).token
                row = session.get_one(LaunchSession, secret_hash(token))
                if visitor == "expired":
                    row.last_used_at -= timedelta(hours=3)
                if visitor == "revoked":
                    row.revoked_at = tool.clock()
    code = operator_sessions.invite_operator(tool.expiring_values, "ieva")
    operator = operator_sessions.start_operator_session(tool.expiring_values, code)

    def token_of_visitor(visitor, route):
        if visitor in ("operator", "nobody"):
            return operator if visitor == "operator" else ""
        place = (
            "link"
            if "/link/" in route
            else "placement"
            if route.endswith(("/choose", "/place", "app/parts"))
            else "badge"
        )
        return tokens[visitor, place]

    return token_of_visitor


def form_of(route, values):
    """What is sent with it, so that nothing but the visitor decides about the answer."""
    filled = {
        "answer": {"answer": "completed", "question": "1"},
        "change": {"answer": "confirm", "version": str(values["proposed"])},
        "hand": {"person": str(values["learner"])},
        "levels": {"learner": str(values["learner"])},
        "undo": {"batch": "2026-11-21T10:00:00+00:00", "confirmed": "yes"},
        "search": {"vocabulary": "esco", "words": "data"},
        "place": {"badge": values["published"], "condition": "link_opened_to_them"},
        "parts": {"badge": values["published"]},
        "badge": {"badge": values["published"], "condition": "link_opened_to_them"},
        "verify": {"text": "no badge"},
        "remove": {"proof": "1"},
        "name": {"name": "A. B."},
        "offer": {"form": "ob3-json"},
        "recognition-pack": {"badge": values["badge_id"], "form": "json"},
    }
    return filled.get(route.rpartition("/")[2], {})


def prepare(tool, route, values):
    """Makes the state in which it can be done: an open question, a proposed change, a link that is gone."""
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, values["rule_id"])
        if route.endswith("/answer"):
            session.add(Question(id=1, rule_id=rule.id, kind="several_at_once", asked_at=tool.clock()))
        elif route.endswith("/change"):
            shown = queries.rules.shown_version(session, rule)
            session.add(
                RuleVersion(
                    id=values["proposed"],
                    rule_id=rule.id,
                    version=shown.version + 1,
                    template_version_id=shown.template_version_id,
                    tree=shown.tree,
                    status="proposed",
                    reason="changed",
                    created_at=tool.clock(),
                )
            )
        elif "/acts/" in route:
            session.query(BulkActPerson).delete()
            session.query(BulkAct).delete()
            session.add(
                BulkAct(
                    id=values["act_id"],
                    rule_id=rule.id,
                    kind="revoke",
                    reason="Anna asked for it",
                    once="x",
                    asked_at=tool.clock(),
                    ended_at=tool.clock(),
                )
            )
            session.flush()
            queries.bulk_acts.add_people(session, values["act_id"], {values["learner"]: values["award_id"]})
            session.query(BulkActPerson).update({"outcome": "done"})
        elif route.endswith(("/levels", "/columns")):
            for version in session.query(TemplateVersion):
                outcomes = [{**each, "assessed_by": "Project"} for each in version.body["learning_outcomes"]]
                levels = {"outcome_levels": [{"code": "basic"}], "learning_outcomes": outcomes}
                version.body = version.body | levels
        elif "/hand/" in route:
            session.query(HandAward).delete()
            staff = (
                session.query(Person)
                .filter(Person.id != values["learner"])
                .order_by(Person.id.desc())
                .first()
            )
            session.add(
                HandAward(
                    id=values["hand_award_id"],
                    rule_id=rule.id,
                    person_id=values["learner"],
                    reason="Anna was there",
                    asked_at=tool.clock(),
                    asked_by_id=staff.id,
                )
            )
        elif "/name" in route:
            # Whom a platform names states none: neither of the learners is named here.
            for person in session.query(Person):
                person.name = None
            session.get_one(Person, values["learner"]).stated_name = "A. B."
        elif route.endswith("/address/remove"):
            session.merge(
                ProvedAddress(id=1, person_id=values["learner"], address="x@x.lv", proved_at=tool.clock())
            )
        elif route.endswith("/remove"):
            link = session.get_one(ResourceLink, rule.resource_link_id)
            link.missing_looks, link.missing_in = 9, "member_lists"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("of_a_launch", [True, False], ids=["pages of a launch", "all others"])
def test_each_visitor_opens_what_they_may_and_nothing_else(
    app, school, services, web_tool, values, token_of_visitor, tmp_path, of_a_launch
):
    """Each cell is requested. What is refused changes nothing and names nobody."""

    def open_as(visitor, route):
        path, form = address(route, values), form_of(route, values)
        token = {"X-LTI-Launch": token_of_visitor(visitor, route)}
        with school.browser.open(path, method=route.partition(" ")[0], data=form, headers=token) as page:
            return page.status_code, page.data

    wrong = {}
    with (
        closing(sqlite3.connect(tmp_path / "nozimite.sqlite")) as live,
        closing(sqlite3.connect(":memory:")) as saved,
    ):
        live.execute("PRAGMA synchronous=OFF")
        live.backup(saved)
        for route in sorted(each for each in routes(app) if (" /lti/app/" in each) is of_a_launch):
            prepare(web_tool, route, values)
            before = content(live)
            for visitor in sorted(VISITORS - WHO_MAY[route]):
                status, page = open_as(visitor, route)
                if status not in (400, 401, 403, 404) or b"Anna" in page:
                    wrong[route, visitor] = status
            if content(live) != before:
                wrong[route] = "a refused request has changed something"
            for visitor in sorted(WHO_MAY[route]):
                status, _ = open_as(visitor, route)
                # There is no worker, which one page tells.
                if status not in ((503,) if route == "GET /workz" else (200, 303)):
                    wrong[route, visitor] = status
                if route.startswith("POST /lti/"):
                    saved.backup(live)
                    prepare(web_tool, route, values)
            saved.backup(live)
    assert wrong == {}


def content(database):
    """Everything in the database but what every request may leave: events, and when a session was last used."""
    counted = "INSERT INTO \"sqlite_sequence\" VALUES('event'"
    left = ('INSERT INTO "event"', 'INSERT INTO "launch_session"', counted)
    return [line for line in database.iterdump() if not line.startswith(left)]


# --- Who may place, write and publish badges: those who teach the course, write its content or administer it.

INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"
FOREIGN = "https://lms.example.org/roles"
MASQUERADING = {"canvas_masquerading_user_id": "9"}

MAY = [
    ["Instructor"],
    ["Instructor", f"{SYSTEM}#Administrator", f"{INSTITUTION}#Administrator"],  # Moodle's site administrator
    [f"{MEMBERSHIP}/Instructor#TeachingAssistant", f"{MEMBERSHIP}#Instructor"],  # Canvas
    [f"{MEMBERSHIP}/Instructor#Grader"],  # a sub-role is its principal role too
    ["Learner", "Instructor"],
    [f"{MEMBERSHIP}#ContentDeveloper", f"{INSTITUTION}#Instructor"],  # Canvas: Designer
    [f"{MEMBERSHIP}#Administrator"],
    [f"{INSTITUTION}#Administrator", f"{SYSTEM}#User"],  # Canvas: administrator of the account
    [f"{SYSTEM}#Administrator"],
    ["urn:lti:role:ims/lis/Instructor"],
]
MAY_NOT = [
    [],
    ["Learner"],
    ["Learner", f"{INSTITUTION}#Administrator"],
    ["Learner", f"{SYSTEM}#Administrator", f"{INSTITUTION}#Instructor"],
    [f"{MEMBERSHIP}/Learner#GuestLearner"],
    ["Mentor"],  # Canvas: Observer
    ["Mentor", f"{INSTITUTION}#Administrator"],
    [f"{INSTITUTION}#Observer"],
    [f"{INSTITUTION}#Guest"],
    [f"{SYSTEM}#None", f"{INSTITUTION}#None"],
    ["Member"],
    ["Manager"],
    ["Officer"],
    [f"{INSTITUTION}#Instructor"],
    [f"{INSTITUTION}#Faculty", f"{INSTITUTION}#Staff"],
    [f"{SYSTEM}#SysSupport", f"{SYSTEM}#User"],
    ["urn:lti:instrole:ims/lis/Instructor"],
    [TEST_USER, "Learner"],
    [TEST_USER, "Instructor"],
    [TEST_USER, f"{INSTITUTION}#Administrator"],
    [f"{FOREIGN}#Instructor"],
    [f"{FOREIGN}/institution/person#Administrator"],
    [f"{MEMBERSHIP}#Instructors"],
    [f"{MEMBERSHIP}#instructor/Learner"],
]


@pytest.fixture
def draft(school, web_tool):
    """A draft of the course 42, ready to be published."""
    school.launch(ZANE)
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), course_id=1)
        return f"/lti/app/templates/{row.template_id}/{row.version}"


@pytest.fixture
def token_of(web_tool):
    """The token of a session that Zane's launch with these roles begins, as if some page had shown it."""

    def token_of(roles, **changes):
        settings = DeepLinkingSettings(return_url=RETURN)
        launch = launch_of(
            ZANE, 1, **({"roles": role_uris(roles), "deep_linking": settings, "locale": "en"} | changes)
        )
        with web_tool.store.begin() as session:
            return sessions.start_session(session, launch, web_tool.clock()).token

    return token_of


@pytest.fixture
def doors(school, draft):
    """What a token opens: the answers of deep linking, of the editor, and of publishing, by POST."""

    def doors(token):
        placed = {"badge": school.badge, "condition": "link_opened_to_them"}
        forms = {
            "/lti/app/choose": {},
            "/lti/app/place": placed,
            "/lti/app/templates": {},
            "/lti/app/templates/new": {},
            f"{draft}/edit": {},
            f"{draft}/save": {"step": "badge", "/name/en": "Chart reading", "/in_language": "en"},
            f"{draft}/publish": {},
        }
        return {
            path: school.browser.post(path, data={"_launch": token, **form}) for path, form in forms.items()
        }

    return doors


def statuses(answers):
    return {answer.status_code for answer in answers.values()}


@pytest.mark.parametrize("roles", MAY, ids=str)
def test_who_teaches_writes_or_administers_the_course_may_place_write_and_publish(roles, token_of, doors):
    assert statuses(doors(token_of(roles))) == {200}


@pytest.mark.parametrize("roles", MAY_NOT, ids=str)
def test_nobody_else_may(roles, school, token_of, doors, web_tool):
    answers = doors(token_of(roles))
    assert statuses(answers) == {403}
    for answer in answers.values():
        assert "who teach the course, write its content or administer it" in text_of(answer)
    with web_tool.store.read() as session:
        rows = session.query(TemplateVersion).filter_by(course_id=1).all()
        assert [row.status for row in rows] == ["draft"]
        assert rows[0].body["name"]["en"] == "Data literacy for decision makers"
    # Nor is the page shown that the platform opens.
    page = school.launch(ZANE, **REQUEST, **{CLAIM + "roles": roles})
    assert page.status_code == 403
    assert "who teach the course, write its content or administer it" in text_of(page)


@pytest.mark.parametrize("roles", [MAY[0], MAY[1], MAY[7]], ids=str)
def test_nobody_may_while_acting_as_somebody_else(roles, school, token_of, doors):
    assert statuses(doors(token_of(roles, acting_for_other=True))) == {403}
    page = school.launch(ZANE, **REQUEST, **{CLAIM + "roles": roles, CLAIM + "custom": MASQUERADING})
    assert page.status_code == 403


def test_the_teachers_page_offers_no_editor_to_whoever_may_not_write(school):
    """An assistant of LTI 1 is staff, so is never awarded anything, but writes no badges."""
    page = school.launch(ZANE, **{CLAIM + "roles": ["urn:lti:role:ims/lis/TeachingAssistant"]})
    assert page.status_code == 200
    assert 'action="/lti/app/templates' not in page.text
    assert 'action="/lti/app/templates' in school.launch(ZANE).text


@pytest.mark.parametrize("later", [["Learner"], ["Mentor"], []], ids=str)
def test_who_comes_back_with_a_lesser_role_has_lost_the_rights_of_their_earlier_pages(
    later, token_of, doors, school
):
    token = token_of(["Instructor"])
    token_of(later)
    assert statuses(doors(token)) == {403}
    assert school.browser.post("/lti/app/course", data={"_launch": token}).status_code == 403


def test_a_learners_return_ends_the_pages_of_nobody_else(token_of, doors, school):
    token = token_of(["Instructor"])
    # Another person; the same person in another course; somebody who acts as the teacher.
    school.launch(ANNA)
    token_of(["Learner"], context_id="43")
    token_of(["Learner"], acting_for_other=True)
    token_of(["Instructor"])
    assert statuses(doors(token)) == {200}


def test_rights_come_with_the_launch_not_with_the_person(token_of, doors):
    token_of(["Instructor"])
    assert statuses(doors(token_of(["Learner"]))) == {403}


def test_the_course_page_of_a_teacher_opens_the_editor(school):
    page = school.launch(ZANE)
    answer = school.browser.post("/lti/app/templates", data={"_launch": hidden(page, "_launch")})
    assert answer.status_code == 200
