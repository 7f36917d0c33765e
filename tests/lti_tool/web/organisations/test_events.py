"""What organisations do is recorded: by numbers and ids, and never with a word that somebody typed."""

from __future__ import annotations

import json

from lti_tool.store import queries
from tests.lti_tool.web.organisations.conftest import ISSUER

WORDS = "Whoever has it can begin in our laboratory at once."


def test_each_act_is_an_event_without_words(
    web_tool, owner, employer, organisation_id, to_endorse, endorsements
):
    employer.sign(to_endorse, organisation_id, comment=WORDS)
    (row,) = endorsements()
    for act in ("show", "hide"):
        owner.press(ISSUER, f"{ISSUER}/{act}", endorsement=row.id)
    employer.act("/organisations/withdraw", endorsement=row.id)
    employer.act("/organisations/domains", domain="school.example")
    owner.press(ISSUER, f"{ISSUER}/end", link="1")
    owner.press(ISSUER, f"{ISSUER}/close", organisation=organisation_id)
    with web_tool.store.read() as session:
        found = list(queries.events.events(session))
    about = [each for each in found if each.about.partition(":")[0] in ABOUT]
    assert [each.what for each in about] == [
        *("organisation_made", "organisation_invited", "organisation_joined", "endorsement_link_made"),
        *("key_made", "key_made", "endorsement_signed", "endorsement_shown", "endorsement_hidden"),
        *("endorsement_withdrawn", "organisation_made", "organisation_joined"),
        *("endorsement_link_ended", "organisation_closed"),
    ]
    text = json.dumps([each.as_json() for each in found], ensure_ascii=False)
    assert not [word for word in (WORDS, "Baltic Solar", "Māra", "school.example") if word in text]
    assert {each.actor for each in about if each.what == "endorsement_signed"} == {"operator:account:2"}


ABOUT = ("organisation", "organisation_key", "endorsement", "endorsement_link")
