"""What a program may do, in the words of its learner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from lti_tool.backpack.scopes import BRING_BADGES, CHANGE_PROFILE, READ_BADGES, READ_PROFILE, STAY
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

#: In what order a page says what a program asks for.
_WORDS: Mapping[str, Sentence] = {
    READ_BADGES: _l("See the badges in your list: those of this site, and those of other issuers."),
    BRING_BADGES: _l("Add badges of other issuers to your list, and replace these by newer ones."),
    READ_PROFILE: _l("See your profile: your name and the e-mail address that you signed in with."),
    CHANGE_PROFILE: _l("Change the profile that programs see of you."),
    STAY: _l("Do this also while you are not here, until you end it."),
}


def words_of(scopes: Collection[str]) -> Sequence[Sentence]:
    """A sentence for each of the scopes."""
    return [words for scope, words in _WORDS.items() if scope in scopes]
