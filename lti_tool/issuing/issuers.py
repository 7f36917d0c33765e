"""Issuers: found in the database whenever they are needed, so that every process sees a change or a confirmation.

An issuer has a profile, in versions, and an address: the base URL of the tool and its slug, which together make its
DID. A moved issuer has former addresses too. Credentials and status lists name the address of their day, so whatever
is served for an old one has to be made `at` it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti_tool.addresses import Addresses, without_scheme
from lti_tool.errors import NotFoundError
from lti_tool.issuing.feedback_policy import read_feedback_policy
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuer_file import read_mail_policy, read_profile
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.look import read_look
from lti_tool.issuing.privacy_policy import read_privacy_policy
from lti_tool.issuing.vaults import Vault
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.mails.tokens import MailTokens
from lti_tool.observations import Policy
from lti_tool.store import Session, queries
from lti_tool.store.models import (
    Approval,
    Course,
    CredentialRow,
    IssuerAddress,
    IssuerProfileRow,
    Person,
    RegistrationRow,
    SigningKeyRow,
    TemplateVersion,
)
from lti_tool.values import Place
from signing.compiled.cache import CompiledForms


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuers:
    """The issuers of an installation, with what they share: settings, vaults and compiled forms.

    `is_own` says whether a DID is, or was, that of one of them. `open_at` names the channels by which a badge can be
    shown at a place on a platform.

    Any number of threads may use one object: `_built` has the last Issuers that were read, and the worst that two
    threads can do is to read one twice.
    """

    extension_url: str
    is_own: Callable[[str], bool]
    proofs: tuple[str, ...]
    database_vault: DatabaseVault
    device_vault: Vault | None
    compiled_forms: CompiledForms
    channels: Mapping[str, Any]
    open_at: Callable[[Place], Sequence[str]]
    status_purpose: str
    mail_tokens: MailTokens
    _built: dict[tuple[int, int, datetime | None], Issuer] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, session: Session, issuer_id: str) -> Issuer:
        """The issuer with that key, by the newest version of its profile. Raises NotFoundError."""
        return self._issuer(session, *self._newest(session, issuer_id))

    def at(self, session: Session, address: IssuerAddress) -> Issuer:
        """As `of`, for what was issued under one of the issuer's addresses: with the DID and the URLs of that one."""
        version_id, confirmed_at, _current = self._newest(session, address.issuer_id)
        return self._issuer(session, version_id, confirmed_at, address.id)

    def that_signed(self, session: Session, credential: CredentialRow) -> Issuer:
        """The issuer as the credential names it: by the version of its profile and at its address of that day."""
        version = session.get_one(IssuerProfileRow, credential.issuer_profile_id)
        return self._issuer(session, version.id, version.confirmed_at, credential.status_list.address_id)

    def reached(self, session: Session, issuer_id: str, base_url: str) -> Issuer:
        """As `of`, but at the issuer's address at `base_url`, a URL of the tool without its scheme, if it has one."""
        for address in queries.issuers.addresses(session, issuer_id):
            if without_scheme(address.tool_url) == base_url:
                return self.at(session, address)
        return self.of(session, issuer_id)

    def policy_of(self, session: Session, course_id: int) -> Policy | None:
        """How the courses of its platform award; None where the course has been removed with it."""
        course = session.get(Course, course_id)
        return None if course is None else self.of(session, course.registration.issuer_id).policy

    def of_person(self, session: Session, person_id: int) -> Issuer:
        """The issuer to whom the platform belongs on which the person has their first account.

        Somebody may have none, such as whoever has applied to have prior learning recognised: then the issuer of their
        first award, or the first one.
        """
        for account in session.get_one(Person, person_id).accounts:
            return self.of(session, session.get_one(RegistrationRow, account.registration_id).issuer_id)
        for award in queries.awards.awards_of_people(session, [person_id]):
            return self.of(session, award.issuer_id)
        return self.first(session)

    def of_approval(self, session: Session, approval_id: int) -> Issuer:
        """The issuer of the template about which an approver is asked; the first one where the draft was deleted."""
        approval = session.get(Approval, approval_id)
        if approval is None:
            return self.first(session)
        return self.of(session, session.get_one(TemplateVersion, approval.template_version_id).issuer_id)

    def first(self, session: Session) -> Issuer:
        """The issuer of ISSUER_FILE. Raises NotFoundError before the first start has ended."""
        found = queries.issuers.first_issuer(session)
        if found is None:
            raise NotFoundError("there is no issuer yet")
        return self.of(session, found.id)

    def all(self, session: Session) -> Sequence[Issuer]:
        """Every issuer, the first one first."""
        return [self.of(session, row.id) for row in queries.issuers.issuers(session)]

    def reused_domains(self, session: Session) -> frozenset[str]:
        """The domains of which an issuer says that they give addresses to other people later."""
        return frozenset(domain for each in self.all(session) for domain in each.policy.reused_domains)

    def named(self, session: Session, slug: str) -> Issuer:
        """The issuer that now has that slug. Raises NotFoundError."""
        address = queries.issuers.current_address_named(session, slug)
        if address is None:
            raise NotFoundError(f"there is no issuer {slug}: see `issuer list`")
        return self.of(session, address.issuer_id)

    def with_key(self, session: Session, kid: str) -> Issuer:
        """The issuer that signs, or signed, with that key. Raises NotFoundError."""
        row = session.get(SigningKeyRow, kid)
        if row is None:
            raise NotFoundError(f"there is no key {kid}: see `keys list`")
        return self.of(session, row.issuer_id)

    def _newest(self, session: Session, issuer_id: str) -> tuple[int, datetime | None, int]:
        found = queries.issuers.newest_profile(session, issuer_id)
        if found is None:
            raise NotFoundError("there is no such issuer")
        return found

    def _issuer(
        self, session: Session, version_id: int, confirmed_at: datetime | None, address_id: int
    ) -> Issuer:
        key = (version_id, address_id, confirmed_at)
        issuer = self._built.get(key)
        if issuer is None:
            # A version or an address that is of no use any more is dropped with all others, and read again.
            if len(self._built) >= MOST_BUILT:
                self._built.clear()
            issuer = self._built[key] = self._build(
                session.get_one(IssuerProfileRow, version_id), session.get_one(IssuerAddress, address_id)
            )
        return issuer

    def _build(self, version: IssuerProfileRow, address: IssuerAddress) -> Issuer:
        profile, policy = read_profile({**version.body, "slug": address.slug}, address.tool_url)
        addresses = Addresses(
            tool_url=address.tool_url, issuer_slug=address.slug, extension_url=self.extension_url
        )
        return Issuer(
            id=version.issuer_id,
            version_id=version.id,
            address_id=address.id,
            profile=profile,
            policy=policy,
            mail_policy=read_mail_policy(version.body),
            look=read_look(version.body),
            privacy=read_privacy_policy(version.body),
            feedback=read_feedback_policy(version.body),
            confirmed_at=version.confirmed_at,
            confirmed_by=version.confirmed_by,
            keyring=self._keyring(version.issuer_id, profile.id, addresses),
            compiled_forms=self.compiled_forms,
            addresses=addresses,
            channels=self.channels,
            status_purpose=self.status_purpose,
            mail_tokens=self.mail_tokens,
        )

    def _keyring(self, issuer_id: str, did: str, addresses: Addresses) -> Keyring:
        return Keyring(
            issuer_id=issuer_id,
            did=did,
            key_url=addresses.keys,
            proofs=self.proofs,
            database_vault=self.database_vault,
            device_vault=self.device_vault,
        )


#: Issuers that are kept; more than an installation has.
MOST_BUILT = 200
