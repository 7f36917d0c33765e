"""The page of an offer: all that somebody wants to know before they enrol, and the same as a part of another site."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from badges.details import Detail, recognition_heading
from badges.schema_org import course
from badges.template.declarations import Declarations
from badges.template.fields import Field, Texts, fields_of
from badges.template.model import Template
from badges.template.price import price_in_words
from lti_tool.catalogue.search import next_offers
from lti_tool.pathways.announcing import announced_sets, wholes_with
from lti_tool.publishing.announced import announced
from lti_tool.web.catalogue.framed import framed_page
from lti_tool.web.catalogue.reading import find_offer, read_catalogue, read_fully
from lti_tool.web.catalogue.wishes import level_words
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import set_page_issuer

pages = Blueprint("catalogue_offers", __name__)

#: What stands above everything else, in the order of the questions that people ask.
_TEXTS_FIRST = ("target_group", "cost", "leads_to", "accessibility")
_PAGES_FIRST = ("guidance_url", "accessibility_url")


@pages.get("/catalogue/<uuid:template_id>")
def show(template_id: UUID) -> Response:
    """The offer of a template, in its newest version. Raises NotFoundError for one that is not in the catalogue."""
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
        offer = find_offer(catalogue, str(template_id))
        [full] = read_fully(session, catalogue, [offer])
        set_page_issuer(full.issuer)
        on_page = announced(full.issuer, full.row, page_language())
        wholes = wholes_with(session, offer.template_id, offer.issuer_id)
        made_of = announced_sets(session, offer.template_id)
    first = list(_asked_first(full.template, full.as_offered.declared))
    labels = [*(detail.label for detail in first), _field(Declarations, "price").label]
    text = render_template(
        "catalogue/offer.html",
        full=full,
        offer=offer,
        template=full.template,
        declared=full.as_offered.declared,
        first=first,
        announced=on_page,
        course=[
            detail for detail in on_page.course if detail.label not in labels and not _is_enrolment(detail)
        ],
        made_of=made_of,
        following=next_offers(catalogue.offers, offer, [each.template_id for each in wholes]),
        json_ld=course(full.as_offered, page_language(), full.picture_url),
        level_words=level_words,
    )
    return Response(text, mimetype="text/html")


@pages.get("/catalogue/<uuid:template_id>/embed")
def embedded(template_id: UUID) -> Response:
    """The offer in short, for a frame on any other site. Raises NotFoundError as `show`."""
    with current_tool().store.read() as session:
        catalogue = read_catalogue(session, None)
        offer = find_offer(catalogue, str(template_id))
    set_page_issuer(catalogue.issuers[offer.issuer_id])
    text = render_template("catalogue/offer_embedded.html", offer=offer, level_words=level_words)
    return framed_page(text)


def _asked_first(template: Template, declared: Declarations) -> Iterator[Detail]:
    """For whom it is, what is needed, what it costs, where it leads, who recognises it, and who can take part."""
    for name in _TEXTS_FIRST:
        if texts := _cost(declared) if name == "cost" else _texts(getattr(declared, name)):
            yield Detail(label=_field(Declarations, name).label, values=texts)
        if name == "target_group" and template.prerequisites:
            yield Detail(label=_field(Template, "prerequisites").label, values=(template.prerequisites,))
        if name == "target_group" and declared.teaching_languages:
            field = _field(Declarations, "teaching_languages")
            yield Detail(label=field.label, values=field.kind.in_words(declared.teaching_languages))
        if name == "leads_to" and declared.recognition:
            yield Detail(label=recognition_heading(), values=(declared.recognition,))
    for name in _PAGES_FIRST:
        if address := getattr(declared, name):
            yield Detail(label=_field(Declarations, name).label, values=({"": address},), is_address=True)


def _texts(texts: Texts) -> tuple[Texts, ...]:
    return (texts,) if texts else ()


def _cost(declared: Declarations) -> tuple[Texts, ...]:
    """The amount, then the words about it."""
    price = declared.asked_price
    return (*_texts(price_in_words(price) if price else {}), *_texts(declared.cost))


def _is_enrolment(detail: Detail) -> bool:
    return detail.label == _field(Declarations, "enrolment_url").label


def _field(owner: type, name: str) -> Field:
    return next(field for field in fields_of(owner) if field.name == name)
