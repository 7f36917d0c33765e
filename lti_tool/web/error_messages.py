"""The error messages of the pages: for each code what happened, and what the reader can do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import Sentence, lazy_text
from lti_tool.web.translation import lazy_gettext as _l


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    """`what_happened` and `what_to_do` are whole sentences."""

    title: Sentence
    what_happened: Sentence
    what_to_do: Sentence


_NOT_OPENED = _l("This link could not be opened")
_AGAIN = _l("Go back to your course and open the link again.")
_ADMINISTRATOR = _l(
    "Contact the administrator of your learning platform and give them the incident number below."
)
_AGAIN_OR_ADMINISTRATOR = _l(
    "Go back to your course and open the link again. If it happens again, contact the administrator of your "
    "learning platform and give them the incident number below."
)


def _operator() -> str:
    """Whom to contact, on the page that is being made: the issuer's name, and its e-mail address if it has one."""
    profile = page_issuer().profile
    name = profile.name_in(page_language())
    return f"{name}, {profile.email}" if profile.email else name


_OPERATOR = lazy_text(_operator)


def _launch(what_happened: Sentence, what_to_do: Sentence = _AGAIN_OR_ADMINISTRATOR) -> ErrorMessage:
    return ErrorMessage(title=_NOT_OPENED, what_happened=what_happened, what_to_do=what_to_do)


_NOT_REGISTERED = _l("The registration did not succeed")


def _registration(what_happened: Sentence, what_to_do: Sentence) -> ErrorMessage:
    return ErrorMessage(title=_NOT_REGISTERED, what_happened=what_happened, what_to_do=what_to_do)


_REGISTER_AGAIN = _l(
    "Start the registration again from your learning platform: each attempt needs a new link from the platform."
)
_NOT_SIGNED_IN = _l("You are not signed in")
_SIGN_IN_AGAIN = _l("Go back to the page on which you sign in, load it again, and try once more.")
_ASK_OWNER = _l(
    "Ask an owner of the issuer, or whoever installed Nozimite, and give them the incident number below."
)
_SIGN_IN: Mapping[str, tuple[Sentence, Sentence]] = {
    "expired": (_l("The page was open for too long, or was opened in another browser."), _SIGN_IN_AGAIN),
    "invitation_over": (
        _l("The invitation was opened already, or is older than 15 minutes."),
        _l("Ask whoever gave it to you for a new one."),
    ),
    "disabled": (_l("Your account as an operator is disabled."), _ASK_OWNER),
    "no_role": (_l("You have no role at any issuer here."), _ASK_OWNER),
    "another_account": (
        _l("You have shown to be another operator than the one who is signed in."),
        _l("Sign out first, or use a passkey of the account that is signed in."),
    ),
    "passkey_refused": (_l("The passkey could not be checked."), _SIGN_IN_AGAIN),
    "passkey_unknown": (
        _l("This passkey belongs to no operator: it may have been removed."),
        _l("Use another passkey, or ask an owner of the issuer for an invitation."),
    ),
    "passkey_known": (
        _l("This passkey is registered already, or the account has as many passkeys as it may have."),
        _l("Sign in with it, or remove a passkey that you no longer use."),
    ),
    "identity_known": (
        _l("This account of the institution signs in another operator already."),
        _l("Sign in with it, and ask an owner of the issuer for the role."),
    ),
    "provider_unreachable": (
        _l("The sign-in of the institution does not answer."),
        _l("Try again in a few minutes, or sign in with a passkey."),
    ),
    "provider_refused": (_l("The sign-in of the institution has signed nobody in."), _SIGN_IN_AGAIN),
    "provider_wrong": (
        _l("The answer of the institution's sign-in does not fit to what was asked."),
        _l(
            "Try once more. If it happens again, give the incident number below to whoever installed Nozimite."
        ),
    ),
    "not_fresh": (
        _l("The sign-in of the institution did not ask you again who you are."),
        _l("Use a passkey, or sign out at the institution and try again."),
    ),
    "last_way": (
        _l("This is the only way in which you can sign in."),
        _l("Add another passkey before you remove this one."),
    ),
}
_ASK_FOR_NEW_CODE = _l(
    "Ask the operator of this service for a new registration address: %(operator)s.", operator=_OPERATOR
)

