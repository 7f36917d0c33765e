"""The source for edubadges of SURF.

They have elements of the European micro-credential as terms of the achievement in Open Badges 3.0, and some of them as
extensions in 2.0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from badges.foreign_json import kind_of, types
from badges.importing.extensions import find_value, has_any
from badges.importing.field_reader import FieldReader, TemplateFields, language_map
from badges.importing.open_badges_2 import badge_class_of, read_badge_class
from badges.importing.open_badges_3 import ACHIEVEMENT_POINTER, achievement_of, read_achievement
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
#: Values whose meaning is wider or narrower than that of our code, so the code is noted as guessed.
_APPROXIMATE = ("testing", "application of a skill", "onsite or blended", "work experience")
_SUPERVISION = {
    "unsupervised with no identity verification": "nosupnoid",
    "supervised with no identity verification": "supnoid",
    "supervised online": "supid",
    "onsite with identity verification": "supid",
}
_MODE = {"supervised online": "online", "onsite with identity verification": "presential"}


def recognises(badge: Json) -> bool:
    """Whether the achievement has SURF's class, or a term or an extension of SURF."""
    if kind_of(badge) != "achievement":
        return has_any(badge, _EXTENSIONS)
    achievement = achievement_of(badge)
    return _CLASS in types(achievement) or bool(_TERMS & achievement.keys())


def read(badge: Json, reader: FieldReader) -> TemplateFields:
    """The template fields in the terms of the standard and of SURF.

    Raises TemplateError where an assertion only has the address of its badge class.
    """
    if kind_of(badge) != "achievement":
        return _read_open_badges_2(badge, reader)
    achievement = achievement_of(badge)
    fields = read_achievement(achievement, reader, "nl")
    own_fields = {
        "credits": reader.number(achievement.get("ECTS"), f"{ACHIEVEMENT_POINTER}/ECTS", 400),
        "workload_hours": _hours(achievement, reader),
        "forms_of_participation": _participation(achievement, reader),
        "assessments": _assessments(achievement, reader),
    }
    for name in ("educationProgramIdentifier", "creditsAvailable"):
        if achievement.get(name):
            reader.note(f"{ACHIEVEMENT_POINTER}/{name}", "no_place", achievement[name])
    return replace(fields, body=fields.body | {name: value for name, value in own_fields.items() if value})


def _read_open_badges_2(badge: Json, reader: FieldReader) -> TemplateFields:
    badge_class, pointer = badge_class_of(badge)
    tag, tag_pointer = find_value(badge, "extensions:LanguageExtension", "Language")
    language = reader.language(tag, tag_pointer or f"{pointer}/extensions:LanguageExtension", "nl")
    fields = read_badge_class(badge_class | {"@language": language}, pointer, reader, language)
    points, points_pointer = find_value(badge, "extensions:ECTSExtension", "ECTS")
    outcome, outcome_pointer = find_value(badge, "extensions:LearningOutcomeExtension", "LearningOutcome")
    hours, hours_pointer = find_value(badge, "extensions:StudyLoadExtension", "StudyLoad")
    if not hours:
        hours, hours_pointer = find_value(badge, "extensions:TimeInvestmentExtension", "TimeInvestment")
    text = reader.text(outcome, outcome_pointer)
    own_fields = {
        "credits": reader.number(points, points_pointer, 400),
        "workload_hours": reader.number(hours, hours_pointer, 10_000),
        "level": _level(*find_value(badge, "extensions:EQFExtension", "EQF"), reader),
        "learning_outcomes": [{"text": language_map(language, text)}] if text else [],
    }
    return replace(fields, body=fields.body | {name: value for name, value in own_fields.items() if value})


def _level(value: Any, pointer: str, reader: FieldReader) -> Json | None:
    """The EQF level in 7, 7.0 or "EQF 7"; None, with a note, for any other value."""
    digits = str(value).upper().removeprefix("EQF").strip().removesuffix(".0")
    if digits in vocabulary("eqf"):
        return {"framework": "EQF", "value": int(digits)}
    if value not in (None, ""):
        reader.note(pointer, "unknown_value", value)
    return None


def _hours(achievement: Json, reader: FieldReader) -> str | None:
    """The Dutch study load (SBU), or the time investment; both are in hours."""
    for name in ("SBU", "timeInvestment"):
        if achievement.get(name):
            return reader.number(achievement[name], f"{ACHIEVEMENT_POINTER}/{name}", 10_000)
    return None


def _participation(achievement: Json, reader: FieldReader) -> list[str]:
    pointer = f"{ACHIEVEMENT_POINTER}/participationType"
    code = reader.coded(achievement.get("participationType"), pointer, _PARTICIPATION, _APPROXIMATE)
    return [code] if code else []


def _assessments(achievement: Json, reader: FieldReader) -> list[Json]:
    pointer = ACHIEVEMENT_POINTER
    kind = reader.coded(
        achievement.get("assessmentType"), f"{pointer}/assessmentType", _ASSESSMENT, _APPROXIMATE
    )
    supervision_type = achievement.get("supervisionType")
    supervision = reader.coded(supervision_type, f"{pointer}/supervisionType", _SUPERVISION)
    if not kind:
        if supervision:
            reader.note(f"{pointer}/supervisionType", "no_place", supervision_type)
        return []
    if supervision is None and achievement.get("identityChecked") is True:
        supervision = "nosupid"
        reader.note(f"{pointer}/identityChecked", "guessed", supervision)
    mode = _MODE.get(str(supervision_type).strip().lower())
    assessment = {"type": kind, "supervision": supervision, "mode": mode}
    return [{name: value for name, value in assessment.items() if value}]
