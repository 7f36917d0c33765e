"""What a visitor typed and chose in the address of a list, and the filters with their words and counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from flask import request

from badges.readable import readable
from badges.vocabularies import vocabulary
from lti_tool.catalogue.offers import FACETS, HOURS, MORE_HOURS, NO_LEVEL, Offer, skill_code
from lti_tool.catalogue.search import MAX_TYPED, Found, Wish, read_wish
from lti_tool.web.catalogue.reading import Catalogue
from lti_tool.web.filters import localized_text
from lti_tool.web.languages import page_language
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

#: How many skills can be chosen: those of the most offers. Most offers have some that no other has.
MOST_SKILLS = 12
_LABELS: Mapping[str, Sentence] = {
    "issuer": _l("Institution"),
    "field": _l("Field of study"),
    "level": _l("Level"),
    "language": _l("Language of teaching"),
    "mode": _l("Form of participation"),
    "hours": _l("Workload"),
    "skill": _l("Skills"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet: its words, and how many offers there would be with it."""

    code: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A filter as a page shows it."""

    name: str
    label: Sentence
    choices: Sequence[Choice]

    @property
    def is_used(self) -> bool:
        """Whether something of it is chosen."""
        return any(choice.is_chosen for choice in self.choices)


def requested_wish() -> Wish:
    """The wish in the address of the request; what is no value of any offer finds nothing, and is not shown."""
    typed = readable(request.args.get("q", "")[: 4 * MAX_TYPED])
    return read_wish(typed, {facet: request.args.getlist(facet) for facet in FACETS})


def requested_part() -> int:
    """Which part of a list is asked for, from 1; the first where that is no such number."""
    typed = request.args.get("page", "")
    return max(1, int(typed)) if re.fullmatch("[0-9]{1,4}", typed) else 1


def query_of(wish: Wish, facets: Sequence[Facet]) -> str:
    """The wish as the query of an address, as far as it is one that pages show; with "&" at its end."""
    shown = [(facet.name, choice.code) for facet in facets for choice in facet.choices if choice.is_chosen]
    pairs = [("q", wish.typed), *shown] if wish.typed else shown
    return f"{urlencode(pairs)}&" if pairs else ""


def facets_of(catalogue: Catalogue, wish: Wish, found: Found) -> Sequence[Facet]:
    """The filters in which there is something to choose."""
    facets = [
        Facet(name=name, label=_LABELS[name], choices=_choices(name, catalogue, wish, found))
        for name in FACETS
        if not (name == "issuer" and catalogue.only)
    ]
    return [facet for facet in facets if facet.is_used or len(facet.choices) > 1]


def _choices(name: str, catalogue: Catalogue, wish: Wish, found: Found) -> Sequence[Choice]:
    known = {value for offer in catalogue.offers for value in offer.facets[name]}
    chosen = wish.chosen.get(name, frozenset()) & known
    counts = found.counts[name]
    words = _words_of(name, catalogue)
    choices = [
        Choice(code=code, label=words(code), count=counts.get(code, 0), is_chosen=code in chosen)
        for code in known
        if code in chosen or counts.get(code)
    ]
    if name == "skill":
        choices.sort(key=lambda one: (not one.is_chosen, -one.count, one.label))
        return choices[: max(MOST_SKILLS, len(chosen))]
    return sorted(choices, key=_order_of(name))


def _order_of(name: str) -> Callable[[Choice], tuple[int, str]]:
    if name == "hours":
        order = [*map(str, HOURS), MORE_HOURS]
        return lambda choice: (order.index(choice.code), "")
    if name == "level":
        return lambda choice: (int(choice.code) if choice.code != NO_LEVEL else 9, "")
    return lambda choice: (0, choice.label.casefold())


def _words_of(name: str, catalogue: Catalogue) -> Callable[[str], str]:
    """A function that gives the words for a code of a facet."""
    if name == "issuer":
        names = {
            issuer.profile.slug: issuer.profile.name_in(page_language())
            for issuer in catalogue.issuers.values()
        }
        return lambda code: names[code]
    if name == "skill":
        return _skill_words(catalogue.offers)
    if name == "level":
        return level_words
    if name == "hours":
        return _hours_words
    concepts = vocabulary(
        {"field": "isced_f", "language": "languages", "mode": "modes_of_participation"}[name]
    )
    return lambda code: _capital(localized_text(concepts[code].label) if code in concepts else code)


def _skill_words(offers: Sequence[Offer]) -> Callable[[str], str]:
    labels = {skill_code(iri): label for offer in offers for iri, label in offer.skills.items()}
    return lambda code: _capital(localized_text(labels[code]))


def level_words(code: str) -> str:
    """A level of the EQF, in words."""
    return _("No level") if code == NO_LEVEL else _("EQF level %(level)s", level=code)


def _hours_words(code: str) -> str:
    if code == MORE_HOURS:
        return _("More than %(hours)s hours", hours=HOURS[-1])
    if code == str(HOURS[0]):
        return _("Up to %(hours)s hours", hours=code)
    below = next(low for low, high in pairwise(HOURS) if str(high) == code)
    return _("More than %(least)s, up to %(most)s hours", least=below, most=code)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
