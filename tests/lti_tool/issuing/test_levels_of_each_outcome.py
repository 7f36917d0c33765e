"""Levels of single outcomes on the way into a badge: few compiled forms, and the same in whatever is made of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from decimal import Decimal

import pytest

from badges.elm import european_credential
from badges.eu.rubric_levels import levels_in_brief
from badges.result_descriptions import reached_levels
from badges.template.outcome_levels import ready_scale
from lti_tool.awarding import looks
from lti_tool.issuing import issuance
from lti_tool.issuing.bound import JSON, issue_bound
from lti_tool.issuing.sd_jwt_forms import DC_SD_JWT
from lti_tool.publishing.europass import _awarded
from lti_tool.store.models import Award, CompiledFormRow, CredentialRow
from lti_tool.values import LineItem, StatedLevel
from signing.compiled.form import CompiledForm
from tests.fixtures import ANNA, JANIS, PETERIS, make_rule, publish, rows, run_due_jobs
from tests.lti_tool.awarding.test_grades import graded
from tests.lti_tool.issuing.test_bound import HOLDER
from tests.made_once import KNOWN_FORMS

OUTCOMES = [
    {"text": {"en": f"Outcome {number}", "lv": f"Rezultāts {number}"}, "assessed_by": f"Task {number}"}
    for number in range(1, 13)
]
ITEM = LineItem(
    id="https://moodle.example.org/items/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1"
)


@pytest.fixture(autouse=True)
def nothing_is_compiled_yet():
    KNOWN_FORMS.clear()


def issued(tool, platform, *levels_of_each: tuple[tuple[int, int], ...]) -> list[CredentialRow]:
    """The badges of learners who met twelve outcomes at these levels."""
    platform.line_items = lambda url: (ITEM,)
    people = (ANNA, JANIS, PETERIS)[: len(levels_of_each)]
    platform.everyone = [*platform.everyone, PETERIS]
    platform.graded = [graded(each, "0.95") for each in people]
    published = publish(tool, learning_outcomes=OUTCOMES, outcome_levels=ready_scale(None))
    rule_id = make_rule(tool, published, {"condition": "result_at_least", "minimum": "0.5"})
    assert looks.look(tool.store, platform, rule_id, tool.clock()) is None
    with tool.store.begin() as session:
        for award, levels in zip(session.query(Award).order_by(Award.id), levels_of_each, strict=True):
            award.outcome_levels = [
                StatedLevel(outcome=outcome, level=level, by="teacher").as_json() for outcome, level in levels
            ]
    run_due_jobs(tool)
    return sorted(rows(tool, CredentialRow), key=lambda row: row.award_id)


def test_learners_who_reached_as_many_levels_share_one_form_whichever_these_are(tool, platform):
    badges = issued(tool, platform, ((1, 3), (12, 1)), ((4, 2), (5, 2)), ((1, 1), (2, 3)))
    (form,) = rows(tool, CompiledFormRow)
    for row in badges:
        report = tool.verify(row.text.encode())
        assert report.verdict == "verified"
        assert CompiledForm.from_stored(form.stored).values(report.credential) is not None


def test_twelve_levels_none_and_one_have_a_form_each(tool, platform):
    every = tuple((number, 1 + number % 3) for number in range(1, 13))
    texts = [row.text for row in issued(tool, platform, (), every, ((1, 3),))]
    assert len(rows(tool, CompiledFormRow)) == 3
    assert [len(reached_levels(json.loads(text)["credentialSubject"])) for text in texts] == [0, 12, 1]
    brief = levels_in_brief(json.loads(texts[1]))["en"]
    assert brief == "advanced (4 of 12), proficient (4 of 12), basic (4 of 12)"
    assert {tool.verify(text.encode()).verdict for text in texts} == {"verified"}


def test_a_level_that_was_moved_to_another_outcome_after_signing_is_found(tool, platform):
    (row,) = issued(tool, platform, ((1, 3), (2, 1)))
    changed = json.loads(row.text)
    _grade, first, second = changed["credentialSubject"]["result"]
    first["achievedLevel"], second["achievedLevel"] = second["achievedLevel"], first["achievedLevel"]
    assert tool.verify(json.dumps(changed).encode()).verdict == "changed"


def test_what_a_wallet_is_bound_to_says_the_levels_that_were_signed_not_those_of_today(tool, platform):
    (row,) = issued(tool, platform, ((2, 3),))
    with tool.store.begin() as session:
        session.get_one(Award, row.award_id).outcome_levels = []
    bound = issue_bound(tool.store, tool.issuers, row.award_id, HOLDER, JSON, tool.clock())
    assert levels_in_brief(json.loads(bound.text))["en"] == "advanced (1 of 12)"
    with tool.store.begin() as session:
        document = european_credential(_awarded(tool.issuers, session.get_one(CredentialRow, row.id)))
    proven = document["credentialSubject"]["hasClaim"][0]["provenBy"]
    found = [each for each in proven if each["title"]["en"] == "Outcome 2"]
    assert [each["grade"]["noteLiteral"]["en"] for each in found] == ["advanced"]


def test_an_sd_jwt_has_them_too(tool, platform):
    (row,) = issued(tool, platform, ((2, 3),))
    bound = issue_bound(tool.store, tool.issuers, row.award_id, HOLDER, DC_SD_JWT, tool.clock())
    report = tool.verify(bound.text.encode())
    assert levels_in_brief(report.credential)["en"] == "advanced (1 of 12)"


def test_levels_that_are_stated_while_a_badge_is_made_are_in_it(tool, platform):
    """Nobody would replace it: whoever states levels sees no badge yet, or the one that is about to be replaced."""
    stated = [[StatedLevel(outcome=2, level=each, by="teacher").as_json()] for each in (1, 3)]

    class Busy:
        """The database, in which somebody states levels after each of the first transactions."""

        @contextmanager
        def begin(self):
            with tool.store.begin() as session:
                yield session
            if stated:
                with tool.store.begin() as session:
                    session.query(Award).one().outcome_levels = stated.pop(0)

    (first,) = issued(tool, platform, ((1, 3),))
    assert issuance.replace_credential(Busy(), tool.issuers, first.id, "replaced", tool.clock())
    (second,) = (row for row in rows(tool, CredentialRow) if row.revoked_at is None)
    found = reached_levels(json.loads(second.text)["credentialSubject"])
    assert [(each.outcome, each.level) for each in found] == [(2, 3)]
