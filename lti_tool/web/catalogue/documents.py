"""The catalogue for programs: schema.org, the European Learning Model, CTDL, a feed and a map of the site.

All addresses in them are the present ones, whatever host the request names: caches keep these documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.ctdl import ctdl_credential
from badges.elm.opportunity import CONTEXT as ELM_CONTEXT
from badges.elm.opportunity import learning_opportunity
from badges.schema_org import course, course_list
from lti_tool.catalogue.search import find_offers
from lti_tool.values import Json
from lti_tool.web.catalogue.lists import part_of
from lti_tool.web.catalogue.reading import Catalogue, FullOffer, find_offer, read_catalogue, read_fully
from lti_tool.web.catalogue.wishes import facets_of, query_of, requested_wish
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import document, json_document
from lti_tool.web.languages import page_language
from lti_tool.web.translation import gettext as _

pages = Blueprint("catalogue_documents", __name__)

#: Short, because what is taken out has to be gone soon.
MAX_AGE = 300
PART = 50
NEWEST = 50
#: As many as a map of a site may have, with some room.
MOST_IN_MAP = 45_000
_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF))


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
    found, _catalogue, following = _part_of_list(None)
    body = {
        "@context": list(ELM_CONTEXT),
        "@graph": [_without_context(_as_opportunity(full)) for full in found],
    }
    return _linked(json_document(body, "application/ld+json", MAX_AGE), following)


@pages.get("/catalogue.atom")
def feed() -> Response:
    """The newest offers of all issuers."""
    return _feed(None)


@pages.get("/issuers/<slug>/catalogue.atom")
def feed_of_issuer(slug: str) -> Response:
    """The newest offers of one issuer. Raises NotFoundError where there is none."""
    return _feed(slug)


@pages.get("/sitemap.xml")
def site_map() -> Response:
    """Every page of the catalogue, for search engines."""
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
    offers = sorted(catalogue.offers, key=lambda offer: offer.changed_at, reverse=True)[:MOST_IN_MAP]
    with_offers = {offer.issuer_id for offer in offers}
    text = render_template(
        "catalogue/sitemap.xml",
        offers=offers,
        url=catalogue.url,
        issuers=[each for each in catalogue.issuers.values() if each.id in with_offers],
        addresses={each.id: each.addresses for each in catalogue.issuers.values()},
    )
    return _xml(text, "application/xml")


@pages.get("/robots.txt")
def robots() -> Response:
    """Where the map of the site is. Pages that nobody shall list say so themselves."""
    return document(
        f"User-agent: *\nAllow: /\nSitemap: {current_tool().tool_url}/sitemap.xml\n".encode(),
        "text/plain",
        MAX_AGE,
    )


def _one(template_id: UUID, written: Callable[[FullOffer], Json]) -> Response:
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
        [full] = read_fully(session, catalogue, [find_offer(catalogue, str(template_id))])
    return json_document(written(full), "application/ld+json", MAX_AGE)


def _courses(slug: str | None) -> Response:
    found, catalogue, following = _part_of_list(slug)
    body = course_list([_as_course(full) for full in found], _title(catalogue), catalogue.url)
    response = _linked(json_document(body, "application/ld+json", MAX_AGE), following)
    response.vary.add("Accept-Language")
    return response


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


def _without_context(node: Json) -> Json:
    return {name: value for name, value in node.items() if name != "@context"}


def _feed(slug: str | None) -> Response:
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, slug)
    newest = sorted(catalogue.offers, key=lambda offer: (offer.changed_at, offer.template_id), reverse=True)
    text = render_template(
        "catalogue/feed.xml",
        catalogue=catalogue,
        title=_title(catalogue),
        offers=newest[:NEWEST],
        updated=newest[0].changed_at if newest else None,
    )
    response = _xml(text, "application/atom+xml")
    response.vary.add("Accept-Language")
    return response


def _xml(text: str, media_type: str) -> Response:
    """The document without the two code points that are text, and in no XML: one name with them would break it all."""
    return document(text.translate(_NOT_IN_XML).encode(), media_type, MAX_AGE)


def _title(catalogue: Catalogue) -> str:
    if catalogue.only is None:
        return _("Courses with micro-credentials")
    return _("Courses of %(issuer)s", issuer=catalogue.only.profile.name_in(page_language()))
