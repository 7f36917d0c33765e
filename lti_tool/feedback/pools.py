"""Answers added to the pool of their audience, and what of a template's pools may be shown.

An answer is no event and has no row, so nothing says when it came or after which other one. A form that is skipped
changes the database just as one that is answered: the pool is encrypted anew by both. Once a day every pool is, and
the groups of five in it are published: so nothing that is shown changes at the moment of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from lti_tool.feedback.asking import audience_of
from lti_tool.feedback.counts import (
    NONE,
    Counts,
    Tally,
    number_of_answers,
    tally_of,
)
from lti_tool.feedback.questions import AUDIENCES, QUESTIONS, VALUES, Answer, Audience
from lti_tool.issuing.feedback_policy import FeedbackPolicy
from lti_tool.logs import log
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, FeedbackPool
from signing.encryption import KeyEncryptionKey
from signing.errors import DecryptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a form is about, and whom it asks."""

    issuer_id: str
    template_id: str
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an audience has answered, as far as it may be shown: nothing while `answers` is 0.

    `numbers`: by question, how often each of VALUES was given.
    """

    audience: Audience
    answers: int
    numbers: Mapping[str, Sequence[int]]

    def mean(self, question: str) -> Decimal:
        """The mean of the values that were given, to a tenth. Not to be asked while nothing may be shown."""
        pairs = zip(VALUES, self.numbers[question], strict=True)
        return round(Decimal(sum(value * number for value, number in pairs)) / self.answers, 1)


def close_form(
    session: Session,
    award: Award,
    answer: Answer | None,
    policy: FeedbackPolicy,
    now: datetime,
    key: KeyEncryptionKey,
) -> None:
    """Takes a learner's answer to what they are asked `now`, or none where they skip it; either is for good.

    Nothing where they are not asked, as after a form that was sent twice. Raises DecryptionError where the pool was
    encrypted with another key.
    """
    queries.awards.lock_award(session, award)
    audience = audience_of(award, policy, now)
    if audience is None:
        return
    if audience == "later":
        award.later_feedback_closed = True
    else:
        award.feedback_closed = True
    about = About(
        issuer_id=award.template_version.issuer_id, template_id=award.template_id, audience=audience
    )
    add_answer(session, about, answer, key)


def add_answer(session: Session, about: About, answer: Answer | None, key: KeyEncryptionKey) -> None:
    """Adds the answer to its pool; without one the pool is only encrypted anew. Raises DecryptionError."""
    row = queries.feedback.locked_pool(
        session,
        FeedbackPool(
            template_id=about.template_id,
            audience=about.audience,
            issuer_id=about.issuer_id,
            published=_as_json(about.audience, NONE),
            encrypted_pending=key.encrypt(Tally().hidden_digits()),
        ),
    )
    tally = _tally(row, key)
    _store(row, tally if answer is None else tally.with_answer(answer), key)


def publish_answers(session: Session, key: KeyEncryptionKey) -> None:
    """Publishes in every pool the groups that are ready, and encrypts each anew, as if it had answers."""
    for row in queries.feedback.every_pool(session):
        try:
            tally = _tally(row, key)
        except DecryptionError:
            log.error("feedback_not_read", template_id=row.template_id, audience=row.audience)
            continue
        _store(row, tally.with_ready_published(), key)


def _tally(row: FeedbackPool, key: KeyEncryptionKey) -> Tally:
    return tally_of(_read(_audience(row), row.published), key.decrypt(row.encrypted_pending))


def _store(row: FeedbackPool, tally: Tally, key: KeyEncryptionKey) -> None:
    row.published = _as_json(_audience(row), tally.published)
    row.encrypted_pending = key.encrypt(tally.hidden_digits())


def _audience(row: FeedbackPool) -> Audience:
    return cast("Audience", row.audience)


def results_of(session: Session, template_id: str) -> Sequence[Result]:
    """What each audience has answered about all versions of a template, in the order of AUDIENCES."""
    stored = {row.audience: row.published for row in queries.feedback.pools_of(session, template_id)}
    return [_result(audience, stored.get(audience)) for audience in AUDIENCES]


def _result(audience: Audience, stored: Mapping[str, Sequence[int]] | None) -> Result:
    counts = NONE if stored is None else _read(audience, stored)
    return Result(audience=audience, answers=number_of_answers(counts), numbers=_as_json(audience, counts))


def _as_json(audience: Audience, counts: Counts) -> dict[str, list[int]]:
    return {question: list(numbers) for question, numbers in zip(QUESTIONS[audience], counts, strict=True)}


def _read(audience: Audience, stored: Mapping[str, Sequence[int]]) -> Counts:
    return tuple(tuple(stored[question]) for question in QUESTIONS[audience])
