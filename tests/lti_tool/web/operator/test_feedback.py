"""What operators see of feedback, and the links that they make."""

from __future__ import annotations

import re

import pytest

from lti_tool.feedback import invitations
from lti_tool.feedback.pools import About, add_answer
from lti_tool.store.models import Event, FeedbackInvitation
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import hidden, text_of


@pytest.fixture
def address(published):
    return f"/operator/issuers/riga-college/templates/{published}/feedback"


@pytest.fixture
def add(web_tool, published):
    """Adds answers of peers, all the same."""

    def add(number, answer=(5, 4, 1)):
        about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="peer")
        for _ in range(number):
            with web_tool.store.begin() as session:
                add_answer(session, about, answer, web_tool.stored_secrets_key)

    return add


def test_results_appear_five_at_a_time(join, address, add):
    ieva = join()
    add(4)
    first = text_of(ieva.get(address))
    assert first.count("There are fewer than 5 answers yet.") == 3
    add(1)
    fifth = text_of(ieva.get(address))
    assert "5 answers." in fifth and "0 0 0 0 5 5" in fifth and fifth.count("fewer than 5 answers") == 2
    add(4, (1, 1, 1))
    assert text_of(ieva.get(address)) == fifth
    add(1, (1, 1, 1))
    assert "10 answers." in text_of(ieva.get(address)) and "5 0 0 0 5 3" in text_of(ieva.get(address))


def test_a_link_is_shown_once_and_the_event_does_not_have_it(join, address, web_tool):
    ieva = join("manager")
    made = ieva.press(address, f"{address}/invite")
    token = re.search(r"/feedback/([\w-]{32})&?\"", made.text)[1]
    assert token not in ieva.get(address).text
    assert [row.token_hash for row in rows(web_tool, FeedbackInvitation)] != [token]
    event = next(row for row in rows(web_tool, Event) if row.what == "feedback_invited")
    assert event.actor == "account:1" and token not in str(vars(event))


def test_where_too_many_links_are_unused_the_page_says_so(join, address, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    ieva = join()
    ieva.press(address, f"{address}/invite")
    assert "1 links about this badge are unused" in text_of(ieva.get(address))
    form = {"_form": hidden(ieva.get("/operator/account"), "_form")}
    assert "unused" in text_of(ieva.send(f"{address}/invite", **form))


def test_nobody_sees_feedback_of_another_issuer(join, address, web_tool):
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    theirs = address.replace("riga-college", slug)
    form = {"_form": hidden(juris.get("/operator/account"), "_form")}
    for each in (address, theirs):
        assert juris.get(each).status_code == 404
        assert juris.send(f"{each}/invite", **form).status_code == 404
    assert rows(web_tool, FeedbackInvitation) == []
