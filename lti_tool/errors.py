"""The errors of the tool.

* ToolError
  * LaunchError            a launch, or the login before it, is refused; `code`
  * RegistrationError      a platform could not be registered; `code`
    * AlreadyRegisteredError  this client of the platform is registered already; `registration_id`
    * ClientOfAnotherIssuerError  another issuer's registration has this client id; `registration_id`
  * UserFacingError        pages show it in the reader's language; `sentence`, `about`, `permanent`
    * PlatformError        a platform's service failed; also `retry_after`, `concluded`
    * OutgoingError        an address may not be called, or did not answer
      * TooLargeError        it answers with more than is read
      * StatusError          it answered with another status than 200; `status`, `location`, `body`
    * DeliveryError        a channel could not deliver the badge
  * BackupError            a backup cannot be made, or cannot be restored here
  * SchemaTooNewError      the database was made by a newer version; `revision`
  * RecoverySheetError     a recovery sheet cannot be used here, or not with this code
  * NotAllowedError        the action is not allowed, or not possible in this state
    * AwardStateError      what cannot be done with an award as it is now; `code`
    * OtherNameError       a stated name that was shown is not the one that waits now
    * PathwayError         what cannot be done with a pathway, or a claim for a part; `code`
    * ReviewError          a review of a template cannot be recorded, or an overdue one stops the template; `code`
    * WrongSettingError    a value of an issuer's settings cannot be used; `pointer`, `code`, `about`
    * KeptByLawError       a law obliges the issuer to keep what was to be erased; `law`
    * NoAuthorError        the person may not write, publish or place badges
    * SignInError          an operator was not signed in; `code`
    * OrganisationError    an organisation may not sign what it was about to sign; `code`
  * PriorLearningError     what cannot be done in an application for recognition as it is now; `code`
  * BackpackError          what somebody wants to keep in their list of badges is refused; `code`
  * ProgramRefusedError    a program is refused what it asks for; `code`
  * DomainError            nobody has shown that they control a domain; `code`
  * HostError              a host of badges that a learner named did not do its part; `code`, `retry_after`
  * SealingError           a document could not be sealed; `code`
  * RevokedError           the badge is revoked, so it is not given out any more
  * WalletError            a wallet asked for what it does not get; `code`
  * JournalError           the journal of erasures does not fit the database; the message says what mends it
  * NotFoundError          there is no such thing, or this session may not see it
    * BadgeRemovedError    the badge was removed with all that names its learner
    * LinkEndedError       a learner's link has ended, or never was
    * ExchangeOverError    a link for a wallet was used or is too old, or its badge is not valid any more
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


class ToolError(Exception):
    """The base class of all errors of lti_tool."""


class LaunchError(ToolError):
    """A launch or login is refused. `code` is for pages and tests and never changes; the message is for the log.

    `data`: ids for the event that records the refusal.
    """

    def __init__(self, code: str, message: str = "", data: Mapping[str, str | int] | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.data = dict(data or {})


class RegistrationError(ToolError):
    """A platform could not be registered. `code` never changes; the message says what the platform did."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class AlreadyRegisteredError(RegistrationError):
    """This client of the platform is registered already, as `registration_id`; nothing was changed."""

    def __init__(self, registration_id: int) -> None:
        super().__init__(
            "already_registered",
            f"this client of the platform is registered already, with number {registration_id}, and nothing was "
            f"changed: to change it, use `platforms update {registration_id}`",
        )
        self.registration_id = registration_id


class ClientOfAnotherIssuerError(RegistrationError):
    """Another issuer's registration, `registration_id`, has this client id; nothing was changed."""

    def __init__(self, registration_id: int) -> None:
        super().__init__(
            "client_of_another",
            f"platform {registration_id}, which is another issuer's, has this client id, and nothing was changed: who "
            "manages the one could get access tokens of the other. Remove the tool in the platform and add it there "
            "again, so that the platform gives another client id; or, where that other platform has no right to it, "
            f"`platforms update {registration_id} --client-id` or `platforms remove {registration_id}`",
        )
        self.registration_id = registration_id


