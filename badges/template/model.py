"""A Template: what is written once about an achievement, in every language, before anyone earns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from badges.errors import TemplateError
from badges.reader import NAME_LENGTH, Reader
from badges.serialization import as_file_json
from badges.template import values
from badges.template.declarations import Declarations, read_declarations
from badges.template.values import (
    Assessment,
    AwardingBody,
    Change,
    LargerCredential,
    LearningOutcome,
    QualityAssurance,
)
from signing.json_text import Json

#: One text in several languages: {"en": "...", "lv": "..."}. Never an empty text in it.
Texts = Mapping[str, str]

NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of the European Qualifications Framework, 1 to 8."""

    framework: Literal["EQF"] = "EQF"
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What an achievement says about itself, in Annex I's order; codes are those of badges.vocabularies.

    Everything but `name` may be missing while it is being written: `badges.eu.elements.missing` says what is.
    `in_language` is the language to fall back to. `awarding_bodies` award together with the issuer. `quality` answers
    badges.quality. `review_date`, `owner` and `change_log` are the institution's own: no badge shows them. `colours`
    names a palette of the default picture.
    """

    name: Texts
    description: Texts = field(default_factory=dict)
    criteria: Texts = field(default_factory=dict)
    in_language: str = "en"
    awarding_bodies: tuple[AwardingBody, ...] = ()
    learning_outcomes: tuple[LearningOutcome, ...] = ()
    workload_hours: Decimal | None = None
    credits: Decimal | None = None
    level: Level | Literal["not-applicable"] | None = None
    lki_level: int | None = None
    national_level: str | None = None
    cycle: str | None = None
    assessments: tuple[Assessment, ...] = ()
    forms_of_participation: tuple[str, ...] = ()
    types_of_quality_assurance: tuple[QualityAssurance, ...] = ()
    prerequisites: Texts = field(default_factory=dict)
    stackability: str | None = None
    part_of: tuple[LargerCredential, ...] = ()
    further_information: Texts = field(default_factory=dict)
    isced_f: str | None = None
    learning_setting: str | None = None
    colours: str | None = None
    quality: Declarations = field(default_factory=Declarations)
    review_date: date | None = None
    owner: str | None = None
    change_log: tuple[Change, ...] = ()

    def language_for(self, language: str) -> str:
        """The language that somebody who speaks `language` is told it in: one of those it has a name in."""
        choices = (language, self.in_language, "en", *self.name)
        return next(code for code in choices if code in self.name)


_FIELDS = tuple(Template.__dataclass_fields__)


def text_in(texts: Texts, language: str, fallback: str = "en") -> str:
    """The text in `language`, else in `fallback`, else in English, else in any; "" when there is none."""
    for choice in (language, fallback, "en"):
        if choice in texts:
            return texts[choice]
    return next(iter(texts.values()), "")


def read_template(data: Json, today: date | None = None) -> Template:
    """The Template that `data` (a form, a TOML file, a stored JSON) describes.

    Raises TemplateError listing every problem with its JSON pointer, not only the first one. What has to have
    happened is held to `today`; where none is given, as for what was read before, to nothing.
    """
    reader = Reader(today)
    if not isinstance(data, dict):
        raise TemplateError((("", "not_an_object"),))
    reader.only(data, "", _FIELDS)
    template = Template(**{name: read(reader, data.get(name), f"/{name}") for name, read in _READ.items()})
    for name in ("lki_level", "national_level"):
        if template.level == NOT_APPLICABLE and getattr(template, name):
            reader.problem(f"/{name}", "level_not_applicable")
    reader.finish()
    return template


def template_as_json(template: Template) -> Json:
    """The template as JSON that `read_template` reads back as the same template; what is empty is left out."""
    said: Json = as_file_json(template)
    return said


def _level(reader: Reader, data: Any, pointer: str) -> Level | Literal["not-applicable"] | None:
    if data is None or data == "":
        return None
    if data == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not isinstance(data, dict):
        reader.problem(pointer, "unknown_code")
        return None
    reader.only(data, pointer, ("framework", "value"))
    if data.get("framework", "EQF") != "EQF":
        reader.problem(f"{pointer}/framework", "unknown_code")
    if data.get("value") in (None, ""):
        reader.problem(f"{pointer}/value", "required")
    value = reader.whole(data.get("value"), f"{pointer}/value", 1, 8)
    return Level(value=value) if value is not None else None


def _texts(reader: Reader, data: Any, pointer: str) -> Texts:
    return reader.texts(data, pointer)


def _coded(vocabulary_name: str) -> Callable[[Reader, Any, str], str | None]:
    return lambda reader, data, pointer: reader.code(data, pointer, vocabulary_name)


def _list(read: Callable[[Reader, Any, str], Any]) -> Callable[[Reader, Any, str], tuple[Any, ...]]:
    return lambda reader, data, pointer: reader.each(data, pointer, read)


_READ: Mapping[str, Callable[[Reader, Any, str], Any]] = {
    "name": lambda reader, data, pointer: reader.texts(data, pointer, NAME_LENGTH, required=True),
    "description": _texts,
    "criteria": _texts,
    "in_language": lambda reader, data, pointer: reader.language(data, pointer),
    "awarding_bodies": _list(values.awarding_body),
    "learning_outcomes": _list(values.learning_outcome),
    "workload_hours": lambda reader, data, pointer: reader.number(data, pointer, 10_000),
    "credits": lambda reader, data, pointer: reader.number(data, pointer, 400),
    "level": _level,
    "lki_level": lambda reader, data, pointer: reader.whole(data, pointer, 1, 8),
    "national_level": _coded("national_levels"),
    "cycle": _coded("cycles"),
    "assessments": _list(values.assessment),
    "forms_of_participation": lambda reader, data, pointer: reader.codes(
        data, pointer, "modes_of_participation"
    ),
    "types_of_quality_assurance": _list(values.quality_assurance),
    "prerequisites": _texts,
    "stackability": _coded("stackability"),
    "part_of": _list(values.larger_credential),
    "further_information": _texts,
    "isced_f": _coded("isced_f"),
    "learning_setting": _coded("learning_settings"),
    "colours": _coded("colours"),
    "quality": read_declarations,
    "review_date": Reader.day,
    "owner": lambda reader, data, pointer: reader.text(data, pointer),
    "change_log": _list(values.change),
}
