"""What a wallet that knows Open Badges 3.0 alone can show of a badge: everything that a template says of learning."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from badges.eu import readers
from badges.template.model import Template
from badges.template.values import Assessment, QualityAssurance
from signing.json_text import Json

#: What wallets were seen to show of an achievement.
SHOWN = ("name", "description", "criteria", "alignment", "tag")

Build = Callable[..., Json]


def shown_by_wallets(credential: Json) -> str:
    achievement = credential["credentialSubject"]["achievement"]
    return json.dumps({name: achievement.get(name) for name in SHOWN}, ensure_ascii=False)


@pytest.mark.parametrize("language", ["en", "lv"])
def test_outcomes_workload_and_how_it_was_assessed_are_shown_without_our_extension(
    data_literacy: Template, built: Build, language: str
) -> None:
    credential = built(data_literacy, language=language)
    text = shown_by_wallets(credential)
    for outcome in data_literacy.learning_outcomes:
        assert outcome.text[language] in text
    words = {
        "en": ("80 hours", "3 ECTS", "online", "Written examination", "upervised", "ESG"),
        "lv": ("80 stundas", "3 ECTS", "tiešsaistē", "rakstisks eksāmens", "uzraudzīb", "ESG"),
    }
    for word in words[language]:
        assert word.lower() in text.lower(), word


def test_no_alignment_leads_to_what_nobody_can_open(data_literacy: Template, built: Build) -> None:
    own_kinds = replace(
        data_literacy,
        types_of_quality_assurance=(QualityAssurance(code="internal"),),
        assessments=(Assessment(type="recognitionOfPriorLearning"),),
    )
    for template in (data_literacy, own_kinds):
        alignments = built(template)["credentialSubject"]["achievement"]["alignment"]
        assert all(each["targetUrl"].startswith("http") for each in alignments)


def test_our_own_pages_show_the_criteria_alone(data_literacy: Template, built: Build) -> None:
    only_english = replace(data_literacy, **_in_english(data_literacy))
    for template in (data_literacy, only_english):
        assert readers.criteria(built(template)) == template.stated_criteria


def _in_english(template: Template) -> dict[str, Any]:
    names = ("name", "description", "criteria")
    return {name: {"en": getattr(template, name)["en"]} for name in names}


def test_a_badge_without_any_of_it_has_its_criteria_alone(solar: Template, built: Build) -> None:
    narrative = built(solar)["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert narrative.startswith(solar.stated_criteria["lv"])
    assert "\n\n**" in narrative