class UserFacingError(ToolError):
    """An error that pages show to people. `permanent`: another attempt is useless.

    `sentence` is a msgid: it is translated first, then its {names} are filled in from `about`. `retry_after`: for how
    many seconds no attempt is to be made, where that is known.
    """

    def __init__(
        self,
        sentence: str,
        about: Mapping[str, str | int] | None = None,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence.format_map(about) if about else sentence)
        self.sentence = sentence
        self.about = dict(about or {})
        self.permanent = permanent
        self.retry_after = retry_after

    def as_json(self) -> dict[str, Any]:
        """The error as JSON, to be stored until a page shows it."""
        return {"sentence": self.sentence, "about": self.about}


class PlatformError(UserFacingError):
    """A platform's service failed, or its answer does not follow the standard.

    `retry_after` is what the platform asked for. `concluded`: the course has ended.
    """

    def __init__(
        self,
        sentence: str,
        about: Mapping[str, str | int] | None = None,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        concluded: bool = False,
    ) -> None:
        super().__init__(sentence, about, permanent=permanent, retry_after=retry_after)
        self.concluded = concluded


class OutgoingError(UserFacingError):
    """An address may not be called (`permanent`), or did not answer in time or in size."""


class TooLargeError(OutgoingError):
    """An address answers with more bytes than are read."""


