"""Why something was not signed, shown or proved, in words, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.errors import DomainError, OrganisationError
from lti_tool.web.error_messages import ErrorMessage
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

_PROBLEMS: Mapping[str, Sentence] = {
    "not_proved": _l(
        "Not signed: the domain does not show now that it is yours. Check it on your own page, then sign again."
    ),
    "answered_already": _l(
        "Not signed: you have signed something about this already. Withdraw that on your own page first."
    ),
    "answered_by_domain": _l(
        "Not signed: somebody else who controls this domain has signed something about this already. They withdraw it "
        "first, or invite you to sign with them."
    ),
    "withdrawn": _l("Not shown: the organisation has withdrawn it, or the key that signed it."),
    "name_is_domain": _l(
        "Not invited: this name is a domain, and whoever controls it shows that without you. Write the organisation's "
        "name in words."
    ),
    "name_mixes_scripts": _l(
        "Not invited: a word of the name has letters of two alphabets, which look alike. Type it anew."
    ),
    "nothing_said": _l("Not signed: say something first."),
    "no_domain": _l(
        "This is no domain. Type it as in the address of your website, such as school.example.org."
    ),
    "two_domains": _l(
        "This domain is read in two ways. Type it in the form that begins with xn--, as your registrar shows it."
    ),
    "refused_address": _l("This domain leads to no public address, so it cannot be checked."),
    "unreachable": _l("The web server of the domain does not answer over https. Try again, or use the DNS."),
    "redirected": _l(
        "The address of the file leads to another one, which is not followed. Put the file where it is asked for."
    ),
    "absent": _l("There is no such file yet, and no such record in the DNS. A new record may take an hour."),
    "web_page": _l(
        "At the address of the file there is a web page. It has to be a plain text with the line alone."
    ),
    "another": _l("The file is there, but it does not have the line shown below."),
}


#: Why nobody can sign by a link now, and what to do: on the page of the link, or on one that has nothing else.
_REFUSALS: Mapping[str, tuple[Sentence, Sentence]] = {
    "closed": (
        _l("This organisation was closed: it signs nothing more."),
        _l("Ask whoever invited it, or whoever runs this site."),
    ),
    "too_many": (
        _l("This link has all the answers that it takes."),
        _l("Ask whoever gave it to you for another one."),
    ),
    "takes_no_answers": (
        _l("The learner takes no answers by this link."),
        _l("Ask them to open it for answers."),
    ),
    "badge_not_valid": (
        _l("This badge is not valid now: it was revoked or suspended, or its time is over."),
        _l("Nothing can be signed about it. Talk to the learner who showed it to you."),
    ),
    "retired": (
        _l("This version of the badge is no longer offered, so nothing more is signed about it."),
        _l("Ask whoever gave you the link for one of a newer version."),
    ),
    "not_confirmed": (
        _l("It is not confirmed at present who this issuer is, so nothing is signed about it."),
        _l("Try again in a few days, or ask whoever gave you the link."),
    ),
}


def problem_of(error: OrganisationError | DomainError) -> str:
    """Why nothing was signed or proved, and what to do."""
    if error.code in _REFUSALS:
        return " ".join(str(each) for each in _REFUSALS[error.code])
    return str(_PROBLEMS.get(error.code, error.code))


def refusal_of(error: OrganisationError) -> ErrorMessage | None:
    """The same as a page of its own; None where the usual one says it."""
    if error.code not in _REFUSALS:
        return None
    what_happened, what_to_do = _REFUSALS[error.code]
    return ErrorMessage(
        title=_l("This could not be signed"), what_happened=what_happened, what_to_do=what_to_do
    )
