"""From an award to its badge: the credential is built, signed twice, kept, and baked when asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from badges.bake import bake
from badges.credential import Learner as Subject
from badges.credential import StatusEntry, build_credential
from badges.errors import MissingElementsError
from badges.issuer import IssuerProfile
from badges.jsonld import as_jsonld
from badges.model import AchievementCredential
from badges.template.model import Template, read_template, text_in
from lti_tool.addresses import Addresses
from lti_tool.errors import NotFoundError
from lti_tool.issuing import legal_identity
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.status_lists import allocate_entry
from lti_tool.store import Session, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, CredentialRow, Delivery, Learner
from lti_tool.values import BakedBadge, Json
from signing import status
from signing.compiled.cache import CompiledForms
from signing.proof_set import combined
from signing.proofs import EDDSA_RDFC_2022, PROOFS, VC_JWT
from signing.secured import SecuredCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who awards: the profile in every badge, the keys, what was compiled, the addresses, the channels set up.

    `status_purpose`: badges from now on can be revoked for good (revocation), or suspended and reinstated (suspension).
    """

    profile: IssuerProfile
    keyring: Keyring
    templates: CompiledForms
    addresses: Addresses
    channels: Mapping[str, Any]
    status_purpose: str


def issue(store: Store, issuer: Issuer, award_id: int, now: datetime) -> None:
    """Builds, secures and keeps the award's credential; an award that lacks something waits and says for what."""
    with store.begin() as session:
        award = _award(session, award_id)
        if award.credential is not None or award.status == "revoked":
            return
        if not legal_identity.is_confirmed(session, issuer.profile):
            award.status, award.waiting_for = "waiting", ["issuer"]
            return
        keys = {name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs}
        place = allocate_entry(session, issuer.profile.id, issuer.status_purpose)
        template = read_template(award.rule.template_version.body)
        version = award.rule.template_version
        learner = award.learner
    credential_id = str(uuid4())
    language = _language(template, learner.language)
    urls = issuer.addresses
    given_to = partial(
        build_credential,
        template=template,
        template_url=urls.achievement(version.template_id, version.version),
        version=version.version,
        picture_url=urls.picture(version.template_id, version.version),
        issuer=issuer.profile,
        language=language,
        extension_url=urls.extension_context,
    )
    entry = StatusEntry(
        list_url=urls.status_list(place.list_id), index=place.index, purpose=issuer.status_purpose
    )
    try:
        credential = given_to(
            credential_id=urls.credential(credential_id),
            learner=Subject(name=learner.name, email=learner.email),
            salt=secrets.token_hex(16),
            awarded_at=award.earned_at,
            now=now,
            score=award.score,
            status=entry,
        )
    except MissingElementsError as error:
        with store.begin() as session:
            waiting = _award(session, award_id)
            waiting.status, waiting.waiting_for = "waiting", list(error.names)
        return
    document = as_jsonld(credential)
    secured = {
        name: issuer.templates.secure(
            document, lambda: _dummy_credential(given_to, learner, award.score, entry), key, now
        )
        if name == EDDSA_RDFC_2022.name
        else PROOFS[name].secure(document, key, now)
        for name, key in keys.items()
    }
    with store.begin() as session:
        award = _award(session, award_id)
        queries.awards.lock_award(session, award)
        if award.credential is not None or award.status == "revoked":
            return
        session.add(
            CredentialRow(
                id=credential_id,
                award_id=award.id,
                template_version_id=version.id,
                issuer_id=issuer.profile.id,
                text=combined(_of_type(secured, EDDSA_RDFC_2022.media_type)).text,
                jwt=_of_type(secured, VC_JWT.media_type)[0].text,
                language=language,
                status_list_id=place.list_id,
                status_index=place.index,
                issued_at=now,
            )
        )
        award.status, award.waiting_for = "issued", []
        if learner.email:
            for channel in issuer.channels:
                plan_delivery(session, award, channel, now)


def _dummy_credential(
    given_to: Callable[..., AchievementCredential],
    learner: Learner,
    score: Decimal | None,
    entry: StatusEntry,
) -> Json:
    """The credential as nobody would be given it, of the same shape: what is compiled holds nothing of a learner."""
    nobody = secrets.token_hex(16)
    return as_jsonld(
        given_to(
            credential_id=f"urn:uuid:{uuid4()}",
            learner=Subject(name=learner.name and nobody, email=learner.email and f"{nobody}@nobody.invalid"),
            salt=secrets.token_hex(16),
            awarded_at=datetime(1970, 1, 1, tzinfo=UTC),
            now=datetime(1970, 1, 2, tzinfo=UTC),
            score=None if score is None else Decimal("0.0001"),
            status=replace(entry, list_url=f"urn:uuid:{uuid4()}", index=status.LENGTH),
        )
    )


def form_name(issuer_id: str, credential: Json) -> str | None:
    """The name that credentials of one achievement, version and language share; None for those of other issuers."""
    match credential:
        case {
            "issuer": {"id": str(issuer)},
            "credentialSubject": {"achievement": {"id": str(achievement), "name": str(name)}},
        } if issuer == issuer_id:
            return f"{achievement} {name}"
        case _:
            return None


def _of_type(secured: Mapping[str, SecuredCredential], media_type: str) -> list[SecuredCredential]:
    return [one for one in secured.values() if one.media_type == media_type]


def bake_badge(issuer: Issuer, credential: CredentialRow) -> BakedBadge:
    """The picture with the JSON credential in it: the same bytes each time."""
    template = read_template(credential.template_version.body)
    secured = SecuredCredential(credential.text, EDDSA_RDFC_2022.media_type)
    return BakedBadge(
        credential_id=credential.id,
        name=text_in(template.name, credential.language),
        issuer_name=issuer.profile.name_in(credential.language),
        page_url=issuer.addresses.badge_page(credential.id),
        png=bake(credential.template_version.picture, secured),
    )


def _award(session: Session, award_id: int) -> Award:
    award = queries.awards.award(session, award_id)
    if award is None:
        raise NotFoundError(f"there is no award {award_id}")
    return award


def _language(template: Template, wanted: str | None) -> str:
    """The learner's language, where the template speaks it: `lv-LV` counts as `lv`."""
    return template.language_for((wanted or template.in_language).replace("_", "-").split("-")[0].lower())


def plan_delivery(session: Session, award: Award, channel: str, now: datetime) -> None:
    delivery = next((row for row in award.deliveries if row.channel == channel), None)
    if delivery is None:
        delivery = Delivery(award=award, channel=channel)
        session.add(delivery)
    delivery.status, delivery.trouble = "pending", None
    session.flush()
    outbox.add(session, "deliver", {"delivery_id": delivery.id}, now)
