"""What credentials are made of, read in one transaction: what is to be issued now, and what has to wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from badges.achievement import achievement_url
from badges.credential import CredentialBuilder, Endorsements, GivenEvidence, Part, StatusEntry
from badges.credential import Learner as Subject
from badges.prior_learning import PriorLearning
from badges.template.model import Template, stored_template
from badges.template.outcome_levels import ReachedLevel
from lti_tool.errors import AwardStateError, NotAllowedError, NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.issuing.signed_content import signed_content
from lti_tool.issuing.status_lists import allocate_entries
from lti_tool.store import Session, events, queries
from lti_tool.store.models import CredentialRow, EndorsementRow, TemplateVersion
from lti_tool.values import AwardToIssue, CurrentCredential, stated_levels
from signing.proofs import EDDSA_RDFC_2022

#: Each is some two kilobytes in every badge, and a key and a list to whoever verifies it.
MOST_EMBEDDED = 3


def first_credentials(
    session: Session, issuers: Issuers, award_ids: Sequence[int], now: datetime
) -> Sequence[NewCredential]:
    """What is to be issued now of these awards; the others have their credential, or are set to wait.

    After a revocation an award has earlier credentials. Raises NotFoundError where there is no such award.
    """
    awards = queries.awards.to_issue(session, award_ids)
    if missing := {*award_ids} - {award.id for award in awards}:
        raise NotFoundError(f"there is no award {min(missing)}")
    newest = queries.credentials.newest_of_awards(session, award_ids)
    open_awards = [
        award
        for award in awards
        if award.status != "revoked" and not (award.id in newest and newest[award.id].in_use)
    ]
    versions = _versions(session, open_awards)
    found: list[NewCredential] = []
    waiting: dict[int, str] = {}
    for issuer_id in sorted({award.issuer_id for award in open_awards}):
        # Whoever confirms the issuer, or makes a key, comes before this, and it is seen here, or after it, and finds
        # the award waiting.
        queries.issuers.keep_issuer(session, issuer_id)
        issuer = issuers.of(session, issuer_id)
        of_issuer = [award for award in open_awards if award.issuer_id == issuer_id]
        without_key = "key" if issuer.keyring.lacking_kinds(session) else None
        lacking = {
            award.id: what
            for award in of_issuer
            if (what := _lacks(issuer, award, versions[award.template_version_id][1], now) or without_key)
        }
        ready = [
            (award, newest.get(award.id), "again" if award.id in newest else "first")
            for award in of_issuer
            if award.id not in lacking
        ]
        found += _gather(session, issuers, issuer, ready, versions)
        waiting |= lacking
    set_to_wait(session, {award_id: [what] for award_id, what in waiting.items()}, now)
    return found


def replacement(
    session: Session, issuers: Issuers, credential_id: str, why: str, now: datetime
) -> NewCredential | None:
    """What is to take the place of a credential.

    None where the credential holds no more, or its result is below the one that the badge asks for. Raises
    NotFoundError where there is no such credential, NotAllowedError where the issuer is not confirmed.
    """
    row = queries.credentials.credential(session, credential_id)
    if row is None:
        raise NotFoundError(f"there is no badge {credential_id}")
    (award,) = queries.awards.to_issue(session, [row.award_id])
    versions = _versions(session, [award])
    reaches = versions[award.template_version_id][1].is_reached(award.score)
    if row.replaced_at or row.revoked_at or row.has_expired(now) or not reaches:
        return None
    queries.issuers.keep_issuer(session, row.issuer_id)
    issuer = issuers.of(session, row.issuer_id)
    if issuer.confirmed_at is None:
        raise NotAllowedError("nothing is issued until the issuer is confirmed")
    current = CurrentCredential(id=row.id, in_use=True)
    (new,) = _gather(session, issuers, issuer, [(award, current, why)], versions)
    return new


def valid_credential(session: Session, award_id: int, now: datetime) -> CredentialRow:
    """The award's own credential, which is valid. Raises NotFoundError where there is no such award.

    Raises AwardStateError where it has none yet, or it is revoked, suspended or expired.
    """
    award = queries.awards.award(session, award_id)
    if award is None:
        raise NotFoundError(f"there is no award {award_id}")
    credential = award.credential
    if award.status == "revoked" or (credential is not None and credential.revoked_at is not None):
        raise AwardStateError("revoked", "the badge is revoked")
    if credential is None:
        raise AwardStateError("not_issued", "the badge is not issued yet")
    if credential.suspended_at is not None:
        raise AwardStateError("suspended", "the badge is suspended")
    if credential.has_expired(now):
        raise AwardStateError("expired", "the badge has expired")
    return credential


def for_holder(
    session: Session,
    issuers: Issuers,
    unbound: CredentialRow,
    holder: str,
    form: str,
    compact: Collection[str],
) -> NewCredential:
    """What the credential of the same award for a holder is made of: of what its own credential says.

    A name or result that has changed since does not come in: that is corrected in all of them at once. It replaces the
    holder's own one before, where that was ended. Its keys are that of the embedded proof and that of one of the
    `compact` proofs. Raises NotAllowedError where the issuer is not confirmed, or lacks one of the two.
    """
    queries.issuers.keep_issuer(session, unbound.issuer_id)
    issuer = issuers.of(session, unbound.issuer_id)
    if issuer.confirmed_at is None:
        raise NotAllowedError("nothing is issued until the issuer is confirmed")
    signed = signed_content(unbound.text)
    (stored,) = queries.awards.to_issue(session, [unbound.award_id])
    award = replace(
        stored,
        template_version_id=unbound.template_version_id,
        language=unbound.language,
        score=signed.score,
        assessed_at=signed.assessed_at,
    )
    ended = queries.credentials.bound(session, award.id, holder, form)
    replaced = {each.replaces_id for each in ended}
    last = next((each for each in ended if each.id not in replaced), None)
    before = CurrentCredential(id=last.id, in_use=False) if last else None
    try:
        proofs = (EDDSA_RDFC_2022.name, issuer.keyring.usable_proof(session, compact))
        keys = {name: issuer.keyring.signing_key(session, name) for name in proofs}
        (new,) = _gather(session, issuers, issuer, [(award, before, "bound")], _versions(session, [award]))
    except LookupError as error:
        raise NotAllowedError("the issuer has no key that signs") from error
    return replace(
        new,
        subject_id=holder,
        holder=holder,
        form=form,
        learner=Subject(name=signed.name, email_hash=signed.email_hash),
        reached_levels=signed.reached_levels,
        salt=signed.salt,
        parts=signed.parts,
        valid_until=unbound.valid_until,
        keys=keys,
    )


def set_to_wait(session: Session, lacking: Mapping[int, Sequence[str]], now: datetime) -> None:
    """Lets awards wait for what is named, by the id of the award; one waits anew only for something else.

    Each attempt comes here. Whoever has revoked one, or issued its credential, while this was found out is not undone.
    """
    for award in queries.awards.lock_awards(session, lacking):
        names = list(lacking[award.id])
        if award.status in ("earned", "waiting") and (award.status, award.waiting_for) != ("waiting", names):
            award.status, award.waiting_for = "waiting", names
            events.record(session, "issuing_waits", "award", award.id, now, data={"for": names})


#: Published versions of templates, with what stands in them, by their ids: each is read once.
_Versions = Mapping[int, tuple[TemplateVersion, Template]]


def _versions(session: Session, awards: Sequence[AwardToIssue]) -> _Versions:
    rows = queries.templates.versions_by_id(session, {award.template_version_id for award in awards})
    return {row.id: (row, stored_template(row.body)) for row in rows}


def _lacks(issuer: Issuer, award: AwardToIssue, template: Template, now: datetime) -> str | None:
    """What an award has to wait for before its credential can be built."""
    if issuer.confirmed_at is None:
        return "issuer"
    valid_until = template.valid_until(award.earned_at, issuer.profile.zone)
    if valid_until is not None and valid_until <= now:
        return "validity"
    # Where prior learning was recognised, the assessors stand in the place of a result.
    is_reached = award.recognition is not None or template.is_reached(award.score)
    return None if is_reached else "required_value"


def _gather(
    session: Session,
    issuers: Issuers,
    issuer: Issuer,
    awards: Sequence[tuple[AwardToIssue, CurrentCredential | None, str]],
    versions: _Versions,
) -> Sequence[NewCredential]:
    """All that the credentials of these awards of one issuer are made of, each with the one before it, and why."""
    if not awards:
        return []
    addresses = issuer.addresses
    keys = {name: issuer.keyring.signing_key(session, name) for name in issuer.keyring.proofs}
    entries = allocate_entries(session, issuer.id, issuer.address_id, issuer.status_purpose, len(awards))
    builders: dict[tuple[int, str], CredentialBuilder] = {}
    endorsed: dict[tuple[int, str], Endorsements] = {}
    found = []
    for (award, before, why), entry in zip(awards, entries, strict=True):
        version, template = versions[award.template_version_id]
        language = _language(template, award.language)
        achievement = (version.id, language)
        if achievement not in builders:
            endorsed[achievement] = _endorsements(session, issuer, version, language)
            builders[achievement] = _builder(issuer, version, template, language, endorsed[achievement])
        found.append(
            NewCredential(
                issuer=issuer,
                award_id=award.id,
                subject_id=f"urn:uuid:{award.subject_id}",
                replaces=before.id if before is not None else None,
                replaces_url=_url(session, issuers, before.id) if before is not None else None,
                current=before.id if before is not None and before.in_use else None,
                why=why,
                template_version_id=version.id,
                status_list_id=entry.list_id,
                builder=builders[achievement],
                shared_name=_shared_name(issuer, version, language, endorsed[achievement]),
                language=language,
                learner=Subject(name=award.name, email=award.email),
                awarded_at=award.earned_at,
                assessed_at=award.assessed_at,
                valid_until=template.valid_until(award.earned_at, issuer.profile.zone),
                score=award.score,
                reached_levels=reached(award.outcome_levels),
                evidence=tuple(_evidence(each) for each in award.evidence),
                prior_learning=_prior_learning(award.recognition) if award.recognition else None,
                parts=tuple(_part(session, issuers, each) for each in award.parts),
                status=StatusEntry(
                    list_url=addresses.status_list(entry.list_id),
                    index=entry.index,
                    purpose=issuer.status_purpose,
                ),
                keys=keys,
            )
        )
    return found


def reached(levels: Iterable[Mapping[str, Any]]) -> tuple[ReachedLevel, ...]:
    """The levels of single outcomes, as they are kept with an award, for its credential."""
    return tuple(ReachedLevel(outcome=each.outcome, level=each.level) for each in stated_levels(levels))


def _evidence(given: Mapping[str, str]) -> GivenEvidence:
    """A piece of evidence as it is kept with the award: an Evidence of `lti_tool.values` as JSON."""
    sha256 = given.get("sha256")
    return GivenEvidence(
        url=given.get("url") or None,
        name=given.get("name") or None,
        narrative=given.get("text") or None,
        description=f"SHA-256: {sha256}" if sha256 else None,
    )


def _prior_learning(given: Mapping[str, str]) -> PriorLearning:
    """The decision as it is kept with the award: a Recognition of `lti_tool.values` as JSON."""
    return PriorLearning(
        reference=given["reference"],
        decided_at=datetime.fromisoformat(given["decided_at"]),
        assessed_at=datetime.fromisoformat(given["assessed_at"]),
        level_reference=given["level_reference"],
        assessors=int(given["assessors"]),
        identity=given.get("identity", ""),
    )


def _part(session: Session, issuers: Issuers, kept: Mapping[str, Any]) -> Part:
    """A part as it is kept with the award: a BadgePart of `lti_tool.values` as JSON."""
    own = kept.get("credential")
    if own is None:
        return Part(id=kept["id"], name=kept["name"])
    # Its award may have been erased since, by its issuer or with the account that had it.
    is_there = queries.credentials.credential(session, own) is not None
    return Part(id=_url(session, issuers, own) if is_there else f"urn:uuid:{own}", name=kept["name"])


def _language(template: Template, wanted: str | None) -> str:
    """The wanted language (`lv-LV` counts as `lv`) where the template has it, else another that it has."""
    return template.language_for((wanted or template.in_language).replace("_", "-").split("-")[0].lower())


def _endorsements(session: Session, issuer: Issuer, version: TemplateVersion, language: str) -> Endorsements:
    """What is signed with badges of the version: as far as the issuer shows it, and nobody has withdrawn it.

    Each is about what it stands in, by its id: that of the achievement in this language, and that of the issuer now.
    """
    achievement = achievement_url(
        issuer.addresses.achievement(version.template_id, version.version), language
    )

    def about(rows: Sequence[EndorsementRow], subject: str) -> tuple[str, ...]:
        found = (row.text_about(subject) for row in rows)
        return tuple(text for text in found if text is not None)[:MOST_EMBEDDED]

    return Endorsements(
        of_achievement=about(queries.organisations.shown_of_template(session, version.id), achievement),
        of_issuer=about(queries.organisations.shown_of_issuer(session, issuer.id), issuer.profile.id),
    )


def _builder(
    issuer: Issuer, version: TemplateVersion, template: Template, language: str, endorsed: Endorsements
) -> CredentialBuilder:
    addresses = issuer.addresses
    return CredentialBuilder(
        template=template,
        template_url=addresses.achievement(version.template_id, version.version),
        version=version.version,
        picture_url=addresses.picture(version.template_id, version.version),
        issuer=issuer.profile,
        language=language,
        extension_url=addresses.extension_context,
        endorsements=endorsed,
    )


def _shared_name(issuer: Issuer, version: TemplateVersion, language: str, endorsed: Endorsements) -> str:
    """What a credential shares most of its text with: those of the same achievement, version, language and issuer.

    What others say of these is a part of the text.
    """
    achievement = issuer.addresses.achievement(version.template_id, version.version)
    said = f" {endorsed.digest}" if endorsed.digest else ""
    return f"{achievement} {language} {issuer.version_id} {issuer.address_id}{said}"


def _url(session: Session, issuers: Issuers, credential_id: str) -> str:
    """The credential's own id, which names the issuer's address of its day."""
    row = queries.credentials.credential(session, credential_id)
    if row is None:
        raise NotFoundError(f"there is no badge {credential_id}")
    return issuers.at(session, row.status_list.address).addresses.credential(row.id)
