"""Quality frameworks as data: each TOML file in this folder is a framework, and its name is the framework's code.

A framework has a `title` in English and Latvian, a `source`, and rules. A rule has a `code`, the `field` to mend (a
key of FIELDS), a `strength` (`must`, `should`, or `stated`: missing, it is only reported as not stated), a sentence in
`en` and `lv` that says what to do, and one demand; one about the field `declarations` has none, because a text that
is written for it meets it, and a `heading`, under which readers find that text; where it has an `or`, a demand on facts
that the tool sees itself, that meets it too. With a second demand, `when`, it applies only if that is met. With
`declared = true` the report says that the issuer declares it, as long as the tool does not see itself that it is so.
A demand is one of

* `present = true` or `false`      there is a value, or none
* `is = true`                      exactly this value
* `at_least`, `at_most`, `between` a bound, or two, for a number
* `one_of = [...]`                 the value, or one of several values, is in the list
* `besides = [...]`                the value, or one of several values, is not in the list
* `all`, `any`, `not`              further demands, each with a `field` of its own

A framework of regulations may say what they themselves have of each element of Annex I: an `element` with its `code`,
and in it for each kind of unit (of the vocabulary `unit_kinds`) a `light` of LIGHTS, the `regulation` and a sentence.

A field of the objects in a list is named with the list, as `assessments/supervision`; it has the values of all of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from badges.errors import FrameworkError
from badges.eu.annex_1 import ELEMENTS
from badges.template.declarations import RECOGNITION
from badges.template.fields import Field, Group, Items, fields_of
from badges.template.model import Template
from signing.json_text import Json

Facts = Mapping[str, Any]
Strength = Literal["must", "should", "stated"]

#: How far a regulation has an element.
LIGHTS = ("met", "partly", "not", "not_regulated")

#: The framework of the elements themselves, whose rules are those of its file and those that the fields declare.
ANNEX_1 = "eu_annex_1"
#: The framework of what the public catalogue asks for.
CATALOGUE = "catalogue"


def _template_fields() -> Iterator[tuple[str, Field, str]]:
    """Every field of a template: its name in rules, its declaration, and the JSON pointer of what to mend.

    Where objects in a list have the field, its name is `<list>/<field>`, its value that of each of them.
    """
    for field in fields_of(Template):
        if isinstance(field.kind, Group):
            yield from ((part.name, part, f"/{field.name}/{part.name}") for part in fields_of(field.kind.of))
            continue
        yield field.name, field, f"/{field.name}"
        if isinstance(field.kind, Items):
            for part in fields_of(field.kind.of):
                yield f"{field.name}/{part.name}", part, f"/{field.name}"


#: What rules can be about -> JSON pointer of the field to mend in the template, or (`issuer:`) in the issuer's file;
#: "" for what the tool itself provides with every badge.
FIELDS: Mapping[str, str] = {
    "learner": "",
    "date_of_issuing": "",
    "grade": "/required_value",
    "holder_download": "",
    "formats": "",
    "verify_page": "",
    "country": "issuer:/country",
    "place": "issuer:/locality",
    "awarding_body": "issuer:/legal_name",
    "legal_id": "issuer:/eidas_identifier",
    "eqf_level": "/level",
    "levels_agree": "/level",
    "programme_kind": "/quality/programme_code",
    "programme_level_agrees": "/level",
    "deciding_assessments/type": "/assessments",
    "deciding_assessments/supervision": "/assessments",
    "review_days": "/review_date",
    "unnamed_assurances": "/types_of_quality_assurance",
    "hours_a_credit": "/workload_hours",
    "assured_days": "/types_of_quality_assurance",
    "accredited_days": "issuer:/accreditations",
    "recognition": f"/quality/declarations/{RECOGNITION}",
    "guidance_languages": "/quality/target_group",
    "self_assessed": "",
    **{name: pointer for name, _field, pointer in _template_fields()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A condition on `field`; `parts` are the demands it consists of if it is an `all`."""

    field: str
    met: Callable[[Facts], bool]
    parts: tuple[Demand, ...] = ()

    def unmet_field(self, facts: Facts) -> str:
        """The field of the first demand that is not met."""
        return next((part.unmet_field(facts) for part in self.parts if not part.met(facts)), self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a framework; `demand` is None where only a written declaration meets it.

    `sentence` says in each language what to do, `heading` what a text that meets it is about. Where `declared`, nothing
    but the issuer's word meets the demand, unless the tool sees that it is so. `otherwise`: what meets a rule without a
    demand where no text does.
    """

    code: str
    field: str
    strength: Strength
    sentence: Mapping[str, str]
    demand: Demand | None
    when: Demand | None = None
    declared: bool = False
    heading: Mapping[str, str] | None = None
    otherwise: Demand | None = None

    def applies(self, facts: Facts) -> bool:
        """Whether the condition `when` holds; True without one."""
        return self.when is None or self.when.met(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """How far a `regulation` has an element, a code of LIGHTS, with the regulation and a sentence by language."""

    code: str
    regulation: Mapping[str, str]
    sentence: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementLights:
    """The lights of one element, named by its code, for each kind of unit that the regulations are about."""

    element: str
    by_unit_kind: Mapping[str, Light]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A quality framework and its rules, in the order of its file; `lights` only where it is one of regulations."""

    code: str
    title: Mapping[str, str]
    source: str
    rules: tuple[Rule, ...]
    lights: tuple[ElementLights, ...] = ()


@cache
def framework_codes() -> tuple[str, ...]:
    """The codes of all frameworks: the EU's first, then the others in alphabetical order."""
    codes = sorted(file.stem for file in Path(__file__).parent.glob("*.toml"))
    return tuple(sorted(codes, key=lambda code: not code.startswith("eu_")))


@cache
def framework(code: str) -> Framework:
    """The framework in `<code>.toml` of this folder; read once. Raises FrameworkError where there is none."""
    if code not in framework_codes():
        raise FrameworkError(f"There is no quality framework {code}: only {', '.join(framework_codes())}.")
    found = read_framework(code, (Path(__file__).parent / f"{code}.toml").read_text(encoding="utf-8"))
    return replace(found, rules=_in_order((*_declared_rules(), *found.rules))) if code == ANNEX_1 else found


def _declared_rules() -> Iterator[Rule]:
    """The rules that an element is stated, as the fields declare them."""
    known: set[str] = set()
    for name, field, _pointer in _template_fields():
        sentence = field.must or field.should
        if sentence:
            code = field.element if field.element not in known else f"{field.element}.{field.name}"
            known.add(field.element)
            yield Rule(
                code=code,
                field=name,
                strength="must" if field.must else "should",
                sentence=sentence,
                demand=_demand({"present": True}, name),
            )


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules in the order of the elements."""
    order = [element.code for element in ELEMENTS]
    return tuple(sorted(rules, key=lambda rule: order.index(rule.code.partition(".")[0])))


def read_framework(code: str, text: str) -> Framework:
    """The framework that a TOML text describes. Raises FrameworkError naming the rule that is not valid."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
        rules = tuple(_rule(entry) for entry in data.pop("rule"))
        loaded = Framework(
            code=code,
            title=_languages(data.pop("title")),
            source=data.pop("source"),
            rules=rules,
            lights=tuple(_lights(entry) for entry in data.pop("element", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FrameworkError(f"The quality framework {code} cannot be used: {error}") from error
    if data or len({rule.code for rule in rules}) != len(rules):
        raise FrameworkError(f"The quality framework {code} says too much, or one rule twice.")
    return loaded


def _rule(entry: Json) -> Rule:
    entry = dict(entry)
    code, field, strength = entry.pop("code"), entry["field"], entry.pop("strength")
    if strength not in ("must", "should", "stated"):
        raise ValueError(f"{code}: {strength} is neither must, should nor stated")
    sentence = _languages({language: entry.pop(language) for language in ("en", "lv")})
    when, declared = entry.pop("when", None), entry.pop("declared", False)
    heading = _languages(entry.pop("heading")) if field == "declarations" else None
    otherwise = entry.pop("or", None) if field == "declarations" else None
    try:
        return Rule(
            code=code,
            field=field,
            strength=strength,
            sentence=sentence,
            demand=None if entry == {"field": "declarations"} else _demand(entry),
            when=_demand(when) if when else None,
            declared=declared,
            heading=heading,
            otherwise=_demand(otherwise) if otherwise else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{code}: {error}") from error


def _lights(entry: Json) -> ElementLights:
    entry = dict(entry)
    element = entry.pop("code")
    if element not in {one.code for one in ELEMENTS}:
        raise ValueError(f"{element} is no element")
    return ElementLights(element=element, by_unit_kind={kind: _light(entry[kind]) for kind in entry})


def _light(entry: Json) -> Light:
    if entry["light"] not in LIGHTS:
        raise ValueError(f"{entry['light']} is none of {', '.join(LIGHTS)}")
    sentence = _languages({language: entry[language] for language in ("en", "lv")})
    return Light(code=entry["light"], regulation=_languages(entry["regulation"]), sentence=sentence)


def _languages(texts: Any) -> Mapping[str, str]:
    if not texts["en"] or not texts["lv"]:
        raise ValueError("a sentence is missing in English or Latvian")
    return dict(texts)


def _demand(entry: Json, field: str = "") -> Demand:
    """One demand; for `all`, `any` and `not`, `field` is only the default of the field to mend."""
    entry = dict(entry)
    field = entry.pop("field", field)
    (test, operand), *rest = entry.items()
    if rest:
        raise ValueError(f"{test} and {rest[0][0]}: a demand is one demand")
    if test in ("all", "any"):
        parts = tuple(_demand(part, field) for part in operand)
        every = all if test == "all" else any
        return Demand(
            field=field,
            met=lambda facts: every(part.met(facts) for part in parts),
            parts=parts if test == "all" else (),
        )
    if test == "not":
        inner = _demand(operand, field)
        return Demand(field=field or inner.field, met=lambda facts: not inner.met(facts))
    if field not in FIELDS:
        raise ValueError(f"{field} is no field")
    check = TESTS[test](operand)
    return Demand(field=field, met=lambda facts: check(facts.get(field)))


def _present(value: Any) -> bool:
    return value is not None and value not in ("", (), {})


def _values(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) if _present(value) else ()


def _between(ends: Any) -> Callable[[Any], bool]:
    least, most = ends
    return lambda value: value is not None and least <= value <= most


#: Name of a test -> function from its operand in the TOML file to the test of a value.
TESTS: Mapping[str, Callable[[Any], Callable[[Any], bool]]] = {
    "present": lambda operand: lambda value: _present(value) is operand,
    "is": lambda operand: lambda value: value is operand,
    "at_least": lambda operand: lambda value: value is not None and value >= operand,
    "at_most": lambda operand: lambda value: value is not None and value <= operand,
    "between": _between,
    "one_of": lambda operand: lambda value: any(item in operand for item in _values(value)),
    "besides": lambda operand: lambda value: any(item not in operand for item in _values(value)),
}
