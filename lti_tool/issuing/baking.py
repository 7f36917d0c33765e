"""From a stored credential to a baked badge."""

from __future__ import annotations

from typing import Any, cast

from badges import svg
from badges.artwork import level_text
from badges.bake import bake
from badges.pictures import SIDE
from badges.template.model import stored_template, text_in
from lti_tool.addresses import Addresses
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.store.models import CredentialRow
from lti_tool.values import BadgeFacts, BakedBadge
from signing.proofs import EDDSA_RDFC_2022
from signing.secured import SecuredCredential


def bake_svg(credential: CredentialRow) -> bytes:
    """The same picture as an SVG with the JSON credential baked in; one that was not designed is in it as a PNG."""
    version = credential.template_version
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    return svg.bake(version.drawing or svg.drawing(version.picture, SIDE, name_of(credential)), secured)


def name_of(credential: CredentialRow) -> str:
    """The name of the achievement, in the credential's language."""
    return text_in(stored_template(credential.template_version.body).name, credential.language)


def bake_badge(issuer: Issuer, credential: CredentialRow) -> BakedBadge:
    """The template's picture with the JSON credential baked in; the same bytes each time."""
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    return BakedBadge(
        credential_id=credential.id,
        name=name_of(credential),
        issuer=letterhead(issuer, credential.language),
        page_url=issuer.addresses.badge_page(credential.id),
        picture_url=picture_url(issuer.addresses, credential),
        facts=_facts(issuer, credential),
        png=bake(credential.template_version.picture, secured),
        why=cast(Any, credential.why),
        mail_policy=issuer.mail_policy,
    )


def picture_url(addresses: Addresses, credential: CredentialRow) -> str:
    """Where the achievement's own picture is, without a credential in it."""
    version = credential.template_version
    return addresses.picture(version.template_id, version.version)


def _facts(issuer: Issuer, credential: CredentialRow) -> BadgeFacts:
    template = stored_template(credential.template_version.body)
    until = credential.valid_until
    return BadgeFacts(
        issued_on=issuer.profile.day_of(credential.issued_at),
        last_day=issuer.profile.day_of(until) if until is not None else None,
        level=level_text(template, credential.language) or "",
        workload_hours=template.workload_hours,
        credits=template.credits,
    )
