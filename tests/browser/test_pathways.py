"""The pages of pathways: what a learner has, what an operator drafts and decides, and the public page."""

from __future__ import annotations

import pytest

from lti_tool.awarding import awards
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways import claims
from lti_tool.pathways.parts import parts_of
from lti_tool.people import addresses, learner_sessions
from lti_tool.store.events import person
from lti_tool.store.models import Award, KeptBadge, Pathway, PathwayClaim
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.backpack import kept_badge
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.fixtures import ANNA, JANIS, publish, rows, run_due_jobs
from tests.lti_tool.web.backpack.conftest import identifier
from tests.pathways import BY, arrive, give, one_set, publish_pathway, templates
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
ADDRESS = "anna@home.example"
LONG = "Ļ" + "o" * 79


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def pathway(demo):
    """The id of a pathway of which Anna has a part and claims another, and Jānis all, one of them revoked since."""
    tool = demo.tool
    whole = publish(tool, name={"en": LONG, "lv": LONG})
    one, two, three, four = templates(tool, LONG, "Data for everybody", "Data for teachers", "Statistics")
    row_id = publish_pathway(
        tool, whole, one_set(one), one_set(two, three, needed=1), one_set(four, model="rpl")
    )
    anna, janis = arrive(tool, ANNA), arrive(tool, JANIS)
    give(tool, one, anna)
    given = [give(tool, each, janis) for each in (one, two, four)]
    wait(lambda: whole in [each.template_id for each in rows(tool, Award)])
    now = tool.clock()
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, given[0]), "by mistake", now, BY)
        addresses.save_proof(session, anna, ADDRESS, now, person(anna))
        kept = {
            "subject": {"identifier": identifier(ADDRESS)},
            "valid_from": now,
            "name": LONG,
            "issuer": LONG,
        }
        session.add(kept_badge(anna, now, **kept))
        session.add(kept_badge(anna, now, **kept | {"identity": "1" * 64, "name": "Welding"}))
        session.flush()
        row = session.get_one(Pathway, row_id)
        part = list(parts_of(read_tree(row.draft)))[1]
        first = session.query(KeptBadge).order_by(KeptBadge.id).first()
        claims.claim_kept(session, row, part, anna, first, [ADDRESS], now, person(anna))
    run_due_jobs(tool)
    return row_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_learner_sees_their_pathways(people, demo, pathway, language):
    with people(locale=language) as anna:
        with demo.tool.store.begin() as session:
            token = learner_sessions.start_session(session, ADDRESS, demo.tool.clock())
        # Its prefix asks for https; a browser sends it to this machine all the same.
        address = demo.tool_url.replace("http://", "https://")
        cookie = {"name": SESSION_COOKIE, "value": token, "url": address, "secure": True}
        anna.context.add_cookies([cookie])
        found = []
        for name, address in (("pathways", "/my/pathways"), ("my-badges-with-pathway", "/my")):
            anna.page.goto(f"{demo.tool_url}{address}?lang={language}")
            assert anna.page.locator("main").get_by_text(LONG).count()
            found += find_faults(anna, f"{name}-{language}")
        with demo.tool.store.read() as session:
            whole = session.get_one(Pathway, pathway).template_id
        anna.page.goto(f"{demo.tool_url}/achievements/{whole}/1?lang={language}")
        assert anna.page.locator("#parts").count()
        found += find_faults(anna, f"public-whole-{language}")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_sees_pathways_and_what_waits(people, demo, pathway, language):
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        join(ieva, demo, language)
        (claim,) = rows(demo.tool, PathwayClaim)
        here = f"{demo.tool_url}/operator/issuers/riga-college/pathways"
        found = []
        for name, address in (
            ("operator-pathways", here),
            ("operator-pathway", f"{here}/{pathway}"),
            ("operator-equivalence", f"{here}/claims/{claim.id}"),
        ):
            ieva.page.goto(f"{address}?lang={language}")
            assert ieva.page.locator("main h1").count()
            found += find_faults(ieva, f"{name}-{language}")
        assert found == []
