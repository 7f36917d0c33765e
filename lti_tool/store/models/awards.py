"""Awards with their credentials and deliveries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, and_, false, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.store.models.base import Base, index_where, one_where
from lti_tool.store.models.issuers import StatusList
from lti_tool.store.models.people import Course, Person
from lti_tool.store.models.rules import AwardRule
from lti_tool.store.models.templates import TemplateVersion
from lti_tool.store.packing import unpack, unpack_both

#: Of many awards few wait. A query names the condition with these very words, or the index is not taken.
WAITING = "status = 'waiting'"
#: The same of a delivery that was given up.
NOT_DELIVERED = "status = 'failed'"
BOUND = "replaced_at IS NULL AND holder IS NOT NULL"
#: The channel of a delivery that nobody brought: a wallet came for the badge.
WALLET = "wallet"
#: The form of every credential that is bound to nobody, too.
JSON_FORM = "json"


class Award(Base):
    """A learner's award of an achievement: one at a time over all links and courses, as the unique index says.

    It keeps the versions of rule and template by which it was decided, and the trace of that decision.

    `status`: earned, waiting (`waiting_for` names what), issued, revoked. An award runs until `ended_at`; `why_ended`:
    revoked, or renewed by a further award, whose `renews_id` names it. That its credential has expired follows from the
    credential's `valid_until`.
    """

    __tablename__ = "award"
    __table_args__ = (
        one_where("ix_award_running", ("issuer_id", "template_id", "person_id"), "ended_at IS NULL"),
        index_where("ix_award_waiting_course_id", "course_id", WAITING),
        index_where("ix_award_waiting_issuer_id", "issuer_id", WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    """Who the subject of its credentials is: says nothing of the person, and is of no other award."""
    # Without an index of its own: nearly all awards may be of one issuer, and a planner without statistics prefers it.
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    template_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"), index=True)
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"), index=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default="earned")
    waiting_for: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[Decimal | None]
    trace: Mapped[dict[str, Any]]
    """The decision as JSON: `lti_tool.conditions.decide.Decision.as_json`."""
    assessed_at: Mapped[datetime | None]
    """When the assessment was, by what was observed of it; `earned_at` is the day of the award."""
    completed_at: Mapped[datetime]
    earned_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    why_ended: Mapped[str | None] = mapped_column(String(10))
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    again_reason: Mapped[str | None]
    """Why a teacher awarded it again after it was revoked."""
    evidence: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """What was given as evidence with an award by hand: each an Evidence of `lti_tool.values` as JSON."""
    recognition: Mapped[dict[str, str] | None] = mapped_column(JSON)
    """Of an award for prior learning the decision that it rests on: a Recognition of `lti_tool.values` as JSON."""
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """The badges that it was awarded for as a whole, as `lti_tool.values.BadgePart` has them as JSON."""
    outcome_levels: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """The levels of single learning outcomes: each a StatedLevel of `lti_tool.values` as JSON."""
    published_at: Mapped[datetime | None]
    """When its learner made the badge public; None while it is private."""
    hidden_at: Mapped[datetime | None]
    """When its learner took it out of their list of badges; it stays as valid as it was."""
    claimed_at: Mapped[datetime | None] = mapped_column(index=True)
    """When its learner first opened the badge on a page of their own."""
    brought_at: Mapped[datetime | None]
    """When it was first brought to a place that its learner chose."""
    feedback_closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its learner has answered or skipped the three questions, or the time for that is over.

    Which of these, and when, is kept nowhere.
    """
    later_feedback_closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The same of those that are asked months later."""
    later_feedback_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was settled who is mailed these: also of those who were not, and when is kept nowhere."""
    course: Mapped[Course | None] = relationship()
    person: Mapped[Person] = relationship()
    rule: Mapped[AwardRule] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()
    credentials: Mapped[list[CredentialRow]] = relationship(
        back_populates="award", order_by="CredentialRow.issued_at"
    )
    credential: Mapped[CredentialRow | None] = relationship(
        primaryjoin="and_(CredentialRow.award_id == Award.id, CredentialRow.replaced_at.is_(None), "
        "CredentialRow.holder.is_(None))",
        viewonly=True,
    )
    """The one that was not replaced, and is bound to nobody."""
    bound_credentials: Mapped[list[CredentialRow]] = relationship(
        primaryjoin="and_(CredentialRow.award_id == Award.id, CredentialRow.replaced_at.is_(None), "
        "CredentialRow.holder.is_not(None))",
        order_by="CredentialRow.issued_at",
        viewonly=True,
    )
    """Those that wallets have by keys of their own, as far as they were not replaced."""
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="award", order_by="Delivery.id")

    @property
    def last_credential(self) -> CredentialRow | None:
        """The one in use, or the last that was; None before there is one. Bound ones are left out."""
        unbound = [each for each in self.credentials if each.holder is None]
        return self.credential or (unbound[-1] if unbound else None)


