"""The achievement of a template version, as served at its URL and as previewed before it is awarded."""

from __future__ import annotations

from badges import marks
from badges.achievement import standalone_achievement
from badges.credential import contexts, preview_subject
from badges.jsonld import as_jsonld
from badges.model import Achievement
from badges.template.model import Template, stored_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import Session, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json


def achievement(
    publisher: Publisher, template_id: str, version: int, language: str, base_url: str = ""
) -> Json:
    """The Achievement of a published version as JSON-LD, as it is known at `base_url`, a URL of the tool.

    Raises NotFoundError, also for a draft.
    """
    with publisher.store.read() as session:
        row = _published_version(session, template_id, version)
        issuer = publisher.issuers.reached(session, row.issuer_id, base_url)
        node = as_jsonld(_achievement_of(issuer, row, stored_template(row.body), language))
    return {"@context": list(contexts(issuer.addresses.extension_context)), **node}


def announced_credential(issuer: Issuer, row: TemplateVersion, language: str) -> Json:
    """The issuer and subject of the credentials that a version will award, without a learner.

    For drafts too, so the caller has to check that the reader may see this version.
    """
    template = stored_template(row.body)
    subject = preview_subject(
        _achievement_of(issuer, row, template, language),
        template,
        issuer.addresses.achievement(row.template_id, row.version),
        issuer.profile,
    )
    return {
        "issuer": as_jsonld(issuer.profile.as_profile(language)),
        "credentialSubject": as_jsonld(subject),
    }


def _achievement_of(issuer: Issuer, row: TemplateVersion, template: Template, language: str) -> Achievement:
    addresses = issuer.addresses
    return standalone_achievement(
        template=template,
        template_url=addresses.achievement(row.template_id, row.version),
        version=row.version,
        picture_url=addresses.picture(row.template_id, row.version),
        issuer=issuer.profile,
        language=language,
    )


def picture(publisher: Publisher, template_id: str, version: int) -> bytes:
    """The picture of a published version, a PNG. Raises NotFoundError, also for a draft."""
    with publisher.store.read() as session:
        return _published_version(session, template_id, version).picture


def mark(publisher: Publisher, template_id: str, version: int) -> bytes:
    """The picture of a published version for lists, a small PNG. Raises NotFoundError, also for a draft."""
    with publisher.store.read() as session:
        row = _published_version(session, template_id, version)
        own, body = row.picture if row.own_picture else b"", row.body
    return marks.reduced(own) if own else marks.mark(stored_template(body))


def _published_version(session: Session, template_id: str, version: int) -> TemplateVersion:
    row = queries.templates.template_version(session, template_id, version)
    if row is None or row.status == "draft":
        raise NotFoundError("there is no such achievement")
    return row
