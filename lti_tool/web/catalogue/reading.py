"""The offers of a request, and all that is said of one, as they are at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from badges.offered import OfferedTemplate
from badges.template.model import Template, stored_template
from lti_tool.catalogue.offers import Offer
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing import issuer_documents
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.requested_address import requested_base
from lti_tool.web.translation import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class FullOffer:
    """An offer with the row, the template and the issuer that it is made of."""

    offer: Offer
    row: TemplateVersion
    template: Template
    issuer: Issuer

    @property
    def as_offered(self) -> OfferedTemplate:
        """The offer as other catalogues read it, at the present addresses of its issuer."""
        addresses = self.issuer.addresses
        return OfferedTemplate(
            template=self.template,
            template_url=addresses.achievement(self.offer.template_id, self.offer.version),
            page_url=addresses.offer(self.offer.template_id),
            issuer=self.issuer.profile,
        )

    @property
    def picture_url(self) -> str:
        """The address of its picture."""
        return self.issuer.addresses.picture(self.offer.template_id, self.offer.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The offers of one issuer, or of all; `issuers` are all of the installation, by key."""

    offers: Sequence[Offer]
    issuers: Mapping[str, Issuer]
    only: Issuer | None = None

    @property
    def path(self) -> str:
        """Where it is on this site."""
        return f"/issuers/{self.only.profile.slug}/catalogue" if self.only else "/catalogue"

    @property
    def url(self) -> str:
        """Its present address, whichever one the request came to: what is kept of it names no other."""
        return self.only.addresses.catalogue if self.only else f"{current_tool().tool_url}/catalogue"


def read_catalogue(session: Session, slug: str | None) -> Catalogue:
    """The catalogue of the issuer with that slug, or with None of all. The page is one of that issuer from now on.

    Raises NotFoundError where there is no such issuer.
    """
    tool = current_tool()
    every = tool.issuers.all(session)
    offers = tool.offers.read(session, every, tool.clock())
    issuers = {issuer.id: issuer for issuer in every}
    if slug is None:
        return Catalogue(offers=offers, issuers=issuers)
    only = issuers[issuer_documents.found_issuer(session, tool, slug, requested_base()).id]
    set_page_issuer(only)
    return Catalogue(
        offers=[offer for offer in offers if offer.issuer_id == only.id], issuers=issuers, only=only
    )


def find_offer(catalogue: Catalogue, template_id: str) -> Offer:
    """The offer of that template. Raises NotFoundError where it is in no catalogue, whatever else there is of it."""
    found = next((offer for offer in catalogue.offers if offer.template_id == template_id), None)
    if found is None:
        raise NotFoundError("this is not in the catalogue")
    return found


def is_offered(session: Session, template_id: str) -> bool:
    """Whether visitors find the template in the catalogue now."""
    if queries.catalogue.entry(session, template_id) is None:
        return False
    tool = current_tool()
    offers = tool.offers.read(session, tool.issuers.all(session), tool.clock())
    return any(offer.template_id == template_id for offer in offers)


def read_fully(session: Session, catalogue: Catalogue, offers: Sequence[Offer]) -> Sequence[FullOffer]:
    """The offers with what they are made of, in their order."""
    versions = [offer.version_id for offer in offers]
    rows = {row.id: row for row in queries.catalogue.versions_without_pictures(session, versions)}
    return [
        FullOffer(
            offer=offer,
            row=rows[offer.version_id],
            template=stored_template(rows[offer.version_id].body),
            issuer=catalogue.issuers[offer.issuer_id],
        )
        for offer in offers
        if offer.version_id in rows
    ]


def title_of(catalogue: Catalogue) -> str:
    """What it is called, in the language of the page."""
    if catalogue.only is None:
        return _("Courses with micro-credentials")
    return _("Courses of %(issuer)s", issuer=catalogue.only.profile.name_in(page_language()))
