"""The issuer as mails name it."""

from __future__ import annotations

from badges.template.model import text_in
from badges.vocabularies import vocabulary
from lti_tool.issuing.issuer import Issuer
from lti_tool.values import Letterhead


def letterhead(issuer: Issuer, language: str) -> Letterhead:
    """The issuer's name and addresses, in one language, and its look."""
    profile, look = issuer.profile, issuer.look
    country = text_in(vocabulary("countries")[profile.country].label, language) if profile.country else None
    town = " ".join(part for part in (profile.locality, profile.postal_code) if part)
    # A country alone is no address to write to.
    address = (profile.street, town, country) if profile.street or town else ()
    return Letterhead(
        name=profile.name_in(language),
        email=profile.email,
        postal_address=", ".join(part for part in address if part),
        accent=look.accent.colour if look.accent else "",
        logo_url=issuer.addresses.logo if look.logo else "",
    )
