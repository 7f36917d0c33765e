"""What a self-test and `doctor` have found of a platform, in words with their mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from badges.eu.annex_1 import ELEMENTS
from lti_tool import plugs
from lti_tool.doctor import platforms as doctor_of_platforms
from lti_tool.platforms import scores
from lti_tool.platforms.services import READ_LINE_ITEMS, READ_MEMBERS, READ_RESULTS, WRITE_LINE_ITEMS
from lti_tool.self_test.results import Step
from lti_tool.web.filters import error_sentence, localized
from lti_tool.web.languages import page_language
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence about a platform, and how it is mended; empty where there is nothing to mend."""

    what: Markup
    mend: Markup


STEP_NAMES: Mapping[str, Sentence] = {
    "keys": _l("Keys of the platform"),
    "clock": _l("Clock"),
    "token": _l("Access token"),
    "scopes": _l("What the platform permits"),
    "members": _l("List of members"),
    "cookies": _l("Cookies"),
    "badge": _l("A badge on trial"),
}
OUTCOMES: Mapping[str, Sentence] = {
    "in_order": _l("In order"),
    "not_in_order": _l("Not in order"),
    "untried": _l("Not tried yet"),
}
#: How each outcome is drawn: `_macros.html`, `traffic_light`.
LIGHTS: Mapping[str, str] = {"in_order": "yes", "not_in_order": "no", "untried": "off"}

_OPEN_AND_TEST = _l("Open a badge in a course of the platform, then test again.")
_NOTHING = ""
_WORDS: Mapping[str, tuple[Sentence, Sentence]] = {
    "keys_given": (_l("The platform gives the keys by which its launches are checked."), _NOTHING),
    "clock_right": (_l("The clocks of the platform and of Nozimite agree."), _NOTHING),
    "token_given": (_l("The platform gives Nozimite access tokens."), _NOTHING),
    "scopes_granted": (_l("The platform permits everything that Nozimite asks for."), _NOTHING),
    "members_read": (_l("The list of members of course %(course)s was read."), _NOTHING),
    "members_none": (_l("The list of members of course %(course)s was read; nobody is in it."), _NOTHING),
    "cookies_kept": (
        _l(
            "All of the newest launches (%(launches)s) were tied to their browser without a question: by a cookie "
            "(%(cookie)s) or by the platform's storage (%(storage)s)."
        ),
        _NOTHING,
    ),
    "cookies_mostly_kept": (
        _l(
            "The newest launches (%(launches)s) were tied to their browser by a cookie (%(cookie)s), by the platform's "
            "storage (%(storage)s), or otherwise (%(others)s)."
        ),
        _NOTHING,
    ),
    "badge_verified": (
        _l("A badge was made, signed, put into a picture, read again and verified. Nothing of it was kept."),
        _NOTHING,
    ),
    "unreached": (_l("The platform did not answer, so this was not tried."), _NOTHING),
    "no_token": (_l("Without an access token this cannot be tried."), _NOTHING),
    "clock_not_told": (_l("The platform does not tell its time."), _NOTHING),
    "members_no_course": (_l("No course of the platform was opened lately."), _OPEN_AND_TEST),
    "cookies_no_launch": (_l("Nobody has come from the platform yet."), _OPEN_AND_TEST),
    "badge_not_confirmed": (
        _l("The legal identity of the issuer is not confirmed, so nothing is signed in its name."),
        _l("Whoever installed Nozimite confirms it by “issuer confirm”."),
    ),
    "keys_elsewhere": (
        _l(
            "The address of the platform's keys (%(host)s) leads on to another address, which Nozimite does not follow."
        ),
        _l("Enter the address to which it leads as that of the keys."),
    ),
    "keys_web_page": (
        _l("At the address of the platform's keys (%(host)s) there is a web page, and no keys."),
        _l(
            "Copy the address of the key set (JWKS) from the platform once more. Where the page asks to sign in, or a "
            "firewall is in the way, the address has to be open to Nozimite."
        ),
    ),
    "members_not_offered": (
        _l("Course %(course)s named no list of its members when it was opened."),
        _l(
            "Permit the tool Names and Role Provisioning Services in the platform. Then open the course once more, and "
            "test again."
        ),
    ),
    "members_not_read": (
        _l("The list of members of course %(course)s could not be read: %(why)s."),
        _l(
            "See in the platform whether the tool is still in this course, and whether it is permitted Names and Role "
            "Provisioning Services."
        ),
    ),
    "cookies_not_kept": (
        _l(
            "Of the newest launches (%(launches)s) most (%(others)s) could be tied to their browser neither by a "
            "cookie nor by the platform's storage, so people were asked first."
        ),
        _l(
            "See whether a proxy before Nozimite takes away or changes cookies. Else have the platform open the tool "
            "in a window of its own, or the browsers of the institution permit cookies of Nozimite in frames."
        ),
    ),
    "badge_lacks": (
        _l("A badge of this issuer would lack what a micro-credential needs: %(elements)s."),
        _l("Complete the settings of the issuer."),
    ),
    "badge_not_signed": (
        _l("No badge can be signed: a key of the issuer cannot be used."),
        _l("Whoever installed Nozimite runs “doctor”, which says what is wrong with the keys."),
    ),
    "badge_not_verified": (
        _l("A badge was made, but it does not verify (%(verdict)s)."),
        _l("Whoever installed Nozimite runs “doctor”, and gives this word to those who make Nozimite."),
    ),
}

