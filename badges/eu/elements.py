"""missing, read: which elements of an EU micro-credential a template lacks, and those that a credential states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from badges.eu.annex_1 import ELEMENTS, Element
from badges.eu.counting import counts
from badges.eu.readers import READERS
from badges.issuer import IssuerProfile
from badges.quality import ANNEX_1
from badges.quality.evaluation import failed_rules
from badges.template.fields import Texts
from badges.template.model import Template
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The values of one element in a credential, each a text by language.

    `counts`: they mean something, so that a mandatory element is stated with them; see badges.eu.counting.
    """

    element: Element
    values: tuple[Texts, ...]
    counts: bool = True


def missing(template: Template, issuer: IssuerProfile, today: date | None = None) -> tuple[str, ...]:
    """The codes of the mandatory elements that template and issuer do not have, in the order of Annex I.

    The requirements of each element are the rules of the framework of Annex I in `badges.quality`. Learner and date of
    issuing are never missing here, because they come with the award. Annex I requires the level "where applicable": the
    template has to say so where it is not. A quality assurance that ended before `today` does not count.
    """
    rules = failed_rules(ANNEX_1, template, issuer, today)
    return tuple(dict.fromkeys(rule.partition(".")[0] for rule in rules))


def read(credential: Json) -> tuple[Reading, ...]:
    """The values of each element in a credential of any issuer, in the order of Annex I, without absent elements.

    Raises nothing: what is missing or of another type is left out.
    """
    return tuple(reading for element in ELEMENTS if (reading := _read(element, credential)).values)


def _read(element: Element, credential: Json) -> Reading:
    values = tuple(text for text in READERS[element.code](credential) if text)
    return Reading(
        element=element,
        values=values,
        counts=not element.mandatory or counts(element.code, values, credential),
    )
