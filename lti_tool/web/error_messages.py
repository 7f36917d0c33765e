"""What codes say to people: each in a whole sentence of the reader's language, with what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

#: A sentence that speaks the language of the page it is put into.
Sentence = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    title: Sentence
    what: Sentence
    next: Sentence


_NOT_OPENED = _l("This link could not be opened")
_AGAIN = _l("Go back to your course and open the link again.")
_ADMINISTRATOR = _l(
    "Tell the administrator of your learning platform, and give them the incident number below."
)
_AGAIN_OR_ADMINISTRATOR = _l(
    "Go back to your course and open the link again. If it happens again, tell the administrator of your "
    "learning platform, and give them the incident number below."
)


def _launch(what: Sentence, next_: Sentence = _AGAIN_OR_ADMINISTRATOR) -> Trouble:
    return Trouble(title=_NOT_OPENED, what=what, next=next_)


_NOT_REGISTERED = _l("The registration did not succeed")


def _registration(what: Sentence, next_: Sentence) -> Trouble:
    return Trouble(title=_NOT_REGISTERED, what=what, next=next_)


_ANEW = _l(
    "Start the registration again from your learning platform; each attempt needs a fresh link from it."
)
_NEW_CODE = _l("Ask whoever runs Nozimite for a new registration address.")

TROUBLES: Mapping[str, Trouble] = {
    # A launch
    "bad_login": _launch(_l("Your learning platform's request to log in is not complete.")),
    "unknown_platform": _launch(
        _l(
            "Nozimite does not know the learning platform that this link comes from, or does not know it "
            "uniquely."
        ),
        _l("The administrator of your learning platform has to register Nozimite there first."),
    ),
    "platform_said": _launch(_l("Your learning platform refused to open the link.")),
    "missing_token": _launch(_l("Your learning platform sent no information about who opens the link.")),
    "missing_state": _launch(_l("Your learning platform sent an answer that belongs to no request of ours.")),
    "unknown_state": _launch(_l("This link was opened too long ago, or not from your course."), _AGAIN),
    "bad_signature": _launch(
        _l("The signature of your learning platform does not fit the keys that it publishes."),
        _AGAIN_OR_ADMINISTRATOR,
    ),
    "bad_token": _launch(
        _l(
            "What your learning platform says about this launch is incomplete, too old, or meant for someone "
            "else."
        ),
        _l(
            "Go back to your course and open the link again. If it happens again, the clock of the learning "
            "platform "
            "may be wrong: tell its administrator, and give them the incident number below."
        ),
    ),
    "replayed": _launch(
        _l("This page was loaded a second time. For your safety, each opening works once."), _AGAIN
    ),
    "key_set_unreachable": _launch(
        _l(
            "Your learning platform's keys cannot be fetched at the moment, so nobody can say whether this "
            "is you."
        ),
        _l("Try again in a few minutes. If it stays so, tell the administrator of your learning platform."),
    ),
    "wrong_version": _launch(
        _l("Your learning platform speaks another version of LTI. Nozimite needs LTI 1.3."), _ADMINISTRATOR
    ),
    "wrong_message": _launch(
        _l("Your learning platform sent a kind of message that Nozimite does not know."), _ADMINISTRATOR
    ),
    "no_deployment": _launch(
        _l("Your learning platform did not say which of its deployments the link belongs to."), _ADMINISTRATOR
    ),
    "wrong_target": _launch(
        _l("The link asks for a page on another site than this one."),
        _l("A teacher of the course should delete the link and place the badge again."),
    ),
    "unbound": _launch(
        _l("Your browser blocks what Nozimite needs to be sure that it is you who opened this link."),
        _l("Allow cookies for this site, or use another browser, then open the link again from your course."),
    ),
    "ticket_over": _launch(_l("This page was left open too long, or was used already."), _AGAIN),
    "session_over": Trouble(
        title=_l("This page has been open too long"),
        what=_l("For your safety, a page opened from a course stops working after a while."),
        next=_l("Nothing is lost. Go back to your course and open the link again."),
    ),
    # A registration
    "registration_bad_address": _registration(
        _l("An address that the learning platform gave may not be called from here."),
        _l(
            "Check that the platform runs on https with a public address. For a test on a private network, "
            "the "
            "operator of Nozimite can allow private addresses in its settings."
        ),
    ),
    "registration_unreachable": _registration(
        _l("The learning platform cannot be reached from Nozimite's server."),
        _l("Check firewall and certificate of the platform, then start the registration again."),
    ),
    "registration_not_a_platform": _registration(
        _l("The address does not give the configuration of an LTI 1.3 platform."), _ANEW
    ),
    "registration_issuer_mismatch": _registration(
        _l("The configuration names another learning platform than the one it comes from."),
        _l("Check the platform's own address (in Moodle: wwwroot), then start the registration again."),
    ),
    "registration_unsupported": _registration(
        _l("This learning platform does not offer what Nozimite needs."), _ADMINISTRATOR
    ),
    "registration_token_used": _registration(
        _l("The learning platform says that its registration link was used already or has expired."), _ANEW
    ),
    "registration_refused": _registration(_l("The learning platform refused the registration."), _ANEW),
    "registration_no_platform": _registration(
        _l("This address is meant to be opened by a learning platform, which then says who it is."),
        _l(
            "Paste this page's address into your learning platform: in Moodle under “Manage tools”, as the "
            "tool "
            "URL; in Canvas under “Developer keys”, as the registration URL."
        ),
    ),
    "registration_no_code": _registration(
        _l(
            "The registration address holds no invitation code, so nobody can say that you may register here."
        ),
        _NEW_CODE,
    ),
    "registration_bad_code": _registration(
        _l("The invitation in this registration address was used already, has expired, or never was."),
        _NEW_CODE,
    ),
    # Anything
    "not_allowed": Trouble(
        title=_l("This is not for you to do"),
        what=_l("The page you asked for is for teachers of the course."),
        next=_AGAIN,
    ),
    "not_found": Trouble(
        title=_l("There is nothing here"),
        what=_l("What you are looking for does not exist, or no longer does."),
        next=_l("Check the address: a character may have been lost when it was copied."),
    ),
    "http_400": Trouble(
        title=_l("This request could not be understood"),
        what=_l("Something in the request is missing or not as it should be."),
        next=_l("Go back and try again."),
    ),
    "http_405": Trouble(
        title=_l("This page cannot be opened like that"),
        what=_l("This address only takes what a form of ours sends to it."),
        next=_AGAIN,
    ),
    "http_413": Trouble(
        title=_l("This file is too big"),
        what=_l("A badge is a small file. Nozimite takes files of up to 5 MB."),
        next=_l("Choose the badge itself: the picture as you received it, not a photograph or a scan of it."),
    ),
    "http_500": Trouble(
        title=_l("Something went wrong on our side"),
        what=_l("It is not your fault, and nothing that was already accepted is lost."),
        next=_l(
            "Try again in a few minutes. If it stays so, give the incident number below to whoever runs this "
            "site."
        ),
    ),
    "http_503": Trouble(
        title=_l("Just a moment"),
        what=_l("Nozimite is busy or being looked after, and nothing that was already accepted is lost."),
        next=_l("Try again in half a minute."),
    ),
}
TROUBLES = {**TROUBLES, "http_404": TROUBLES["not_found"]}

#: By the `error` of the form a platform posts in place of a launch (OpenID Connect, and Canvas's own).
PLATFORM_SAID: Mapping[str, Trouble] = {
    "launch_no_longer_valid": _launch(
        _l("This page was loaded a second time. Your learning platform lets each opening work once."), _AGAIN
    ),
    "login_required": _launch(
        _l(
            "Your learning platform does not know who you are: your login there has ended, or the browser "
            "hides it."
        ),
        _l(
            "Log in to your learning platform again, allow its cookies, and open the link from your course. "
            "It may "
            "help to open it in a new tab."
        ),
    ),
    "unauthorized_client": _launch(
        _l("Nozimite is switched off in your learning platform."),
        _l("The administrator of your learning platform can switch it on, in Canvas under “Developer keys”."),
    ),
}


def trouble(code: str) -> Trouble:
    return TROUBLES.get(code, TROUBLES["http_400"])


CHANNELS: Mapping[str, Sentence] = {
    "email": _l("E-mail"),
    "mail_folder": _l("E-mail (kept in a folder, as no mail server is set up)"),
}
