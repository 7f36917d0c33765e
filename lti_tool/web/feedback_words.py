"""The questions about a badge and the values of an answer, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.feedback.asking import audience_of
from lti_tool.feedback.counts import STEP
from lti_tool.feedback.pools import results_of
from lti_tool.feedback.questions import QUESTIONS, VALUES, Audience
from lti_tool.store import Session, queries
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import issuer_of
from lti_tool.web.translation import Sentence, format_decimal
from lti_tool.web.translation import lazy_gettext as _l

_SENTENCES: Mapping[str, Sentence] = {
    "outcomes_reached": _l("I have learned what the badge says."),
    "assessment_fair": _l("The assessment was clear and fair."),
    "would_recommend": _l("I would recommend it to others."),
    "uses_it": _l("I use what I learned."),
    "was_recognised": _l("The badge was of use to me at work or in further studies."),
    "outcomes_clear": _l("The description says clearly what its holders can do."),
    "assessment_fits": _l("The assessment, the level and the workload fit the learning outcomes."),
    "would_recognise": _l("My organisation would recognise it."),
}
VALUE_WORDS: Mapping[int, Sentence] = {
    1: _l("Not at all"),
    2: _l("Hardly"),
    3: _l("Partly"),
    4: _l("Mostly"),
    5: _l("Entirely"),
}
AUDIENCE_WORDS: Mapping[Audience, Sentence] = {
    "claim": _l("Learners who have just got the badge"),
    "later": _l("Learners, months later"),
    "peer": _l("Peers and other providers"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuestion:
    """A question of a form: its code, its sentence, and the values that can be chosen, with their words."""

    code: str
    sentence: Sentence
    values: Sequence[tuple[int, Sentence]]


def audience_now(session: Session, award: Award) -> Audience | None:
    """As what the learner of the award is asked now, by the policy of its issuer; None where they are not."""
    issuer = issuer_of(session, award.issuer_id)
    return audience_of(award, issuer.feedback, current_tool().clock())


def questions_about(session: Session, award: Award | None) -> Sequence[ShownQuestion]:
    """What the learner of the award is asked now; nothing where they are not."""
    audience = audience_now(session, award) if award else None
    return questions_for(audience) if audience else ()


def questions_for(audience: Audience) -> Sequence[ShownQuestion]:
    """The three questions to an audience, in words."""
    values = [(value, VALUE_WORDS[value]) for value in VALUES]
    return [
        ShownQuestion(code=code, sentence=_SENTENCES[code], values=values) for code in QUESTIONS[audience]
    ]


def results_shown(session: Session, template_id: str) -> Mapping[str, Any]:
    """What `_feedback_results.html` needs to show what was answered about a template."""
    return {
        "results": results_of(session, template_id),
        "opened": queries.feedback.number_opened(session, template_id),
        "questions_for": questions_for,
        "audience_words": AUDIENCE_WORDS,
        "format_decimal": format_decimal,
        "step": STEP,
    }