ERROR_MESSAGES: Mapping[str, ErrorMessage] = {
    # A launch
    "bad_login": _launch(_l("The login request from your learning platform is incomplete.")),
    "unknown_platform": _launch(
        _l("The learning platform that this link comes from is not registered with Nozimite."),
        _l(
            "Contact the administrator of your learning platform: Nozimite has to be registered there first, "
            "and only once."
        ),
    ),
    "platform_said": _launch(_l("Your learning platform refused to open the link.")),
    "missing_token": _launch(_l("Your learning platform did not say who is opening the link.")),
    "missing_state": _launch(
        _l("Your learning platform sent an answer that does not belong to any request from Nozimite.")
    ),
    "unknown_state": _launch(_l("This link was opened too long ago, or not from your course."), _AGAIN),
    "bad_signature": _launch(
        _l("The signature of your learning platform does not match the keys that it publishes."),
        _AGAIN_OR_ADMINISTRATOR,
    ),
    "bad_token": _launch(
        _l(
            "The information from your learning platform about this link is incomplete, out of date, or meant "
            "for another tool."
        ),
        _l(
            "Go back to your course and open the link again. If it happens again, the clock of the learning "
            "platform may be wrong: contact its administrator and give them the incident number below."
        ),
    ),
    "replayed": _launch(
        _l("This page was loaded a second time. For your security, it can be loaded only once."), _AGAIN
    ),
    "key_set_unreachable": _launch(
        _l(
            "The keys of your learning platform cannot be fetched at the moment, so Nozimite cannot confirm "
            "who you are."
        ),
        _l(
            "Try again in a few minutes. If the problem continues, contact the administrator of your learning "
            "platform."
        ),
    ),
    "wrong_version": _launch(
        _l("Your learning platform uses another version of LTI. Nozimite needs LTI 1.3."), _ADMINISTRATOR
    ),
    "wrong_message": _launch(
        _l("Your learning platform sent a type of message that Nozimite does not support."), _ADMINISTRATOR
    ),
    "platform_disabled": _launch(
        _l("Nozimite is switched off for your learning platform. Badges that were awarded stay valid."),
        _l(
            "You can do nothing here yourself. If you need Nozimite in your course, contact the operator of this "
            "service: %(operator)s.",
            operator=_OPERATOR,
        ),
    ),
    "unlisted_deployment": _launch(
        _l("Nozimite is not switched on for this part of your learning platform."),
        _l(
            "Contact the administrator of your learning platform, and give them the incident number below. The "
            "operator of this service can switch Nozimite on for this part: %(operator)s.",
            operator=_OPERATOR,
        ),
    ),
    "no_deployment": _launch(
        _l("Your learning platform did not say which deployment of the tool the link belongs to."),
        _ADMINISTRATOR,
    ),
    "wrong_target": _launch(
        _l("The link leads to a page on another site."),
        _l("Ask a teacher of the course to delete the link and to place the badge again."),
    ),
    "unbound": _launch(
        _l("Your browser blocks what Nozimite needs to confirm that it was you who opened this link."),
        _l("Allow cookies for this site, or use another browser. Then open the link again from your course."),
    ),
    "ticket_over": _launch(_l("This page was open for too long, or was already used."), _AGAIN),
    "session_over": ErrorMessage(
        title=_l("This page was open for too long"),
        what_happened=_l(
            "For your security, a page that was opened from a course stops working after some time."
        ),
        what_to_do=_l("Nothing is lost. Go back to your course and open the link again."),
    ),
    "session_revoked": ErrorMessage(
        title=_l("This page was closed"),
        what_happened=_l(
            "You have come to the course as a learner since you opened this page as a teacher, or the operator of "
            "this service has ended the session."
        ),
        what_to_do=_l(
            "Nothing that was already saved is lost. Go back to your course and open the link again."
        ),
    ),
    # A registration
    "registration_bad_address": _registration(
        _l("The learning platform gave an address that Nozimite is not allowed to open."),
        _l(
            "Check that the platform uses https and a public address. If it is in a private network, the "
            "operator of this service can name its host in the setting PRIVATE_HOSTS."
        ),
    ),
    "registration_unreachable": _registration(
        _l("Nozimite cannot reach the learning platform from its server."),
        _l("Check the firewall and the certificate of the platform, then start the registration again."),
    ),
    "registration_not_a_platform": _registration(
        _l("The address does not lead to the configuration of an LTI 1.3 platform."), _REGISTER_AGAIN
    ),
    "registration_issuer_mismatch": _registration(
        _l("The configuration names a different learning platform from the one that sent it."),
        _l("Check the platform's own address (in Moodle: wwwroot), then start the registration again."),
    ),
    "registration_unsupported": _registration(
        _l("This learning platform does not offer what Nozimite needs."), _ADMINISTRATOR
    ),
    "registration_token_used": _registration(
        _l("The learning platform says that its registration link was already used or has expired."),
        _REGISTER_AGAIN,
    ),
    "registration_refused": _registration(
        _l("The learning platform refused the registration."), _REGISTER_AGAIN
    ),
    "registration_client_of_another": _registration(
        _l(
            "The client ID that your learning platform gave to Nozimite is already in use here for another institution."
            " Nothing was registered."
        ),
        _l(
            "Remove Nozimite in your learning platform and start the registration again, so that the platform gives "
            "another client ID. If that does not help, contact the operator of this service: %(operator)s.",
            operator=_OPERATOR,
        ),
    ),
    "registration_no_platform": _registration(
        _l("This address is for learning platforms: it cannot be opened directly."),
        _l(
            "Paste this page's address into your learning platform: in Moodle under “Manage tools”, as the "
            "tool URL; in Canvas under “Developer keys”, as the registration URL."
        ),
    ),
    "registration_no_code": _registration(
        _l("The registration address has no invitation code. Only invited platforms can register here."),
        _ASK_FOR_NEW_CODE,
    ),
    "registration_bad_code": _registration(
        _l("The invitation in this registration address was already used, has expired, or does not exist."),
        _ASK_FOR_NEW_CODE,
    ),
    "registration_in_progress": _registration(
        _l(
            "A registration with this address is already running, perhaps because the button was pressed twice."
        ),
        _l(
            "Wait five minutes, then look whether your learning platform lists Nozimite among its tools. If it does "
            "not, start the registration again."
        ),
    ),
    # Anything
    "not_allowed": ErrorMessage(
        title=_l("You do not have permission to open this page"),
        what_happened=_l("This page is for teachers of the course."),
        what_to_do=_l("If you teach this course, go back to it and open the link again."),
    ),
    "operator_not_allowed": ErrorMessage(
        title=_l("You do not have permission to open this page"),
        what_happened=_l(
            "Your role at this issuer does not let you do this, or the page was open for too long."
        ),
        what_to_do=_l(
            "Load the page before this one again. If you need to do this, ask an owner of the issuer for a role."
        ),
    ),
    **{
        f"operator_{code}": ErrorMessage(
            title=_NOT_SIGNED_IN, what_happened=what_happened, what_to_do=what_to_do
        )
        for code, (what_happened, what_to_do) in _SIGN_IN.items()
    },
    "organisation_refused": ErrorMessage(
        title=_l("This could not be signed"),
        what_happened=_l("The organisation may not sign this now, or the link takes no more answers."),
        what_to_do=_l("Load the page before this one again: it says what is missing."),
    ),
    "badge_revoked": ErrorMessage(
        title=_l("This badge was revoked"),
        what_happened=_l("The badge is no longer valid, so its files are not given out any more."),
        what_to_do=_l("Open the page of the badge: it says when and why."),
    ),
    "badge_removed": ErrorMessage(
        title=_l("This badge is no longer kept here"),
        what_happened=_l(
            "What named its learner was deleted here, and the badge with it. It was not revoked by that."
        ),
        what_to_do=_l(
            "Whoever has the file of the badge can still have it checked: choose “Check a badge” and hand in the file."
        ),
    ),
    "no_author": ErrorMessage(
        title=_l("You do not have permission to open this page"),
        what_happened=_l(
            "Badges are written, published and placed by those who teach the course, write its content or "
            "administer it. For this visit, your learning platform named no such role of yours."
        ),
        what_to_do=_l(
            "If you have such a role, open the link again from the course as yourself: not as somebody else, "
            "and not in the student view."
        ),
    ),
    "link_ended": ErrorMessage(
        title=_l("This link shows no badge"),
        what_happened=_l(
            "It has ended, or part of its address was lost. Learners decide for how long the links to their "
            "badges work."
        ),
        what_to_do=_l("Ask whoever sent you the link for a new one."),
    ),
    "feedback_link_over": ErrorMessage(
        title=_l("This link asks nothing any more"),
        what_happened=_l(
            "It was answered, has ended or was withdrawn: each link is for one answer. If the answer was yours, it was "
            "counted, and you have nothing more to do."
        ),
        what_to_do=_l("If you have not answered, ask whoever sent you the link for a new one."),
    ),
    "exchange_over": ErrorMessage(
        title=_l("This link for a wallet is over"),
        what_happened=_l(
            "It works for ten minutes and while the badge is valid, and another wallet may have used it already."
        ),
        what_to_do=_l("Make a new one on the page of your badge, under “Keep this badge”."),
    ),
    "presentation_refused": ErrorMessage(
        title=_l("The wallet has not proved its key"),
        what_happened=_l(
            "What it signed is not what it was asked to sign, or is not signed with its own key."
        ),
        what_to_do=_l("Make a new link on the page of your badge, and open it in the wallet again."),
    ),
    "not_bound": ErrorMessage(
        title=_l("The badge cannot be bound to this wallet"),
        what_happened=_l("The badge is bound to many keys already, or the issuer cannot bind badges now."),
        what_to_do=_l("On the page of your badge, put it into the wallet as it is."),
    ),
    "not_found": ErrorMessage(
        title=_l("Page not found"),
        what_happened=_l("This page does not exist, or no longer exists."),
        what_to_do=_l("Check the address: part of it may have been lost when it was copied."),
    ),
    "http_400": ErrorMessage(
        title=_l("This request could not be understood"),
        what_happened=_l("Something in the request is missing or incorrect."),
        what_to_do=_l("Go back and try again."),
    ),
    "http_405": ErrorMessage(
        title=_l("Open this from your course"),
        what_happened=_l("This page cannot be opened directly by its address."),
        what_to_do=_l("Go back to your course, or to the page that you came from, and try again from there."),
    ),
    "http_413": ErrorMessage(
        title=_l("This file is too large"),
        what_happened=_l("A badge is a small file. Nozimite accepts files of up to 5 MB."),
        what_to_do=_l("Choose the badge file as you received it, not a photo or a scan of it."),
    ),
    "http_429": ErrorMessage(
        title=_l("Too many requests"),
        what_happened=_l(
            "More requests came from you or from your network within a minute than Nozimite answers. Nothing that was "
            "already saved is lost."
        ),
        what_to_do=_l("Wait a minute, then try again. If you came from a course, open the link there again."),
    ),
    "http_500": ErrorMessage(
        title=_l("Something went wrong on our side"),
        what_happened=_l("It is not your fault, and nothing that was already saved is lost."),
        what_to_do=_l(
            "Try again in a few minutes. If the problem continues, give the incident number below to the "
            "operator of this service: %(operator)s.",
            operator=_OPERATOR,
        ),
    ),
    "busy": ErrorMessage(
        title=_l("Please wait a moment"),
        what_happened=_l("Nozimite is working on several requests of this kind, so it did not accept yours."),
        what_to_do=_l("Try again in a moment."),
    ),
    "http_503": ErrorMessage(
        title=_l("Please wait a moment"),
        what_happened=_l("Nozimite is busy or under maintenance. Nothing that was already saved is lost."),
        what_to_do=_l("Try again in half a minute."),
    ),
}
ERROR_MESSAGES = {**ERROR_MESSAGES, "http_404": ERROR_MESSAGES["not_found"]}