class StatusError(OutgoingError):
    """An address answered with another status than 200. `location` is where a redirect leads, else None."""

    def __init__(
        self,
        sentence: str,
        about: Mapping[str, str | int],
        *,
        status: int,
        location: str | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(sentence, about, permanent=status in (404, 410))
        self.status = status
        self.location = location
        self.body = body


class DeliveryError(UserFacingError):
    """A channel could not deliver the badge; with `retry_after` it was not even tried."""


class BackupError(ToolError):
    """A backup cannot be made, or cannot be restored here; the message is for the operator."""


class SchemaTooNewError(ToolError):
    """The database was made or migrated by a newer version: this one does not know its `revision`."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is of a newer version of Nozimite (schema {revision}), and a version cannot be taken back: "
            "start the newer one again, or restore the backup from before the upgrade into an empty database"
        )
        self.revision = revision


class RecoverySheetError(ToolError):
    """A recovery sheet cannot be used here, or not with this code; the message says why."""


class NotAllowedError(ToolError):
    """The action is not allowed, or not possible in this state; the message says why."""


class NotRemovedError(NotAllowedError):
    """A platform was not removed. `is_in_use`: somebody is using it at this moment; else badges refer to it."""

    def __init__(self, message: str, *, is_in_use: bool) -> None:
        super().__init__(message)
        self.is_in_use = is_in_use


class AwardStateError(NotAllowedError):
    """What cannot be done with an award as it is now. `code` is for pages and tests; the message is for the operator.

    Codes: revoked, suspended, not_suspended, not_revoked, cannot_suspend, not_issued, expired, held, changed_again,
    not_permitted, nothing_dead.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class OtherNameError(NotAllowedError):
    """The name that somebody was shown, and has answered, is not the stated one that waits now."""


class WrongSettingError(NotAllowedError):
    """A value of an issuer's settings cannot be used; the message says why, with the names that its file has.

    `pointer`: the JSON pointer to it, such as `/look/accent`. `code`: of a sentence for pages, with what fills it in,
    `about`: those of `badges.errors.TemplateError`, of `lti_tool.mails.own_texts`, `unknown_field`, `not_a_colour`,
    `colour_too_light`, `not_a_domain`, `not_secure`, `needs_years`.
    """

    def __init__(
        self, pointer: str, code: str, message: str, about: Mapping[str, str | int] | None = None
    ) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.code = code
        self.about = dict(about or {})


class KeptByLawError(NotAllowedError):
    """Somebody cannot be erased yet: the issuer of an award has to keep it, by the law that it names."""

    def __init__(self, law: str) -> None:
        super().__init__(f"the issuer of an award has to keep it: {law}")
        self.law = law


class PriorLearningError(ToolError):
    """What cannot be done in an application to have prior learning recognised. `code` says why, for pages and tests.

    Codes: fees, outcomes, rubric, appeal_days, closed, erased_here, running, has_badge, no_name, reused_domain,
    not_opened, wrong_step, answers, not_asked, other_counsellor, is_assessor, is_counsellor, words, url, title, full,
    too_large, file_type, empty, badge, nothing, no_place, appointed, not_appointed, not_assessor, decided, identity,
    not_met, reference, level_reference, reasons, same_person, no_appeal, name_changed, somebody_else.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BackpackError(ToolError):
    """What a learner, or a program for them, wants to keep in their list of badges is refused. `code` says why.

    Codes: no_badge, no_assertion, forged, unsigned, unproven, not_served, revoked, too_many, too_large, wrong_profile,
    foreign_id, foreign_email.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PathwayError(NotAllowedError):
    """What cannot be done with a pathway, or with a claim for a part of one, as it is now. `code` says why."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class ReviewError(NotAllowedError):
    """A review of a template cannot be recorded so, or nobody begins with the template before there is one.

    `code` says why: overdue, meanwhile (somebody has recorded another one), conclusion, findings, too_long, overlap,
    next_day, with the `latest` day that is possible.
    """

    def __init__(self, code: str, message: str = "", *, latest: date | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.latest = latest


class ProgramRefusedError(ToolError):
    """A program is refused what it asks for. `code` is that of OAuth 2 (RFC 6749, RFC 7591), the message is for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class HostError(ToolError):
    """A host of badges that a learner named did not do its part. `code` says how and never changes.

    Codes: address, own, refused_address, unreachable, redirected, web_page, not_a_host, other_host, takes_none,
    not_registered, state, declined, token_type, scope_reduced, lost, client_lost, refused, too_large, altered, busy,
    answer_too_large.
    """

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class RevokedError(ToolError):
    """The badge is revoked, so it is not given out any more; its page says when and why."""


class WalletError(ToolError):
    """A wallet asked for what it does not get. `code` is the protocol's, and goes to the wallet with the message.

    Codes: invalid_request, invalid_grant, invalid_authorization_details, invalid_token, invalid_credential_request,
    invalid_encryption_parameters, unknown_credential_configuration, unknown_credential_identifier, invalid_proof,
    invalid_nonce, credential_request_denied, invalid_transaction_id, invalid_notification_id,
    invalid_notification_request.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NoAuthorError(NotAllowedError):
    """The person's roles do not let them write, publish or place badges; the message says what they tried."""


class JournalError(ToolError):
    """The journal of erasures and revocations does not fit the database; the message says what mends it."""


class SignInError(NotAllowedError):
    """An operator was not signed in, or not believed to be who they are. `code` is for pages, events and tests.

    Codes: expired, invitation_over, disabled, no_role, another_account, passkey_refused, passkey_unknown,
    passkey_known, last_way, identity_known, provider_unreachable, provider_refused, provider_wrong, not_fresh.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class OrganisationError(NotAllowedError):
    """An organisation may not sign what it was about to sign. `code` is for pages, events and tests.

    Codes: not_proved, closed, answered_already, answered_by_domain, too_many, takes_no_answers, nothing_said,
    withdrawn; of what it is about: badge_not_valid, retired (a version that is no longer offered), not_confirmed (who
    the issuer is); of a name: name_is_domain, name_mixes_scripts.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DomainError(ToolError):
    """Nobody has shown that they control a domain. `code` is for pages and tests.

    Codes: no_domain (what was typed is none), two_domains (it is read in two ways), refused_address, unreachable,
    redirected, absent, web_page, too_large, another (what is there is not the challenge).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SealingError(ToolError):
    """A document could not be sealed. `code` is for pages, findings and tests; the message is for operators.

    Codes: those of `signing.errors.SealError`; suspended, incomplete, other_legal_person, device_fails,
    signer_busy, signer_unreachable, signer_refuses, signer_wrong, credential_disabled, needs_person, pin_missing.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotFoundError(ToolError):
    """There is no such thing, or this session may not see it."""


class LinkEndedError(NotFoundError):
    """A link by which a learner showed a badge has ended, or there never was one."""


class FeedbackLinkOverError(NotFoundError):
    """A link to questions about a badge was used or withdrawn, or has ended, or there never was one."""


class ExchangeOverError(NotFoundError):
    """A link for a wallet was used by somebody else, or its time is over, or its badge is not valid any more."""


class BadgeRemovedError(NotFoundError):
    """The badge was removed with all that names its learner; a file of it can still be checked."""
