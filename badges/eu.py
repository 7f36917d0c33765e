"""ELEMENTS: the 11 mandatory and 5 optional elements of an EU micro-credential; what is missing, what is there.

Source: Council Recommendation of 16 June 2022 on a European approach to micro-credentials (2022/C 243/02), Annex I.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from badges.issuer import IssuerProfile
from badges.template import Template, Texts

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of Annex I: its number, our stable code, and its name in English and Latvian."""

    number: int
    code: str
    mandatory: bool
    label: Texts


def _element(number: int, code: str, en: str, lv: str) -> Element:
    return Element(number=number, code=code, mandatory=number <= 11, label={"en": en, "lv": lv})


ELEMENTS: tuple[Element, ...] = (
    _element(1, "learner", "Identification of the learner", "Izglītojamā identifikācija"),
    _element(2, "title", "Title of the micro-credential", "Mikroapliecinājuma nosaukums"),
    _element(3, "country", "Country or region of the issuer", "Izdevējvalsts vai reģions"),
    _element(4, "awarding_body", "Awarding body", "Piešķīrējiestāde"),
    _element(5, "date_of_issuing", "Date of issuing", "Izdošanas datums"),
    _element(6, "learning_outcomes", "Learning outcomes", "Sasniegtie mācīšanās rezultāti"),
    _element(7, "notional_workload", "Notional workload", "Darba slodze"),
    _element(8, "level", "Level", "Līmenis"),
    _element(9, "type_of_assessment", "Type of assessment", "Novērtējuma veids"),
    _element(10, "form_of_participation", "Form of participation", "Izglītojamā līdzdalības veids"),
    _element(11, "type_of_quality_assurance", "Type of quality assurance", "Kvalitātes nodrošināšanas veids"),
    _element(12, "prerequisites", "Prerequisites needed to enrol", "Iestāšanās nosacījumi"),
    _element(
        13,
        "supervision",
        "Supervision and identity verification during assessment",
        "Uzraudzība un identitātes pārbaude novērtēšanas laikā",
    ),
    _element(14, "grade", "Grade achieved", "Sasniegtais vērtējums"),
    _element(15, "stackability", "Integration and stackability options", "Savienojamības iespējas"),
    _element(16, "further_information", "Further information", "Papildu informācija"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a credential says about one element; `values` are texts in the languages it has."""

    element: Element
    values: tuple[Texts, ...]


def missing(template: Template, issuer: IssuerProfile) -> tuple[str, ...]:
    """The codes of the mandatory elements that the template and the issuer leave open, in Annex I's order.

    The learner and the date of issuing are given when the badge is awarded, and are not asked for here. The level is
    demanded "if applicable": that it does not apply has to be said.
    """
    given = {
        "title": template.name,
        "country": issuer.country,
        "awarding_body": issuer.name and issuer.legal_name,
        "learning_outcomes": template.learning_outcomes,
        "notional_workload": template.workload_hours,
        "level": template.level,
        "type_of_assessment": template.types_of_assessment,
        "form_of_participation": template.forms_of_participation,
        "type_of_quality_assurance": template.types_of_quality_assurance,
    }
    return tuple(code for code, value in given.items() if not value)


def read(credential: Json) -> tuple[Reading, ...]:
    """What the credential says about each element, in Annex I's order; elements it does not have are left out."""
    raise NotImplementedError