#: Findings of `doctor` that are mended on the page itself, or without a command.
_MENDS: Mapping[str, Sentence] = {
    "platform_unreachable": _l(
        "See whether %(host)s is up, and whether the firewall lets Nozimite through. Where the platform has moved, "
        "change its addresses here."
    ),
    "platform_keys_refused": _l(
        "Tell the administrator of the platform. Where its addresses have changed, change them here."
    ),
    "platform_keys_unusable": _l(
        "See which address of keys the platform shows for the tool, and change it here."
    ),
    "platform_gives_no_token": _l(
        "See whether the tool is still active in the platform, with the client ID that stands here, and whether the "
        "platform can fetch the keys of Nozimite. Else remove it here, and invite it anew."
    ),
    "platform_grants_less": _l(
        "Moodle: open the settings of the tool, and under Services choose everything for IMS LTI Names and Role "
        "Provisioning and for IMS LTI Assignment and Grade Services. Canvas: switch the scopes on in the developer "
        "key. Then test again."
    ),
    "platform_messages_refused": _l("Set up the source here again, and give the platform the new secret."),
}

#: What goes wrong without each scope.
SCOPES: Mapping[str, Sentence] = {
    READ_MEMBERS: _l(
        "Who is in a course, and for whom a restricted link is open, is not seen: few badges are awarded."
    ),
    READ_RESULTS: _l("Grades in the column of a badge are not seen: no badge is awarded by a grade."),
    READ_LINE_ITEMS: _l("The column of a badge is not found in the gradebook."),
    scores.SCOPE: _l("The gradebook does not show who has a badge."),
    WRITE_LINE_ITEMS: _l("No column for a badge is made in the gradebook."),
}


def said_of(step: Step) -> Said:
    """What a step of a self-test has found, in the language of the page."""
    about = dict(step.about)
    if step.error is not None:
        about["why"] = error_sentence(step.error)
    if step.code == "badge_lacks":
        about["elements"] = _elements(str(about["elements"]))
    return said(step.code, about)


def said(code: str, about: Mapping[str, str | int]) -> Said:
    """A finding about a platform: one of the self-test's own, or of `doctor`, whose words are in its folder."""
    if code in _WORDS:
        what, mend = (escape(str(sentence)) % about if sentence else Markup() for sentence in _WORDS[code])
        return Said(what=what, mend=mend)
    words = plugs.words(doctor_of_platforms, page_language())
    what = escape(words["what"][code]).format_map(about)
    if code in _MENDS:
        return Said(what=what, mend=escape(str(_MENDS[code])) % about)
    return Said(what=what, mend=escape(words["mend"][code]).format_map(about))


def mend_of_scopes() -> Markup:
    """How a platform is made to permit more, in Moodle and in Canvas."""
    return escape(str(_MENDS["platform_grants_less"]))


def _elements(codes: str) -> Markup:
    labels = {each.code: each.label for each in ELEMENTS}
    named = (localized(labels[code]) if code in labels else escape(code) for code in codes.split(", "))
    return Markup(", ").join(named)
