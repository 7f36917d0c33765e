"""edubadges of SURF: the elements of the European micro-credential as flat terms in Open Badges 3.0, of which 2.0 had
some as extensions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from badges.importing.extensions import has_any, value_in
from badges.importing.foreign import Foreign, Found, texts
from badges.importing.open_badges_2 import badge_class_of, read_badge_class
from badges.importing.open_badges_3 import ACHIEVEMENT_AT, achievement_of, read_achievement
from badges.verify.foreign_json import kind_of, types
from badges.vocabularies import vocabulary
from signing.json_text import Json

NAME = "edubadges"

_CLASS = "EducredentialAchievement"
_TERMS = {"ECTS", "SBU", "participationType", "assessmentType", "supervisionType", "identityChecked"}
_EXTENSIONS = (
    "extensions:ECTSExtension",
    "extensions:EQFExtension",
    "extensions:LearningOutcomeExtension",
    "extensions:LanguageExtension",
)
_PARTICIPATION = {"online": "online", "onsite or blended": "blended", "work experience": "workBased"}
_ASSESSMENT = {
    "testing": "writtenExamination",
    "application of a skill": "practicalAssessment",
    "portfolio": "portfolio",
    "recognition of prior learning": "recognitionOfPriorLearning",
}
_NEAR = ("testing", "application of a skill", "onsite or blended", "work experience")
_SUPERVISION = {
    "unsupervised with no identity verification": "nosupnoid",
    "supervised with no identity verification": "supnoid",
    "supervised online": "supid",
    "onsite with identity verification": "supid",
}
_MODE = {"supervised online": "online", "onsite with identity verification": "presential"}


def recognises(badge: Json) -> bool:
    """Whether the achievement is of SURF's class, or says anything in SURF's terms or extensions."""
    if kind_of(badge) != "achievement":
        return has_any(badge, _EXTENSIONS)
    achievement = achievement_of(badge)
    return _CLASS in types(achievement) or bool(_TERMS & achievement.keys())


def read(badge: Json, foreign: Foreign) -> Found:
    """What the badge says in the standard's terms and in SURF's."""
    if kind_of(badge) != "achievement":
        return _read_older(badge, foreign)
    achievement = achievement_of(badge)
    found = read_achievement(achievement, foreign, "nl")
    said = {
        "credits": foreign.number(achievement.get("ECTS"), f"{ACHIEVEMENT_AT}/ECTS", 400),
        "workload_hours": _hours(achievement, foreign),
        "forms_of_participation": _participation(achievement, foreign),
        "assessments": _assessments(achievement, foreign),
    }
    for name in ("educationProgramIdentifier", "creditsAvailable"):
        if achievement.get(name):
            foreign.note(f"{ACHIEVEMENT_AT}/{name}", "no_place", achievement[name])
    return replace(found, body=found.body | {name: value for name, value in said.items() if value})


def _read_older(badge: Json, foreign: Foreign) -> Found:
    badge_class, where = badge_class_of(badge)
    tag, tag_at = value_in(badge, "extensions:LanguageExtension", "Language")
    language = foreign.language(tag, tag_at or f"{where}/extensions:LanguageExtension", "nl")
    found = read_badge_class(badge_class | {"@language": language}, where, foreign, language)
    points, points_at = value_in(badge, "extensions:ECTSExtension", "ECTS")
    outcome, outcome_at = value_in(badge, "extensions:LearningOutcomeExtension", "LearningOutcome")
    hours, hours_at = value_in(badge, "extensions:StudyLoadExtension", "StudyLoad")
    if not hours:
        hours, hours_at = value_in(badge, "extensions:TimeInvestmentExtension", "TimeInvestment")
    text = foreign.text(outcome, outcome_at)
    said = {
        "credits": foreign.number(points, points_at, 400),
        "workload_hours": foreign.number(hours, hours_at, 10_000),
        "level": _level(*value_in(badge, "extensions:EQFExtension", "EQF"), foreign),
        "learning_outcomes": [{"text": texts(language, text)}] if text else [],
    }
    return replace(found, body=found.body | {name: value for name, value in said.items() if value})


def _level(value: Any, pointer: str, foreign: Foreign) -> Json | None:
    """A level that is written as 7, 7.0 or "EQF 7"."""
    digits = str(value).upper().removeprefix("EQF").strip().removesuffix(".0")
    if digits in vocabulary("eqf"):
        return {"framework": "EQF", "value": int(digits)}
    if value not in (None, ""):
        foreign.note(pointer, "unknown_value", value)
    return None


def _hours(achievement: Json, foreign: Foreign) -> str | None:
    """The Dutch study load, or the time a course takes: both in hours."""
    for name in ("SBU", "timeInvestment"):
        if achievement.get(name):
            return foreign.number(achievement[name], f"{ACHIEVEMENT_AT}/{name}", 10_000)
    return None


def _participation(achievement: Json, foreign: Foreign) -> list[str]:
    where = f"{ACHIEVEMENT_AT}/participationType"
    code = foreign.coded(achievement.get("participationType"), where, _PARTICIPATION, _NEAR)
    return [code] if code else []


def _assessments(achievement: Json, foreign: Foreign) -> list[Json]:
    at = ACHIEVEMENT_AT
    kind = foreign.coded(achievement.get("assessmentType"), f"{at}/assessmentType", _ASSESSMENT, _NEAR)
    stated = achievement.get("supervisionType")
    supervision = foreign.coded(stated, f"{at}/supervisionType", _SUPERVISION)
    if not kind:
        if supervision:
            foreign.note(f"{at}/supervisionType", "no_place", stated)
        return []
    if supervision is None and achievement.get("identityChecked") is True:
        supervision = "nosupid"
        foreign.note(f"{at}/identityChecked", "guessed", supervision)
    mode = _MODE.get(str(stated).strip().lower())
    assessment = {"type": kind, "supervision": supervision, "mode": mode}
    return [{name: value for name, value in assessment.items() if value}]
