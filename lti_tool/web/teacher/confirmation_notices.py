"""What a teacher is told after confirming learners, or after answering a question about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lti_tool.awarding.confirmations import Answered, Confirmed
from lti_tool.store import Session, queries
from lti_tool.store.models import Question
from lti_tool.web.teacher.course import Notice
from lti_tool.web.translation import Sentence, ngettext
from lti_tool.web.translation import gettext as _


def confirmed_notice(session: Session, confirmed: Confirmed) -> Notice:
    """How many badges are awarded, and whom it was refused for, each with the reason."""
    told = [_prepared(len(confirmed.awards))] if confirmed.awards else []
    refused = _refusals(session, confirmed)
    if not told and not refused:
        return Notice(text=_("No learner is selected. Select at least one."), light="no")
    light = "yes" if not refused else "unsure" if told else "no"
    return Notice(text=" ".join([*told, *refused]), light=light)


def answered_notice(answered: Answered, said: str) -> Notice:
    """What the answer did; where somebody was first, who that was and what they said."""
    if answered.first is not None:
        return _too_late(answered.first)
    if said == "removed":
        return Notice(text=_("Saved. No badge is awarded until the link is restricted again."))
    if not answered.awards:
        text = _("None of them is still in the course with the link open. No badge is awarded.")
        return Notice(text=text, light="no")
    return Notice(text=_prepared(len(answered.awards)))


def _too_late(question: Question) -> Notice:
    if question.why_closed != "answered":
        return Notice(text=_("This question has settled itself meanwhile. Nothing was changed."))
    by = question.answered_by.name if question.answered_by else None
    name = by or _("Another teacher")
    if question.answer == "completed":
        text = _("%(name)s was first and answered: all have completed. Nothing was changed.", name=name)
    else:
        text = _(
            "%(name)s was first and answered: the restriction was removed. Nothing was changed.", name=name
        )
    return Notice(text=text, light="no")


def _refusals(session: Session, confirmed: Confirmed) -> Sequence[Sentence]:
    def names(person_ids: Collection[int]) -> str:
        people = queries.people.people(session, person_ids).values()
        return ", ".join(sorted(person.name or _("Learner without a name") for person in people))

    refused: dict[str, list[int]] = {}
    for person_id, why in confirmed.refused.items():
        refused.setdefault(why, []).append(person_id)
    told = []
    if "self" in refused:
        told.append(_("You cannot confirm yourself. Ask another teacher of this course."))
    for by_id in sorted({confirmed.first[each] or 0 for each in refused.get("already", ())}):
        theirs = names([each for each in refused["already"] if (confirmed.first[each] or 0) == by_id])
        told.append(
            _("%(teacher)s was first and has confirmed: %(names)s.", teacher=names([by_id]), names=theirs)
        )
    if "left" in refused:
        told.append(_("No longer in the course, so not confirmed: %(names)s.", names=names(refused["left"])))
    if "not_open" in refused:
        sentence = _(
            "Nothing to confirm at the moment, see the reasons in the list: %(names)s.",
            names=names(refused["not_open"]),
        )
        told.append(sentence)
    return told


def _prepared(number: int) -> str:
    return ngettext("%(num)s badge is being prepared.", "%(num)s badges are being prepared.", number)
