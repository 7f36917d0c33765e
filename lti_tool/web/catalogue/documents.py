"""The catalogue for other catalogues: schema.org, the European Learning Model and CTDL.

All addresses in them are the present ones, whatever host the request names: caches keep these documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.ctdl import ctdl_credential
from badges.elm.opportunity import learning_opportunities, learning_opportunity
from badges.schema_org import course, course_list
from lti_tool.catalogue.search import find_offers
from lti_tool.values import Json
from lti_tool.web.catalogue.framed import MAX_AGE
from lti_tool.web.catalogue.lists import part_of
from lti_tool.web.catalogue.reading import (
    Catalogue,
    FullOffer,
    find_offer,
    read_catalogue,
    read_fully,
    title_of,
)
from lti_tool.web.catalogue.wishes import facets_of, query_of, requested_wish
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import json_document
from lti_tool.web.languages import page_language

pages = Blueprint("catalogue_documents", __name__)

PART = 50


def _as_course(full: FullOffer) -> Json:
    return course(full.as_offered, page_language(), full.picture_url)


def _as_opportunity(full: FullOffer) -> Json:
    return learning_opportunity(full.as_offered)


def _as_ctdl(full: FullOffer) -> Json:
    return ctdl_credential(full.as_offered, full.offer.template_id, full.picture_url)


@pages.get("/catalogue/<uuid:template_id>/course.jsonld")
def as_course(template_id: UUID) -> Response:
    """The offer for search engines (schema.org). Raises NotFoundError for one that is not in the catalogue."""
    response = _one(template_id, _as_course)
    response.vary.add("Accept-Language")
    return response


@pages.get("/catalogue/<uuid:template_id>/elm.jsonld")
def as_opportunity(template_id: UUID) -> Response:
    """The offer as a LearningOpportunity. Raises NotFoundError for one that is not in the catalogue."""
    return _one(template_id, _as_opportunity)


@pages.get("/catalogue/<uuid:template_id>/ctdl.jsonld")
def as_ctdl(template_id: UUID) -> Response:
    """The offer in CTDL. Raises NotFoundError for one that is not in the catalogue."""
    return _one(template_id, _as_ctdl)


@pages.get("/catalogue.json")
def whole() -> Response:
    """What all issuers offer, and matches the wish in the address, in parts: see the header Link."""
    return _courses(None)


@pages.get("/issuers/<slug>/catalogue.json")
def of_issuer(slug: str) -> Response:
    """As `whole`, of one issuer. Raises NotFoundError where there is none."""
    return _courses(slug)


@pages.get("/catalogue/elm.jsonld")
def opportunities() -> Response:
    """What all issuers offer as LearningOpportunities, in parts: see the header Link."""
    return _opportunities(None)


@pages.get("/issuers/<slug>/catalogue/elm.jsonld")
def opportunities_of_issuer(slug: str) -> Response:
    """As `opportunities`, of one issuer. Raises NotFoundError where there is none."""
    return _opportunities(slug)


def _one(template_id: UUID, written: Callable[[FullOffer], Json]) -> Response:
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
        [full] = read_fully(session, catalogue, [find_offer(catalogue, str(template_id))])
    return json_document(written(full), "application/ld+json", MAX_AGE)


def _courses(slug: str | None) -> Response:
    found, catalogue, following = _part_of_list(slug)
    body = course_list([_as_course(full) for full in found], title_of(catalogue), catalogue.url)
    return _linked(json_document(body, "application/ld+json", MAX_AGE), following)


def _opportunities(slug: str | None) -> Response:
    found, _catalogue, following = _part_of_list(slug)
    body = learning_opportunities(full.as_offered for full in found)
    return _linked(json_document(body, "application/ld+json", MAX_AGE), following)


def _part_of_list(slug: str | None) -> tuple[Sequence[FullOffer], Catalogue, str]:
    """The offers of the part that is asked for, and the query of the next one; "" after the last."""
    wish = requested_wish()
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, slug)
        matching = find_offers(catalogue.offers, wish, page_language())
        part = part_of(len(matching.offers), PART)
        found = read_fully(session, catalogue, part.of(list(matching.offers)))
    kept = query_of(wish, facets_of(catalogue, wish, matching))
    following = f"{kept}lang={page_language()}&page={part.number + 1}" if part.number < part.numbers else ""
    return found, catalogue, following


def _linked(response: Response, following: str) -> Response:
    if following:
        response.headers["Link"] = f'<{current_tool().tool_url}{request.path}?{following}>; rel="next"'
    response.vary.add("Accept-Language")
    return response
