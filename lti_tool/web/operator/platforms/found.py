"""The platform of a page, where it is one of the issuer's, and its address."""

from __future__ import annotations

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.platforms import registrations
from lti_tool.store import Session
from lti_tool.store.models import RegistrationRow

LIST = "/operator/issuers/<slug>/platforms"
ONE = f"{LIST}/<int:number>"


def platform_of(session: Session, issuer: Issuer, number: int) -> RegistrationRow:
    """The registration. Raises NotFoundError where there is none, and just so where it is another issuer's."""
    row = registrations.registration(session, number)
    if row.issuer_id != issuer.id:
        raise NotFoundError("the issuer has no such platform")
    return row


def list_address(issuer: Issuer) -> str:
    """Where the issuer's platforms are listed."""
    return f"/operator/issuers/{issuer.profile.slug}/platforms"


def address_of(issuer: Issuer, number: int) -> str:
    """The page of one platform."""
    return f"{list_address(issuer)}/{number}"
