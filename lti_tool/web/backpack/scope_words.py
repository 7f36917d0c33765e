"""What a program may do, in the words of its learner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lti_tool.backpack.scopes import (
    BRING_ASSERTIONS,
    BRING_BADGES,
    CHANGE_PROFILE,
    READ_ASSERTIONS,
    READ_BADGES,
    READ_PROFILE,
    READ_PROFILE_2,
    STAY,
)
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

#: In what order a page says what a program asks for, by the scopes that all mean the same.
_WORDS: Mapping[Collection[str], Sentence] = {
    (READ_BADGES,): _l("See the badges in your list: those of this site, and those of other issuers."),
    (READ_ASSERTIONS,): _l(
        "See the badges of other issuers in your list that are in the older format (Open Badges 2.0)."
    ),
    (BRING_BADGES, BRING_ASSERTIONS): _l(
        "Add badges of other issuers to your list, and replace these by newer ones."
    ),
    (READ_PROFILE, READ_PROFILE_2): _l(
        "See your profile: your name and the e-mail address that you signed in with."
    ),
    (CHANGE_PROFILE,): _l("Change the profile that programs see of you."),
    (STAY,): _l("Do this also while you are not here, until you end it."),
}


def words_of(scopes: Collection[str]) -> Sequence[Sentence]:
    """A sentence for each thing that the scopes allow."""
    return [words for meant, words in _WORDS.items() if any(scope in scopes for scope in meant)]
