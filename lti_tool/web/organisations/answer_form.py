"""The form by which an organisation answers a badge: read, what is missing in it, and the sentence that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from lti_tool.organisations import answers
from lti_tool.organisations.answers import KINDS, MOST, UNITS, Answer
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.translation import Sentence, format_decimal
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

#: In what an acceptance is counted, as the form names it.
UNIT_NAMES: Mapping[str, Sentence] = {
    "ects": _l("ECTS credits"),
    "national": _l("National credit points"),
    "hours": _l("Hours of study"),
    "module": _l("The whole course or module, without a number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """The answer that was typed; None where something is `wrong`, by the names of the fields."""

    answer: Answer | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


def read_answer() -> AnswerForm:
    """The form of the request."""
    kind = next((each for each in KINDS if each == request.form.get("kind")), None)
    match kind:
        case None:
            return AnswerForm(wrong={"kind": _("Choose what was decided.")})
        case "accepted":
            return _acceptance()
        case "exempts":
            of = typed_line("from", answers.OF_LENGTH)
            wrong = {} if of else {"from": _("Write from what it exempts.")}
            return _form(Answer(kind="exempts", of=of), wrong)
        case _:
            because = typed_line("because", answers.BECAUSE_LENGTH)
            wrong = {} if because else {"because": _("Write why it is not accepted.")}
            return _form(Answer(kind="refused", because=because), wrong)


def _acceptance() -> AnswerForm:
    # A form from before there was a choice is about ECTS credits.
    unit = next((each for each in UNITS if each == request.form.get("unit", UNITS[0])), None)
    if unit is None:
        return AnswerForm(wrong={"unit": _("Choose in what it is counted.")})
    credits = answers.credits_of(request.form.get("credits", ""), unit)
    of = typed_line("of", answers.OF_LENGTH)
    wrong = {}
    if unit in MOST and credits is None:
        most = format_decimal(MOST[unit])
        wrong["credits"] = _("Write a number from 0.1 to %(most)s, with one decimal at most.", most=most)
    if not of:
        wrong["of"] = _("Write of which course or part it is accepted.")
    return _form(Answer(kind="accepted", unit=unit, credits=credits, of=of), wrong)


def _form(answer: Answer, wrong: Mapping[str, str]) -> AnswerForm:
    return AnswerForm(wrong=wrong) if wrong else AnswerForm(answer=answer)


def answer_words(answer: Answer) -> str:
    """The sentence of the answer, as it is signed, in the language of the page."""
    if answer.kind == "exempts":
        return _("Exempts from: %(of)s", of=answer.of)
    if answer.kind == "refused":
        return _("Not accepted, because: %(because)s", because=answer.because)
    number = "" if answer.credits is None else format_decimal(answer.credits)
    match answer.unit:
        case "ects":
            return _("Accepted as %(credits)s ECTS of: %(of)s", credits=number, of=answer.of)
        case "national":
            return _(
                "Accepted as national credit points (%(number)s) of: %(of)s", number=number, of=answer.of
            )
        case "hours":
            return _("Accepted as hours of study (%(number)s) of: %(of)s", number=number, of=answer.of)
        case _:
            return _("Accepted in place of the whole course or module: %(of)s", of=answer.of)
