"""The pages of pathways: what a learner has and finds, what an operator drafts and decides, and the public pages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lti_tool.awarding import awards
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways import claims
from lti_tool.pathways.parts import parts_of
from lti_tool.people import addresses, learner_sessions
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.store.models import Award, KeptBadge, Pathway, PathwayClaim
from lti_tool.templates import versions
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.backpack import kept_badge
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import join, with_authenticator
from tests.catalogue import guided, put_in
from tests.fixtures import ANNA, JANIS, publish, rows, run_due_jobs
from tests.lti_tool.web.backpack.conftest import identifier
from tests.pathways import BY, arrive, give, one_set, publish_pathway, settle, templates
from tests.running_demo import wait

LANGUAGES = ("en", "lv")
ADDRESS = "anna@home.example"
LONG = "Ļ" + "o" * 79
WHY = "Forty hours and an examination, as our own course has."


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The pathway of which Anna has a part, the ids of its whole and first part, and a whole that nobody has begun."""

    pathway_id: int
    whole: str
    part: str
    other_whole: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def shown(demo):
    """Anna has a part and claims two; Jānis has all, one of them revoked since; a part is not published any more."""
    tool = demo.tool
    whole = publish(tool, **guided(name={"en": LONG, "lv": LONG}))
    put_in(tool, whole)
    one, two, three, four, five = templates(
        tool, LONG, "Data for everybody", "Data for teachers", "Statistics", "Charts"
    )
    row_id = publish_pathway(
        tool, whole, one_set(one), one_set(two, three, needed=1), one_set(four, five, model="rpl")
    )
    other_whole = publish(tool, name={"en": "Everything about rivers", "lv": "Viss par upēm"})
    publish_pathway(tool, other_whole, one_set(*templates(tool, "Rivers", "Lakes"), needed=1))
    anna, janis = arrive(tool, ANNA), arrive(tool, JANIS)
    give(tool, one, anna)
    given = [give(tool, each, janis) for each in (one, two, four, five)]
    wait(lambda: whole in [each.template_id for each in rows(tool, Award)])
    now = tool.clock()
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, given[0]), "by mistake", now, BY)
        versions.retire(queries.templates.newest_published(session, five), now)
        addresses.save_proof(session, anna, ADDRESS, now, person(anna))
        kept = {
            "subject": {"identifier": identifier(ADDRESS)},
            "valid_from": now,
            "name": LONG,
            "issuer": LONG,
        }
        for number, more in enumerate(({}, {"name": "Welding"}, {"name": "Soldering"}, {"name": "Forging"})):
            own = {"identity": f"{number:064}", "text": f'{{"number": {number}}}'}
            session.add(kept_badge(anna, now, **kept | own | more))
        session.flush()
        row = session.get_one(Pathway, row_id)
        parts = list(parts_of(read_tree(row.draft)))
        badges = session.query(KeptBadge).order_by(KeptBadge.id).all()
        for part, badge in zip(parts[1:4], badges, strict=False):
            claims.claim_kept(session, row, part, anna, badge, [ADDRESS], now, person(anna))
    answered = sorted(each.id for each in rows(tool, PathwayClaim))
    settle(tool, answered[1], "not_equivalent", WHY)
    settle(tool, answered[2], reason=WHY)
    run_due_jobs(tool)
    return Shown(pathway_id=row_id, whole=whole, part=one, other_whole=other_whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_learner_sees_their_pathways_and_those_that_they_can_begin(people, demo, shown, language):
    with people(locale=language) as anna:
        sign_in(anna, demo)
        found = []
        for name, address, words in (
            ("pathways", "/my/pathways", LONG),
            ("pathway-to-begin", f"/my/pathways/{shown.other_whole}", ""),
            ("my-badges-with-pathway", "/my", LONG),
        ):
            anna.page.goto(f"{demo.tool_url}{address}?lang={language}")
            assert anna.page.locator("main").get_by_text(words).count()
            found += find_faults(anna, f"{name}-{language}")
        assert found == []


def sign_in(anna, demo):
    with demo.tool.store.begin() as session:
        token = learner_sessions.start_session(session, ADDRESS, demo.tool.clock())
    # Its prefix asks for https; a browser sends it to this machine all the same.
    address = demo.tool_url.replace("http://", "https://")
    anna.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address, "secure": True}])


def test_a_badge_is_used_for_a_part_without_scripts(people, demo, shown):
    with people(java_script_enabled=False) as anna:
        sign_in(anna, demo)
        anna.page.goto(f"{demo.tool_url}/my/pathways/{shown.whole}?lang=en")
        anna.page.locator("summary").first.click()
        anna.page.get_by_role("combobox").first.select_option(label="Forging")
        anna.page.get_by_role("button", name="Use this badge").first.click()
        assert "You get the answer by e-mail" in anna.page.inner_text("#said")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_sees_of_what_a_whole_is_made_and_of_what_a_badge_is_a_part(people, demo, shown, language):
    with people(locale=language) as visitor:
        found = []
        for name, address, section in (
            ("public-whole", f"/achievements/{shown.whole}/1", "#parts"),
            ("public-part", f"/achievements/{shown.part}/1", "#part-of"),
            ("offer-of-a-whole", f"/catalogue/{shown.whole}", "#parts"),
        ):
            visitor.page.goto(f"{demo.tool_url}{address}?lang={language}")
            assert visitor.page.locator(section).count()
            found += find_faults(visitor, f"{name}-{language}")
        visitor.page.locator(f'a[href^="/my/pathways/{shown.whole}"]').click()
        assert visitor.page.locator("#address").count()
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_operator_sees_pathways_and_what_waits(people, demo, shown, language):
    with people(locale=language) as ieva:
        with_authenticator(ieva)
        join(ieva, demo, language)
        claim = next(each for each in rows(demo.tool, PathwayClaim) if each.status == "asked")
        home = f"{demo.tool_url}/operator/issuers/riga-college"
        found = []
        for name, address in (
            ("operator-pathways", f"{home}/pathways"),
            ("operator-pathway", f"{home}/pathways/{shown.pathway_id}"),
            ("operator-equivalence", f"{home}/pathways/claims/{claim.id}"),
        ):
            ieva.page.goto(f"{address}?lang={language}")
            assert ieva.page.locator("main h1").count()
            found += find_faults(ieva, f"{name}-{language}")
        # The same browser, as the learner who asks.
        sign_in(ieva, demo)
        ieva.page.goto(f"{home}/pathways/claims/{claim.id}?lang={language}")
        assert ieva.page.locator("#own").count() and not ieva.page.locator("#reason").count()
        found += find_faults(ieva, f"operator-own-claim-{language}")
        assert found == []
