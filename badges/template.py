"""A Template: what is written once about an achievement, in every language, before anyone earns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from badges.errors import TemplateError
from badges.reading import NAME_LENGTH, Reader
from badges.statements import Statements, read_statements, statements_as_json

Json = dict[str, Any]
#: One text in several languages: {"en": "...", "lv": "..."}. Never an empty text in it.
Texts = Mapping[str, str]

NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What the learner knows, understands or can do; `esco` is the address of an ESCO skill."""

    text: Texts
    esco: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of the European Qualifications Framework, 1 to 8."""

    framework: Literal["EQF"] = "EQF"
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssurance:
    """A type of quality assurance (`code` of the vocabulary), who assures it, and in which country."""

    code: str
    agency: Texts = field(default_factory=dict)
    country: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What an achievement says about itself, in Annex I's order; codes are those of badges.vocabularies.

    Everything but `name` may be missing while it is being written: `badges.eu.missing` says what is.
    `in_language` is the language to fall back to. `quality` answers badges.quality. `colours` names a palette of the
    default picture.
    """

    name: Texts
    description: Texts = field(default_factory=dict)
    criteria: Texts = field(default_factory=dict)
    in_language: str = "en"
    learning_outcomes: tuple[LearningOutcome, ...] = ()
    workload_hours: Decimal | None = None
    credits: Decimal | None = None
    level: Level | Literal["not-applicable"] | None = None
    lki_level: int | None = None
    cycle: str | None = None
    types_of_assessment: tuple[str, ...] = ()
    forms_of_participation: tuple[str, ...] = ()
    types_of_quality_assurance: tuple[QualityAssurance, ...] = ()
    prerequisites: Texts = field(default_factory=dict)
    supervision: str | None = None
    stackability: str | None = None
    further_information: Texts = field(default_factory=dict)
    isced_f: str | None = None
    colours: str | None = None
    quality: Statements = field(default_factory=Statements)


_FIELDS = tuple(Template.__dataclass_fields__)


def text_in(texts: Texts, language: str, fallback: str = "en") -> str:
    """The text in `language`, else in `fallback`, else in English, else in any; "" when there is none."""
    for choice in (language, fallback, "en"):
        if choice in texts:
            return texts[choice]
    return next(iter(texts.values()), "")


def read_template(data: Json) -> Template:
    """The Template that `data` (a form, a TOML file, a stored JSON) describes.

    Raises TemplateError listing every problem with its field, not only the first one.
    """
    reader = Reader()
    if not isinstance(data, dict):
        raise TemplateError((("", "not_an_object"),))
    reader.only(data, "", _FIELDS)
    template = Template(
        name=reader.texts(data.get("name"), "name", NAME_LENGTH, required=True),
        description=reader.texts(data.get("description"), "description"),
        criteria=reader.texts(data.get("criteria"), "criteria"),
        in_language=reader.language(data.get("in_language"), "in_language"),
        learning_outcomes=reader.each(data.get("learning_outcomes"), "learning_outcomes", _outcome),
        workload_hours=reader.number(data.get("workload_hours"), "workload_hours", 10_000),
        credits=reader.number(data.get("credits"), "credits", 400),
        level=_level(reader, data.get("level")),
        lki_level=reader.whole(data.get("lki_level"), "lki_level", 1, 8),
        cycle=reader.code(data.get("cycle"), "cycle", "cycles"),
        types_of_assessment=reader.codes(
            data.get("types_of_assessment"), "types_of_assessment", "assessment_types"
        ),
        forms_of_participation=reader.codes(
            data.get("forms_of_participation"), "forms_of_participation", "modes_of_participation"
        ),
        types_of_quality_assurance=reader.each(
            data.get("types_of_quality_assurance"), "types_of_quality_assurance", _quality_assurance
        ),
        prerequisites=reader.texts(data.get("prerequisites"), "prerequisites"),
        supervision=reader.code(data.get("supervision"), "supervision", "supervision"),
        stackability=reader.code(data.get("stackability"), "stackability", "stackability"),
        further_information=reader.texts(data.get("further_information"), "further_information"),
        isced_f=reader.code(data.get("isced_f"), "isced_f", "isced_f"),
        colours=reader.code(data.get("colours"), "colours", "colours"),
        quality=read_statements(reader, data.get("quality"), "quality"),
    )
    reader.finish()
    return template


def template_as_json(template: Template) -> Json:
    """The template as JSON that `read_template` reads back as the same template; what is empty is left out."""
    values: Json = {name: _plain(getattr(template, name)) for name in _FIELDS}
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case Level():
            return {"framework": value.framework, "value": value.value}
        case LearningOutcome():
            return _without_none({"text": dict(value.text), "esco": value.esco})
        case QualityAssurance():
            return _without_none(
                {
                    "code": value.code,
                    "agency": dict(value.agency) or None,
                    "country": value.country,
                    "url": value.url,
                }
            )
        case Statements():
            return statements_as_json(value)
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return dict(value)
        case _:
            return value


def _without_none(data: Json) -> Json:
    return {name: value for name, value in data.items() if value is not None}


def _outcome(reader: Reader, data: Any, field_name: str) -> LearningOutcome:
    if not isinstance(data, dict):
        reader.problem(field_name, "not_an_object")
        return LearningOutcome(text={})
    reader.only(data, field_name, ("text", "esco"))
    return LearningOutcome(
        text=reader.texts(data.get("text"), f"{field_name}.text", required=True),
        esco=reader.web_address(data.get("esco"), f"{field_name}.esco"),
    )


def _quality_assurance(reader: Reader, data: Any, field_name: str) -> QualityAssurance:
    if not isinstance(data, dict):
        reader.problem(field_name, "not_an_object")
        return QualityAssurance(code="")
    reader.only(data, field_name, ("code", "agency", "country", "url"))
    if not data.get("code"):
        reader.problem(f"{field_name}.code", "required")
    return QualityAssurance(
        code=reader.code(data.get("code"), f"{field_name}.code", "quality_assurance") or "",
        agency=reader.texts(data.get("agency"), f"{field_name}.agency", NAME_LENGTH),
        country=reader.code(data.get("country"), f"{field_name}.country", "countries"),
        url=reader.web_address(data.get("url"), f"{field_name}.url"),
    )


def _level(reader: Reader, data: Any) -> Level | Literal["not-applicable"] | None:
    if data is None or data == "":
        return None
    if data == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not isinstance(data, dict):
        reader.problem("level", "unknown_code")
        return None
    reader.only(data, "level", ("framework", "value"))
    if data.get("framework", "EQF") != "EQF":
        reader.problem("level.framework", "unknown_code")
    value = reader.whole(data.get("value"), "level.value", 1, 8)
    if value is None and not any(name == "level.value" for name, _ in reader.problems):
        reader.problem("level.value", "required")
    return Level(value=value) if value is not None else None