#: By the `error` of the form that a platform posts in place of a launch (OpenID Connect, and Canvas's own).
PLATFORM_ERRORS: Mapping[str, ErrorMessage] = {
    "launch_no_longer_valid": _launch(
        _l("This page was loaded a second time. Your learning platform lets it be loaded only once."), _AGAIN
    ),
    "login_required": _launch(
        _l(
            "Your learning platform does not know who you are: you are no longer logged in there, or your "
            "browser hides it."
        ),
        _l(
            "Log in to your learning platform again, allow its cookies, and open the link from your course. "
            "Opening it in a new tab may help."
        ),
    ),
    "unauthorized_client": _launch(
        _l("Nozimite is switched off in your learning platform."),
        _l(
            "Ask the administrator of your learning platform to switch it on (in Canvas under “Developer keys”)."
        ),
    ),
}


def already_registered(registration_id: int) -> ErrorMessage:
    """The message for a client that is registered already, with the command by which the operator changes it."""
    return _registration(
        _l(
            "Your learning platform is already registered with Nozimite under this client ID. Nothing was changed."
        ),
        _l(
            "Contact the operator of this service, %(operator)s. They can change the registration with this command: "
            "%(command)s",
            operator=_OPERATOR,
            command=f"python -m lti_tool platforms update {registration_id}",
        ),
    )


def error_message(code: str) -> ErrorMessage:
    """The message for a code of LaunchError, `registration_` and one of RegistrationError, or `http_` and a status."""
    return ERROR_MESSAGES.get(code, ERROR_MESSAGES["http_400"])


CHANNELS: Mapping[str, Sentence] = {
    "email": _l("E-mail"),
    "mail_folder": _l("E-mail (saved in a folder: no mail server is set up)"),
    "moodle_notification": _l("Notification in Moodle"),
    "gradebook": _l("Gradebook"),
    "wallet": _l("Wallet"),
}
