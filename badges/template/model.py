"""Template: what a teacher writes about an achievement, in one or more languages, before anyone earns it."""

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

#: One text by language: {"en": "...", "lv": "..."}. No text in it is empty.
Texts = Mapping[str, str]

NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of the European Qualifications Framework, 1 to 8."""

    framework: Literal["EQF"] = "EQF"
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An achievement in the words of a teacher, fields in the order of Annex I; codes are of `badges.vocabularies`.

    Only `name` is required: `badges.eu.elements.missing` lists what a draft still lacks. `in_language` is the language
    to fall back to. `awarding_bodies` award together with the issuer. `credits` are ECTS. `quality` is judged by
    `badges.quality`. `review_date`, `owner` and `change_log` are for the institution only: no badge shows them.
    `colours` is a palette of the default picture.
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
        """`language` if the template has a name in it, else the best other one that has.

        Raises StopIteration for a template without a name; `read_template` makes none.
        """
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
    """The Template that `data` (of a form, a TOML file or stored JSON) describes.

    Raises TemplateError listing every problem with its JSON pointer, not only the first one. Days that must have
    come (`valid_from`, the days of `change_log`) are checked against `today`; without it, as for data that was checked
    when it was stored, they are not.
    """
    reader = Reader(today)
    if not isinstance(data, dict):
        raise TemplateError((("", "not_an_object"),))
    reader.refuse_unknown_fields(data, "", _FIELDS)
    template = Template(**{name: read(reader, data.get(name), f"/{name}") for name, read in _READ.items()})
    for name in ("lki_level", "national_level"):
        if template.level == NOT_APPLICABLE and getattr(template, name):
            reader.problem(f"/{name}", "level_not_applicable")
    reader.raise_problems()
    return template


def template_as_json(template: Template) -> Json:
    """The template as JSON from which `read_template` reads an equal one; empty fields are left out."""
    data: Json = as_file_json(template)
    return data


def _level(reader: Reader, data: Any, pointer: str) -> Level | Literal["not-applicable"] | None:
    if data is None or data == "":
        return None
    if data == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not isinstance(data, dict):
        reader.problem(pointer, "unknown_code")
        return None
    reader.refuse_unknown_fields(data, pointer, ("framework", "value"))
    if data.get("framework", "EQF") != "EQF":
        reader.problem(f"{pointer}/framework", "unknown_code")
    if data.get("value") in (None, ""):
        reader.problem(f"{pointer}/value", "required")
    value = reader.whole_number(data.get("value"), f"{pointer}/value", 1, 8)
    return Level(value=value) if value is not None else None


def _texts(reader: Reader, data: Any, pointer: str) -> Texts:
    return reader.texts(data, pointer)


def _coded(vocabulary_name: str) -> Callable[[Reader, Any, str], str | None]:
    return lambda reader, data, pointer: reader.code(data, pointer, vocabulary_name)


def _list(read: Callable[[Reader, Any, str], Any]) -> Callable[[Reader, Any, str], tuple[Any, ...]]:
    return lambda reader, data, pointer: reader.items(data, pointer, read)


_READ: Mapping[str, Callable[[Reader, Any, str], Any]] = {
    "name": lambda reader, data, pointer: reader.required_texts(data, pointer, NAME_LENGTH),
    "description": _texts,
    "criteria": _texts,
    "in_language": lambda reader, data, pointer: reader.language(data, pointer),
    "awarding_bodies": _list(values.read_awarding_body),
    "learning_outcomes": _list(values.read_learning_outcome),
    "workload_hours": lambda reader, data, pointer: reader.number(data, pointer, 10_000),
    "credits": lambda reader, data, pointer: reader.number(data, pointer, 400),
    "level": _level,
    "lki_level": lambda reader, data, pointer: reader.whole_number(data, pointer, 1, 8),
    "national_level": _coded("national_levels"),
    "cycle": _coded("cycles"),
    "assessments": _list(values.read_assessment),
    "forms_of_participation": lambda reader, data, pointer: reader.codes(
        data, pointer, "modes_of_participation"
    ),
    "types_of_quality_assurance": _list(values.read_quality_assurance),
    "prerequisites": _texts,
    "stackability": _coded("stackability"),
    "part_of": _list(values.read_larger_credential),
    "further_information": _texts,
    "isced_f": _coded("isced_f"),
    "learning_setting": _coded("learning_settings"),
    "colours": _coded("colours"),
    "quality": read_declarations,
    "review_date": Reader.day,
    "owner": lambda reader, data, pointer: reader.text(data, pointer),
    "change_log": _list(values.read_change),
}
