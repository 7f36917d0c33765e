"""What is new in the catalogue as a feed, and a map of its pages for search engines.

All addresses in them are the present ones, whatever host the request names: caches keep these documents.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from lti_tool.catalogue.offers import Offer
from lti_tool.errors import NotFoundError
from lti_tool.web.catalogue.framed import MAX_AGE
from lti_tool.web.catalogue.reading import Catalogue, read_catalogue, title_of
from lti_tool.web.current import current_tool
from lti_tool.web.documents.responses import document

pages = Blueprint("catalogue_feeds", __name__)

#: How many offers a feed has.
NEWEST = 50
#: Offers in one map of the site; sitemaps.org lets one have 50,000 addresses.
MOST_IN_MAP = 45_000


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
    """Every page of the catalogue, for search engines; of more than one map may have, the addresses of several."""
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
    if len(catalogue.offers) <= MOST_IN_MAP:
        return _map_of(catalogue, catalogue.offers)
    parts = range(1, _parts_of_map(catalogue) + 1)
    text = render_template("catalogue/sitemap_index.xml", url=current_tool().tool_url, parts=parts)
    return _xml(text, "application/xml")


@pages.get("/sitemap-<int:part>.xml")
def part_of_map(part: int) -> Response:
    """One of the maps that `site_map` names. Raises NotFoundError where there is none of that number."""
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
    if not 1 <= part <= _parts_of_map(catalogue):
        raise NotFoundError("there is no such map of the site")
    # By what never changes: else an offer could be in none of two parts that are read one after the other.
    offers = sorted(catalogue.offers, key=lambda offer: offer.template_id)
    return _map_of(catalogue, offers[(part - 1) * MOST_IN_MAP : part * MOST_IN_MAP])


def _parts_of_map(catalogue: Catalogue) -> int:
    return max(1, -(-len(catalogue.offers) // MOST_IN_MAP))


def _map_of(catalogue: Catalogue, offers: Sequence[Offer]) -> Response:
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


def _feed(slug: str | None) -> Response:
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, slug)
    newest = sorted(catalogue.offers, key=lambda offer: (offer.changed_at, offer.template_id), reverse=True)
    text = render_template(
        "catalogue/feed.xml",
        catalogue=catalogue,
        title=title_of(catalogue),
        offers=newest[:NEWEST],
        updated=newest[0].changed_at if newest else None,
    )
    response = _xml(text, "application/atom+xml")
    response.vary.add("Accept-Language")
    return response


def _xml(text: str, media_type: str) -> Response:
    """The document; what stands in it was made readable when it came in, so one odd name does not break it all."""
    return document(text.encode(), media_type, MAX_AGE)
