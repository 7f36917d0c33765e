"""What operators see of feedback, and the links that they make and withdraw."""

from __future__ import annotations

import re

import pytest

from lti_tool.feedback import invitations
from lti_tool.feedback.pools import About
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.store.models import Event, FeedbackInvitation
from tests.feedback import add_answers, publish
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import browser_of, hidden, text_of

NOTHING = "Nothing can be shown yet"
PEER = dict.fromkeys(QUESTIONS["peer"], "5")


@pytest.fixture
def address(published):
    return f"/operator/issuers/riga-college/templates/{published}/feedback"


@pytest.fixture
def add(web_tool, published):
    """Adds answers of peers, all the same, and publishes what may be."""

    def add(number, answer=(5, 4, 1)):
        about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="peer")
        add_answers(web_tool, about, number, answer)
        publish(web_tool)

    return add


@pytest.fixture
def make(address):
    """Has an operator make so many links; their paths."""

    def make(operator, number):
        page = operator.press(address, f"{address}/invite", number=str(number))
        return re.findall(r"/feedback/[\w-]{32}", page.text)

    return make


def events_of(tool, what):
    return [row for row in rows(tool, Event) if row.what == what]


def test_results_appear_when_five_new_answers_have_come(join, address, add):
    ieva = join()
    add(4)
    first = text_of(ieva.get(address))
    assert first.count(NOTHING) == 3
    add(1)
    fifth = text_of(ieva.get(address))
    assert "5 answers." in fifth and "0 0 0 0 5 5" in fifth and fifth.count(NOTHING) == 2
    add(4, (1, 1, 1))
    assert text_of(ieva.get(address)) == fifth
    add(3, (1, 1, 1))
    page = text_of(ieva.get(address))
    assert "10 answers." in page and "5 0 0 0 5 3" in page, "two wait for others"


def test_links_are_shown_once_and_the_event_has_their_number_alone(join, make, address, web_tool):
    ieva = join("manager")
    made = make(ieva, 3)
    assert len(set(made)) == 3
    shown = ieva.get(address).text
    assert not any(link.rpartition("/")[2] in shown for link in made)
    (event,) = events_of(web_tool, "feedback_invited")
    assert (event.actor, event.data["number"]) == ("account:1", 3)
    assert not any(link.rpartition("/")[2] in str(vars(event)) for link in made)


@pytest.mark.parametrize("number", ["", "0", "-1", "21", "9" * 30, "x", "3.5"])
def test_no_other_number_of_links_is_made(join, make, address, web_tool, number):
    ieva = join()
    assert make(ieva, number) == []
    assert "from 1 to 20" in text_of(ieva.press(address, f"{address}/invite", number=number))
    assert rows(web_tool, FeedbackInvitation) == []


def test_where_too_many_links_are_unused_the_page_says_so(join, make, address, web_tool, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_OPEN", 5)
    ieva = join()
    assert len(make(ieva, 4)) == 4 and make(ieva, 2) == [] and len(make(ieva, 1)) == 1
    assert "5 links about this badge are unused" in text_of(ieva.get(address))
    form = {"_form": hidden(ieva.get("/operator/account"), "_form")}
    assert "unused" in text_of(ieva.send(f"{address}/invite", **form, number="1"))
    assert len(rows(web_tool, FeedbackInvitation)) == 5


def test_the_list_tells_how_many_links_are_left_and_not_which(app, join, make, address, clock):
    """Else whoever has sent them out would see there who has answered."""
    ieva = join()
    first, *_rest = make(ieva, 4)
    clock.advance(hours=1)
    ieva.sign_in()
    make(ieva, 2)
    assert "6 unused links, until" in text_of(ieva.get(address))
    browser_of(app).post(first, data=PEER)
    page = ieva.get(address)
    assert "5 unused links, until" in text_of(page)
    assert page.text.count('name="ends"') == 1


def test_links_of_a_day_are_withdrawn_together_and_those_of_another_stay(
    app, join, make, address, clock, web_tool
):
    ieva = join()
    old = make(ieva, 2)
    clock.advance(days=1)
    ieva.sign_in()
    new = make(ieva, 3)
    ends = re.findall(r'name="ends" value="([^"]+)"', ieva.get(address).text)
    assert "2 links were withdrawn." in text_of(ieva.press(address, f"{address}/withdraw", ends=ends[0]))
    browser = browser_of(app)
    for link in old:
        assert browser.get(link).status_code == browser.post(link, data=PEER).status_code == 404
    assert [browser.get(link).status_code for link in new] == [200] * 3
    (event,) = events_of(web_tool, "feedback_withdrawn")
    assert (event.actor, event.data["number"]) == ("account:1", 2)
    for wrong in (ends[0], "", "2026-13-77", "x" * 5000):
        said = text_of(ieva.press(address, f"{address}/withdraw", ends=wrong))
        assert "0 links were withdrawn." in said
    assert len(events_of(web_tool, "feedback_withdrawn")) == 1


def test_a_single_link_is_withdrawn_by_itself(app, join, make, address, web_tool):
    ieva = join()
    one, other = make(ieva, 2)
    said = text_of(
        ieva.press(address, f"{address}/withdraw", link=f" https://badges.example.org{one}?lang=lv ")
    )
    assert "The link was withdrawn." in said
    browser = browser_of(app)
    assert (browser.get(one).status_code, browser.get(other).status_code) == (404, 200)
    for wrong in (one, "", "x", "https://badges.example.org/"):
        said = text_of(ieva.press(address, f"{address}/withdraw", link=wrong))
        assert "This is no unused link about this badge." in said
    assert len(events_of(web_tool, "feedback_withdrawn")) == 1


def test_nobody_sees_or_changes_feedback_of_another_issuer(app, join, make, address, web_tool):
    (link,) = make(join(), 1)
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    own = f"/operator/issuers/{slug}/templates/{other.template_id}/feedback"
    ends = rows(web_tool, FeedbackInvitation)[0].expires_at.isoformat()
    form = {"_form": hidden(juris.get("/operator/account"), "_form")}
    for each in (address, address.replace("riga-college", slug)):
        assert juris.get(each).status_code == 404
        assert juris.send(f"{each}/invite", **form, number="1").status_code == 404
        for what in ({"ends": ends}, {"link": link}):
            assert juris.send(f"{each}/withdraw", **form, **what).status_code == 404
    # Nor by the page of a template of their own.
    assert "This is no unused link" in text_of(juris.send(f"{own}/withdraw", **form, link=link))
    assert "0 links were withdrawn." in text_of(juris.send(f"{own}/withdraw", **form, ends=ends))
    # Nor together with links of their own that end at the same moment.
    assert re.search(r"/feedback/[\w-]{32}", juris.send(f"{own}/invite", **form, number="1").text)
    assert "1 link was withdrawn." in text_of(juris.send(f"{own}/withdraw", **form, ends=ends))
    assert browser_of(app).get(link).status_code == 200
