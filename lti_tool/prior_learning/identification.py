"""The first step: the candidate says of each learning outcome what they can; a counsellor may help."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.errors import PriorLearningError
from lti_tool.operators import accounts
from lti_tool.prior_learning import mails, operator_mails
from lti_tool.prior_learning.applications import act, lock
from lti_tool.prior_learning.own_part import check_not_candidate
from lti_tool.store import Session, events
from lti_tool.store.models import PriorLearningApplication

ANSWERS = ("yes", "partly", "no")
LONGEST_WORDS = 5000


def answer(
    session: Session, row: PriorLearningApplication, said: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Keeps an answer of ANSWERS, or "", and words about each learning outcome.

    Raises PriorLearningError: `wrong_step`, `answers` where they are not about the outcomes.
    """
    template = lock(session, row, "identification")
    if len(said) != len(template.learning_outcomes) or not all(each in ("", *ANSWERS) for each, _ in said):
        raise PriorLearningError("answers", "there is an answer for each learning outcome")
    row.self_assessment = [{"answer": each, "words": words[:LONGEST_WORDS]} for each, words in said]
    row.changed_at = now


def finish(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    """Ends the first step. Raises PriorLearningError: `wrong_step`, `answers` where one is missing."""
    template = lock(session, row, "identification")
    given = [each for each in row.self_assessment if each["answer"] in ANSWERS]
    if len(given) != len(template.learning_outcomes):
        raise PriorLearningError("answers", "a learning outcome has no answer")
    row.state, row.identified_at = "documentation", now
    act(session, row, "prior_learning_identified", now)


def ask_help(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    """Asks for a counsellor, who then sees the application. Raises PriorLearningError, `wrong_step`."""
    lock(session, row)
    if row.state not in ("identification", "documentation"):
        raise PriorLearningError("wrong_step", "what was handed in is not changed any more")
    if row.help_asked_at is None:
        row.help_asked_at = now
        act(session, row, "prior_learning_help_asked", now)
        operator_mails.schedule(session, row, "help_asked", now)


def advise(
    session: Session, row: PriorLearningApplication, operator_id: int, words: str, now: datetime
) -> None:
    """Gives the candidate who has asked for help the advice of a counsellor, who becomes that of the application.

    Raises PriorLearningError: `wrong_step`, `not_asked`, `own_application`, `other_counsellor`, `is_assessor`, `words`.
    """
    lock(session, row)
    if row.state not in ("identification", "documentation"):
        raise PriorLearningError("wrong_step", "what was handed in is not changed any more")
    if row.help_asked_at is None:
        raise PriorLearningError("not_asked", "the candidate has not asked for help")
    check_not_candidate(session, row, operator_id)
    if row.counsellor_id not in (None, operator_id):
        raise PriorLearningError("other_counsellor", "somebody else counsels")
    if any(each.operator_id == operator_id for each in row.assessments):
        raise PriorLearningError("is_assessor", "nobody counsels where they assess")
    if not words:
        raise PriorLearningError("words", "advice has words")
    row.counsellor_id, row.advice, row.changed_at = operator_id, words[:LONGEST_WORDS], now
    by = accounts.actor_of(operator_id)
    events.record(session, "prior_learning_advised", "prior_learning", row.id, now, actor=by)
    mails.schedule(session, row, "advised", now)
