"""The lists of offers: of one issuer in its own look, or of all, as pages and as parts of other sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from lti_tool.catalogue.offers import Offer
from lti_tool.catalogue.search import find_offers
from lti_tool.web.catalogue.framed import framed_page
from lti_tool.web.catalogue.reading import Catalogue, read_catalogue
from lti_tool.web.catalogue.wishes import (
    facets_of,
    level_words,
    query_of,
    requested_part,
    requested_wish,
)
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language

pages = Blueprint("catalogue_lists", __name__)

PAGE_SIZE = 24
#: Of a list on another site, which leads to the whole one.
EMBEDDED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """A part of a list of `total` offers, by its `number` from 1."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def numbers(self) -> int:
        """How many parts there are, at least one."""
        return max(1, -(-self.total // self.size))

    def of(self, offers: list[Offer]) -> list[Offer]:
        """The offers of this part."""
        return offers[(self.number - 1) * self.size : self.number * self.size]


def part_of(total: int, size: int = PAGE_SIZE) -> ListPart:
    """The part that the request asks for; the last one where there are fewer."""
    last = ListPart(number=1, total=total, size=size).numbers
    return ListPart(number=min(requested_part(), last), total=total, size=size)


@pages.get("/catalogue")
def whole() -> str:
    """What all issuers offer."""
    return _list_page("catalogue/list.html", None, PAGE_SIZE)


@pages.get("/issuers/<slug>/catalogue")
def of_issuer(slug: str) -> str:
    """What one issuer offers. Raises NotFoundError where there is none."""
    return _list_page("catalogue/list.html", slug, PAGE_SIZE)


@pages.get("/catalogue/embed")
def whole_embedded() -> Response:
    """As `whole`, for a frame on any other site: it has nothing to press but links that leave the frame."""
    return framed_page(_list_page("catalogue/list_embedded.html", None, EMBEDDED))


@pages.get("/issuers/<slug>/catalogue/embed")
def of_issuer_embedded(slug: str) -> Response:
    """As `of_issuer`, for a frame on any other site. Raises NotFoundError where there is none."""
    return framed_page(_list_page("catalogue/list_embedded.html", slug, EMBEDDED))


def _list_page(page: str, slug: str | None, size: int) -> str:
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, slug)
    return render_template(page, **_list_values(catalogue, size))


def _list_values(catalogue: Catalogue, size: int) -> dict[str, Any]:
    wish = requested_wish()
    found = find_offers(catalogue.offers, wish, page_language())
    facets = facets_of(catalogue, wish, found)
    part = part_of(len(found.offers), size)
    return {
        "catalogue": catalogue,
        "wish": wish,
        "facets": facets,
        "query": query_of(wish, facets),
        "part": part,
        "offers": part.of(list(found.offers)),
        "by_similar_words": found.by_similar_words,
        "level_words": level_words,
    }
