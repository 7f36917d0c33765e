"""How pages call what reviews have codes for, and what is wrong with one that was sent."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.errors import ReviewError
from lti_tool.language import written_day
from lti_tool.reviews.questions import LONGEST_ANSWER
from lti_tool.web.languages import page_language
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

CONCLUSION_WORDS: Mapping[str, Sentence] = {
    "goes_on": _l("It goes on as it is"),
    "change": _l("It is to be changed"),
    "retire": _l("It is to be retired"),
}
#: What has to be done then, because a review itself changes nothing.
CONCLUSION_HINTS: Mapping[str, Sentence] = {
    "goes_on": _l("Nothing else is to be done."),
    "change": _l("Afterwards, write the next version in the editor."),
    "retire": _l("Afterwards, retire the version on its own page."),
}
OVERLAP_WORDS: Mapping[str, Sentence] = {
    "none": _l("I have looked, and it repeats nothing"),
    "some": _l("It repeats something, and the answers say why it stays"),
    "": _l("I have not looked"),
}

_WHY_NOT: Mapping[str, Sentence] = {
    "meanwhile": _l(
        "Somebody has recorded a review of this badge in the meantime. Read it below, then send yours if it is still "
        "needed."
    ),
    "conclusion": _l("Choose a conclusion."),
    "findings": _l("Answer at least one of the questions: a review that says nothing is none."),
    "overlap": _l("Choose whether it repeats other learning."),
}


def why_not(error: ReviewError) -> str:
    """What whoever sent the review has to do."""
    if error.code == "too_long":
        return _("An answer is too long. Shorten it to %(most)s letters.", most=LONGEST_ANSWER)
    if error.code == "next_day" and error.latest is not None:
        latest = written_day(error.latest, page_language())
        return _("Enter a day after today for the next review, %(day)s at the latest.", day=latest)
    return str(_WHY_NOT[error.code])
