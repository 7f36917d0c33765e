"""What hosts did wrong, in words for the learner who named them."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

#: By the code of a HostError, when a place is connected: what is wrong, and what to do.
CONNECT_WORDS: Mapping[str, Sentence] = {
    "address": _l("This is no address of a site. It looks like badges.example.org: copy it from there."),
    "own": _l("This is the address of this very site, where your badges are already."),
    "refused_address": _l(
        "This address cannot be used: it has to begin with https and be reachable from everywhere."
    ),
    "unreachable": _l("The site does not answer at the moment. Check the address, or try again later."),
    "redirected": _l(
        "The site leads on to another address. Open it in your browser, and copy the address that you see then."
    ),
    "web_page": _l(
        "There is a site, but it takes no badges at this address. Look there for the address for “Open Badges 3.0”."
    ),
    "not_a_host": _l(
        "There is a site, but it takes no badges at this address. Look there for the address for “Open Badges 3.0”."
    ),
    "other_host": _l(
        "The site wants your badges sent to another site. For your safety that is not done: ask the site for help."
    ),
    "takes_none": _l("The site keeps badges, but takes none from other sites."),
    "answer_too_large": _l("The site answers with more than can be read. Ask the site for help."),
    "not_registered": _l("The site does not let this one bring badges. Ask the site for help."),
    "busy": _l("The site does not answer at the moment. Check the address, or try again later."),
    "declined": _l("You did not allow it there, so nothing is brought."),
    "state": _l("This answer does not fit what was asked. Connect the place once more."),
    "scope_reduced": _l(
        "You did not allow badges to be brought there. Connect the place once more, and allow that."
    ),
    "token_type": _l("The site gave an access that cannot be used. Ask the site for help."),
    "lost": _l("The site did not accept the answer. Connect the place once more."),
    "client_lost": _l("The site did not accept the answer. Connect the place once more."),
}

#: Why a badge was not brought (yet).
TROUBLE_WORDS: Mapping[str, Sentence] = {
    "lost": _l("The place no longer takes badges from here. Connect it again."),
    "unreachable": _l("The place does not answer."),
    "busy": _l("The place asks to wait."),
    "refused": _l("The place does not take this badge."),
    "too_large": _l("This badge is too large for the place."),
    "altered": _l("The place changed the badge, so it may not be accepted as genuine there."),
    "refused_address": _l("The address of the place cannot be used any more."),
    "other_host": _l("The place wants your badges sent to another site, which is not done."),
}
#: For all else: what it answers is not what the standard says.
OTHER_TROUBLE: Sentence = _l("The place answers in a way that is not understood.")
