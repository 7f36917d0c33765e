"""The achievement of a template version, as it is served at its address and as a badge will say it."""

from __future__ import annotations

from badges.achievement import standalone_achievement
from badges.credential import contexts, preview_subject
from badges.jsonld import as_jsonld
from badges.model import Achievement
from badges.template.model import Template, read_template
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuance import Issuer
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from lti_tool.store.models import TemplateVersion
from lti_tool.values import Json


def achievement(desk: Publisher, template_id: str, version: int, language: str) -> Json:
    """The Achievement of a published version as JSON-LD, for its own address."""
    with desk.store.read() as session:
        row = queries.templates.template_version(session, template_id, version)
        if row is None or row.status == "draft":
            raise NotFoundError("there is no such achievement")
        found = as_jsonld(_described(desk.issuer, row, read_template(row.body), language))
    return {"@context": list(contexts(desk.issuer.addresses.extension_context)), **found}


def announced_credential(issuer: Issuer, row: TemplateVersion, language: str) -> Json:
    """What a badge of a version will say, a draft too: whoever asks has to be allowed to see it."""
    template = read_template(row.body)
    subject = preview_subject(
        _described(issuer, row, template, language),
        template,
        issuer.addresses.achievement(row.template_id, row.version),
        issuer.profile,
    )
    return {
        "issuer": as_jsonld(issuer.profile.as_profile(language)),
        "credentialSubject": as_jsonld(subject),
    }


def _described(issuer: Issuer, row: TemplateVersion, template: Template, language: str) -> Achievement:
    addresses = issuer.addresses
    return standalone_achievement(
        template=template,
        template_url=addresses.achievement(row.template_id, row.version),
        version=row.version,
        picture_url=addresses.picture(row.template_id, row.version),
        issuer=issuer.profile,
        language=language,
    )


def picture(desk: Publisher, template_id: str, version: int) -> bytes:
    with desk.store.read() as session:
        row = queries.templates.template_version(session, template_id, version)
        if row is None or row.status == "draft":
            raise NotFoundError("there is no such achievement")
        return row.picture