class HandAward(Base):
    """What a teacher wants to award by hand, and a second person has to approve.

    `status`: waiting; approved; declined; withdrawn, by whoever asked.
    """

    __tablename__ = "hand_award"
    __table_args__ = (one_where("ix_hand_award_waiting", ("rule_id", "person_id"), "status = 'waiting'"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("award_rule.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str]
    evidence: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    outcome_levels: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """As of an award."""
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    rule: Mapped[AwardRule] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])


class TextDictionary(Base):
    """What the credentials of one achievement share, by which they are packed: see `lti_tool.store.packing`.

    It is made of a credential of nobody, so it holds no personal data. No row is ever changed or deleted: the
    credentials that were packed by it could not be read any more.
    """

    __tablename__ = "text_dictionary"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """The achievement in its version and language, and the version of the issuer's profile."""
    body: Mapped[bytes]


class CredentialRow(Base):
    """The signed credential, byte for byte, as JSON and as a JWT; a badge is baked from `text` when it is requested.

    `text` and `jwt` are given out, each with one proof, because some verifiers refuse to choose between two.
    `base_text` is not.

    An award has one at a time that is bound to nobody. It may be replaced, and both are kept. Beside it there may be
    one for each `holder` and `form`: see `lti_tool.issuing.bound`. `why` it was made: first, replaced (with something
    corrected), reissued (signed with another key), again (after a revocation), bound. `revoked_as`: revoked, with the
    reason that somebody typed; mistake, replaced, reissued.
    """

    __tablename__ = "credential"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"), index=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuer.id"), index=True)
    issuer_profile_id: Mapped[int] = mapped_column(ForeignKey("issuer_profile.id"), index=True)
    """The version of the issuer's profile that was signed."""
    dictionary_id: Mapped[int] = mapped_column(ForeignKey("text_dictionary.id"), index=True)
    packed: Mapped[bytes] = mapped_column(deferred=True)
    """Both texts, by `lti_tool.store.packing.pack_both`; a list of credentials does not read them."""
    # Some 18 KB of signatures that almost nothing needs.
    packed_base_text: Mapped[bytes | None] = mapped_column(deferred=True)
    language: Mapped[str]
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    issued_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(10), default="first")
    signed_with: Mapped[list[str]] = mapped_column(default=list)
    """The ids of the keys of its proofs."""
    holder: Mapped[str | None]
    """Whom it is bound to, by the DID of their key; None where it is bound to nobody."""
    form: Mapped[str] = mapped_column(String(20), default=JSON_FORM, server_default=JSON_FORM)
    """As what a holder's wallet has it: json, or the media type of what stands in the place of the JWT."""
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("credential.id"))
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_as: Mapped[str | None] = mapped_column(String(10))
    revocation_reason: Mapped[str | None]
    suspended_at: Mapped[datetime | None]
    suspension_reason: Mapped[str | None]
    award: Mapped[Award] = relationship(back_populates="credentials")
    status_list: Mapped[StatusList] = relationship()
    template_version: Mapped[TemplateVersion] = relationship()
    dictionary: Mapped[TextDictionary] = relationship()

    @property
    def text(self) -> str:
        """JSON with its embedded proof."""
        return self.texts[0]

    @property
    def jwt(self) -> str:
        """The same credential as a compact JWS; where `form` is another than json, in that form."""
        return self.texts[1]

    @property
    def texts(self) -> tuple[str, str]:
        """The credential as JSON and as a JWT."""
        return unpack_both(self.packed, self.dictionary.body)

    @property
    def base_text(self) -> str | None:
        """The same credential with its base proof (ecdsa-sd-2023), where it was issued with one.

        The learner's copies without some parts are made from it; for all else it is not to be used, see
        `badges.disclosure`.
        """
        if self.packed_base_text is None:
            return None
        return unpack(self.packed_base_text, self.dictionary.body)

    def has_expired(self, now: datetime) -> bool:
        """Whether its validity has ended; that is never stored."""
        return self.valid_until is not None and self.valid_until <= now

    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        # A credential is replaced once.
        UniqueConstraint("replaces_id"),
        # Two workers may issue the same award at once: the second is refused.
        one_where("ix_credential_current", "award_id", "replaced_at IS NULL AND holder IS NULL"),
        # A wallet that asks twice, at once or later, gets what it got.
        one_where("ix_credential_bound", ("award_id", "holder", "form"), BOUND),
    )


#: The condition of a join of an award with its credential: the one that was not replaced, and is bound to nobody.
# The two are hidden from the planner: without statistics it takes them for true of one row in 40,000, and compares each
# award with every credential. So it guesses one in two, and looks each up by its award.
IS_CURRENT = and_(
    CredentialRow.award_id == Award.id,
    func.coalesce(and_(CredentialRow.replaced_at.is_(None), CredentialRow.holder.is_(None)), false()),
)


class Notice(Base):
    """What a learner is told of a credential by one channel: what (`kind`) happened to it at `about_at`.

    `kind`: revoked, mistake, suspended, reinstated, expires. `status`: pending, sent, failed.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("credential_id", "kind", "about_at", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(ForeignKey("credential.id"))
    kind: Mapped[str] = mapped_column(String(20))
    about_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default="pending")
    sent_at: Mapped[datetime | None]
    credential: Mapped[CredentialRow] = relationship()


class Delivery(Base):
    """The delivery of an award by one channel. `status`: pending, sent, failed."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("award_id", "channel"),
        # Nearly all were delivered; a teacher's page shows first those that were not.
        index_where("ix_delivery_failed", "award_id", NOT_DELIVERED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default="pending")
    reference: Mapped[str | None]
    trouble: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime | None]
    taken_times: Mapped[int | None]
    """How often wallets were given the badge; None for what was brought."""
    award: Mapped[Award] = relationship(back_populates="deliveries")


class MailedChange(Base):
    """The last change of a result under an award that was mailed to a teacher: each is mailed once to each teacher."""

    __tablename__ = "mailed_change"

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    """The teacher."""
    seen_at: Mapped[datetime]
    """When the newest of the changes was seen, by the look's own time: an observation's `seen_at`."""
    mailed_at: Mapped[datetime]
