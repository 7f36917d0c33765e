"""What a link lets an organisation sign: an endorsement of a template or an issuer, or the answer to a badge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from badges.template.model import Template, stored_template
from lti_tool.errors import LinkEndedError, OrganisationError
from lti_tool.organisations import answers, links
from lti_tool.store import Session
from lti_tool.store.models import TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import issuer_of, page_issuer, set_page_issuer

Kind = Literal["endorse", "answer"]

_ADDRESS = re.compile(r"/organisations/(endorse|answer)/([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be signed by a link. Of an issuer there is no `version`. `is_full`: it takes no more answers."""

    kind: Kind
    token: str
    version: TemplateVersion | None
    template: Template | None
    is_full: bool

    @property
    def address(self) -> str:
        """The page of the offer."""
        return f"/organisations/{self.kind}/{self.token}"


def offer_of(session: Session, kind: Kind, token: str, now: datetime) -> Offer:
    """The offer of a link; the page is one of its issuer from now on.

    Raises LinkEndedError; OrganisationError where nothing can be signed about it now.
    """
    if kind == "endorse":
        link = links.find_link(session, token, now)
        issuer = issuer_of(session, link.issuer_id)
        set_page_issuer(issuer)
        links.check_offered(link, issuer)
        version, is_full = link.template_version, link.answers >= links.MOST_ENDORSEMENTS
    else:
        shared, credential = answers.find_badge(session, token, now)
        set_page_issuer(issuer_of(session, credential.issuer_id))
        version, is_full = credential.template_version, shared.answers >= answers.MOST_ANSWERS
    template = None if version is None else stored_template(version.body)
    return Offer(kind=kind, token=token, version=version, template=template, is_full=is_full)


def check_offer(session: Session, address: str) -> None:
    """Returns where the address is that of an offer that can be taken. Raises as `offer_of` and OrganisationError."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise LinkEndedError("no link is answered from there")
    kinds: Mapping[str, Kind] = {"endorse": "endorse", "answer": "answer"}
    if offer_of(session, kinds[found[1]], found[2], current_tool().clock()).is_full:
        raise OrganisationError("too_many", "the link has all the answers that it takes")


def subject_name(offer: Offer, language: str) -> str:
    """By what the offered thing is called: the template, or the issuer."""
    if offer.template is None:
        return page_issuer().profile.name_in(language)
    return offer.template.name.get(language) or next(iter(offer.template.name.values()))
