"""One rule turns every value into JSON-LD."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from badges.jsonld import as_jsonld
from badges.model import (
    Achievement,
    AchievementSubject,
    Criteria,
    IdentityObject,
    LearningAssessment,
    LearningOutcomeNode,
    Profile,
)


def test_names_become_those_of_the_standards() -> None:
    outcome = LearningOutcomeNode(
        id="urn:x:1",
        title={"en": "Works safely."},
        related_esco_skill=("http://data.europa.eu/esco/skill/1",),
    )
    assert as_jsonld(outcome) == {
        "id": "urn:x:1",
        "type": "LearningOutcome",
        "title": {"en": "Works safely."},
        "relatedESCOSkill": ["http://data.europa.eu/esco/skill/1"],
    }


def test_what_is_empty_is_left_out_and_what_is_false_is_kept() -> None:
    assert as_jsonld(Profile(id="urn:x:1")) == {"id": "urn:x:1", "type": ["Profile"]}
    identity = IdentityObject(hashed=False, identity_hash="Anna Bērziņa", identity_type="name")
    assert as_jsonld(identity)["hashed"] is False


@pytest.mark.parametrize(("credits", "number"), [("3", 3), ("3.0", 3), ("2.5", 2.5)])
def test_numbers_are_whole_where_they_are_whole(credits: str, number: float) -> None:
    subject = AchievementSubject(
        credits_earned=Decimal(credits),
        achievement=Achievement(id="urn:x:1", criteria=Criteria(id="urn:x:2"), description="d", name="n"),
    )
    assert repr(as_jsonld(subject)["creditsEarned"]) == repr(number)


def test_times_are_written_in_utc_and_whole_seconds() -> None:
    riga = timezone(timedelta(hours=2))
    moment = datetime(2026, 11, 21, 11, 0, 0, 123456, tzinfo=riga)
    assert as_jsonld(LearningAssessment(id="urn:x:1", title={"en": "x"}, date_issued=moment))[
        "dateIssued"
    ] == ("2026-11-21T09:00:00Z")


def test_a_time_without_its_zone_is_refused() -> None:
    naive = datetime(2026, 11, 21)
    with pytest.raises(ValueError, match="zone"):
        as_jsonld(LearningAssessment(id="urn:x:1", title={"en": "x"}, date_issued=naive))


def test_only_values_of_the_model_become_jsonld() -> None:
    for value in ({"id": "urn:x:1"}, Profile, "text"):
        with pytest.raises(TypeError):
            as_jsonld(value)
