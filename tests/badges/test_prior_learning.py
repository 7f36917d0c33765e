"""A credential by prior learning says so of the award, and claims no assessment that was not taken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from badges import prior_learning
from badges.elm import EuropassAward, european_credential
from badges.elm.checks import find_problems
from badges.eu.evidence import evidence_of
from badges.eu.parts import is_prior_learning
from badges.eu.readers import READERS
from tests.badges.test_credential import RECOGNISED
from tests.badges.test_elm import award  # noqa: F401


@pytest.fixture
def recognised(built, solar):
    return built(solar, score=None, prior_learning=RECOGNISED, language="en")


def test_it_is_said_of_the_subject_and_not_of_the_achievement(built, solar, recognised):
    assert is_prior_learning(recognised)
    plain = built(solar, score=None, language="en")
    assert not is_prior_learning(plain)
    assert recognised["credentialSubject"]["achievement"] == plain["credentialSubject"]["achievement"]


def test_none_of_the_assessments_of_the_achievement_is_claimed(recognised):
    (assessment,) = recognised["credentialSubject"]["provenBy"]
    assert assessment["dcType"][0]["id"] == "urn:eu-micro-credential:v1:assessment-rpl"
    assert [text["en"] for text in READERS["type_of_assessment"](recognised)] == [
        "recognition of prior learning"
    ]


def test_the_decision_is_evidence_with_the_day_of_the_issuer(recognised):
    (found,) = evidence_of(recognised)
    # Half past eleven in the evening in UTC is the next day in Riga.
    assert "RPL-7/2026 of 21 November 2026" in found.narrative["en"]
    assert "MK505-1" in found.narrative["en"]
    assert prior_learning.decision_in(recognised) == found.narrative


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ("document", "checked by a document, in the same room."),
        ("document_online", "checked by a document, in a video call."),
        ("known", "the institution knows the learner, and confirmed the identity."),
        ("", "the identity of the learner was checked."),
        ("psychic", "the identity of the learner was checked."),
    ],
)
def test_the_decision_says_how_the_identity_was_checked(built, solar, identity, words):
    recognised = replace(RECOGNISED, identity=identity)
    (decision,) = built(solar, score=None, prior_learning=recognised, language="en")["evidence"]
    assert words in decision["narrative"]
    (decision,) = built(solar, score=None, prior_learning=recognised, language="lv")["evidence"]
    assert "identit" in decision["narrative"] and words not in decision["narrative"]


def test_without_a_level_nothing_is_said_of_one(built, solar):
    text = built(solar, score=None, prior_learning=replace(RECOGNISED, level_reference=""))
    assert "MK 505" not in str(text["evidence"])


@pytest.mark.parametrize("value", [None, "false", False, 1, "yes", {}, ["true"]])
def test_what_is_not_said_in_so_many_words_is_not_said(recognised, value):
    recognised["credentialSubject"]["recognitionOfPriorLearning"] = value
    assert not is_prior_learning(recognised)


@pytest.mark.parametrize(
    "evidence", [None, "x", [], [None], [{"id": 5}], {"id": "x#prior-learning-decision"}]
)
def test_a_strangers_evidence_is_no_decision(recognised, evidence):
    recognised["evidence"] = evidence
    assert prior_learning.decision_in(recognised) == {}


def test_europass_gets_the_decision_and_that_assessment_alone(award: EuropassAward):  # noqa: F811
    text = {"en": "Decision RPL-7/2026."}
    found = european_credential(replace(award, score=None, prior_learning=text))
    (claim,) = found["credentialSubject"]["hasClaim"]
    (assessment,) = claim["provenBy"]
    assert "recognition of prior learning" in str(assessment["title"])
    assert "RPL-7/2026" in str(claim["additionalNote"])
    assert find_problems(found) == find_problems(european_credential(replace(award, score=None)))


def test_a_plain_award_has_no_note_of_it(award: EuropassAward):  # noqa: F811
    (claim,) = european_credential(replace(award, score=Decimal("0.5")))["credentialSubject"]["hasClaim"]
    assert "additionalNote" not in claim
