"""Which badge takes the place of another one of the same issuer and id: none that proves less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lti_tool.backpack import keeping
from lti_tool.backpack.incoming import Incoming
from lti_tool.errors import BackpackError
from lti_tool.store import events
from lti_tool.store.models import Event, KeptBadge
from tests.fixtures import rows
from tests.lti_tool.web.backpack.conftest import stranger_badge
from tests.lti_tool.web.backpack.test_my_badges import bring
from tests.lti_tool.web.conftest import text_of


def unproven(text: str) -> str:
    """The badge with a later day and another name, under a proof of which nobody here can say anything."""
    credential = json.loads(text) | {"validFrom": "2026-06-01T00:00:00Z"}
    credential["credentialSubject"]["achievement"]["name"] = "Surgery"
    credential["proof"][0]["cryptosuite"] = "bbs-2023"
    return json.dumps(credential)


def kept_names(tool):
    return [(row.verdict, row.name) for row in rows(tool, KeptBadge)]


def test_what_proves_nothing_does_not_replace_what_was_proven(inside, stranger, web_tool):
    text = stranger_badge(stranger)
    assert inside.bring(text).status_code == 201
    answer = inside.bring(unproven(text))
    assert answer.status_code == 400 and "unproven" in answer.text
    page = bring(inside.learner, unproven(text))
    assert "it could not be checked, and the one that you have was" in text_of(page)
    assert kept_names(web_tool) == [("verified", "Welding")]
    assert [row.what for row in rows(web_tool, Event) if row.what == "kept_badge_replaced"] == []


def test_what_is_proven_replaces_what_was_not_whatever_its_day(inside, stranger, web_tool):
    text = stranger_badge(stranger)
    assert inside.bring(unproven(text)).status_code == 201
    assert inside.bring(text).status_code == 200
    assert kept_names(web_tool) == [("verified", "Welding")]


DAY = datetime(2026, 1, 2, tzinfo=UTC)
BADGE = Incoming(
    identity="1" * 64,
    form="json",
    text="1",
    name="Welding",
    issuer="Liepaja School",
    subject={},
    valid_from=DAY,
    valid_until=None,
    verdict="verified",
    report={},
)


@pytest.mark.parametrize(
    ("old", "new", "day", "outcome"),
    [
        ("verified", "verified", DAY, "replaced"),
        ("expired", "verified", DAY, "replaced"),
        ("verified", "expired", DAY, "unchanged"),
        ("verified", "revoked", DAY, "unchanged"),
        ("verified", "expired", None, "unchanged"),
        ("verified", "expired", DAY.replace(day=3), "replaced"),
        ("verified", "verified", DAY.replace(day=1), "unchanged"),
        ("unverifiable", "revoked", DAY.replace(day=1), "replaced"),
        ("changed", "expired", DAY.replace(day=1), "replaced"),
        ("unverifiable", "unverifiable", DAY, "replaced"),
        ("revoked", "unverifiable", DAY.replace(day=3), "unproven"),
        ("changed", "unverifiable", DAY.replace(day=3), "unproven"),
    ],
)
def test_of_the_same_day_what_is_as_good_replaces_and_else_what_is_newer(
    anna, web_tool, clock, old, new, day, outcome
):
    with web_tool.store.begin() as session:

        def keep(badge):
            try:
                return keeping.keep(session, [anna], badge, clock(), events.person(anna))
            except BackpackError as error:
                return error.code

        assert keep(replace(BADGE, verdict=old)) == "created"
        assert keep(replace(BADGE, verdict=new, text="2", valid_from=day)) == outcome
        (row,) = session.query(KeptBadge)
        assert (row.text, row.verdict) == (("2", new) if outcome == "replaced" else ("1", old))
