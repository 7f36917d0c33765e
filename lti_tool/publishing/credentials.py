"""Issued credentials as they are served: the signed JSON, and the badge. What is revoked is not given out."""

from __future__ import annotations

from collections.abc import Collection

from badges.bake import bake
from badges.disclosure import remove_parts
from lti_tool.errors import BadgeRemovedError, NotFoundError, RevokedError
from lti_tool.issuing.baking import bake_badge, bake_svg
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow
from lti_tool.store.models.awards import JSON_FORM
from lti_tool.values import BakedBadge
from signing.data_integrity import MEDIA_TYPE
from signing.secured import SecuredCredential


def row_to_give_out(session: Session, credential_id: str) -> CredentialRow:
    """The stored credential. Raises as `row_to_show`, and RevokedError where it is revoked."""
    row = row_to_show(session, credential_id)
    if row.revoked_at is not None:
        raise RevokedError(f"the badge {credential_id} is revoked")
    return row


def badge(publisher: Publisher, credential_id: str) -> BakedBadge:
    """The badge with the credential baked in. Raises as `row_to_give_out` does."""
    with publisher.store.read() as session:
        row = row_to_give_out(session, credential_id)
        return bake_badge(publisher.issuers.of(session, row.issuer_id), row)


def badge_svg(publisher: Publisher, credential_id: str) -> bytes:
    """The badge as an SVG. Raises as `row_to_give_out` does."""
    with publisher.store.read() as session:
        return bake_svg(row_to_give_out(session, credential_id))


def badge_part(publisher: Publisher, credential_id: str, parts: Collection[str]) -> bytes:
    """The badge as a PNG without these parts, made from the base proof, which itself is not given out.

    Raises as `row_to_give_out` and `remove_parts` do; NotFoundError also for one that was issued without a base proof.
    """
    with publisher.store.read() as session:
        row = row_to_give_out(session, credential_id)
        picture, base_text = row.template_version.picture, row.base_text
    if base_text is None:
        raise NotFoundError("the badge was issued without a proof from which a part could be shown")
    return bake(picture, remove_parts(SecuredCredential(base_text, MEDIA_TYPE), parts))


def credential(publisher: Publisher, credential_id: str) -> str:
    """The JSON that was signed, byte for byte, for our own checks: of a revoked one too. Raises NotFoundError."""
    with publisher.store.read() as session:
        return row_to_show(session, credential_id).text


def is_revoked(publisher: Publisher, address: str) -> bool:
    """Whether the credential with that address as its id is one of ours, and revoked.

    Its status list may only say that it is suspended.
    """
    with publisher.store.read() as session:
        credential_id = address.rpartition("/")[2]
        row = queries.credentials.credential(session, credential_id)
        stays = queries.removed_credentials.removed(session, credential_id) if row is None else row
        if stays is None or stays.revoked_at is None:
            return False
        of_it = queries.issuers.status_list(session, stays.status_list_id)
        if of_it is None:
            return False
        return publisher.issuers.at(session, of_it.address).addresses.credential(stays.id) == address


def row_to_show(session: Session, credential_id: str) -> CredentialRow:
    """The stored credential, whatever became of it.

    Raises NotFoundError where there never was one, BadgeRemovedError where it was erased or is no longer kept. One of
    which its holder may leave parts out is shown by its holder alone: its address is in what they show, and would show
    the rest.
    """
    row = queries.credentials.credential(session, credential_id)
    if row is not None and row.form == JSON_FORM:
        return row
    if queries.removed_credentials.removed(session, credential_id) is not None:
        raise BadgeRemovedError(f"the badge {credential_id} was removed")
    raise NotFoundError("there is no such badge")
