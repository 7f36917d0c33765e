"""From a Report's codes to four answers a person understands, each with its light.

Green only for what was proven. What could not be found out is amber, never green; an issuer this tool does
not know is amber, never red. What a code means stands in badges.sentences; here is only what the page says in short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from badges.eu import elements, readers
from badges.eu.elements import Reading
from badges.sentences import sentence
from badges.template.model import Texts
from badges.verify import Check, Report, Verdict
from lti_tool.values import Json
from lti_tool.web.error_messages import Sentence
from lti_tool.web.languages import page_language

Light = Literal["yes", "unsure", "no"]

MANDATORY = sum(element.mandatory for element in elements.ELEMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`short` is the answer in a few words, `long` what it means for the reader."""

    question: Sentence
    light: Light
    short: Sentence
    long: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything a page says about a badge. `unreadable` stands alone, where nothing could be read."""

    light: Light
    headline: Sentence
    lights: tuple[Answer, ...] = ()
    name: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    criteria: Texts = field(default_factory=dict)
    issuer_name: str = ""
    issuer_url: str | None = None
    readings: tuple[Reading, ...] = ()
    mandatory: int = 0
    unreadable: Sentence | None = None


def answers(report: Report, own_issuer_id: str) -> Answers:
    """What to tell people about `report`."""
    checks = {check.name: check for check in report.checks}
    if report.credential is None:
        return Answers(
            light="unsure",
            headline=_l("No badge found in this file")
            if checks["parsed"].code in NO_BADGE
            else _l("This file could not be checked"),
            unreadable=said(checks["parsed"]),
        )
    credential = report.credential
    issuer_name, issuer_id = _issuer(credential)
    known = issuer_id == own_issuer_id
    readings = elements.read(credential)
    lights = (
        _changed(checks["proof"]),
        _who(checks, issuer_name, issuer_id, known),
        _valid(checks["proof"], checks["key_of_issuer"], checks["status"], checks["validity"]),
    )
    light, headline = _headline(report.verdict, checks["proof"], known)
    return Answers(
        light=light,
        headline=headline,
        lights=lights,
        name=readers.name(credential),
        description=readers.description(credential),
        criteria=readers.criteria(credential),
        issuer_name=issuer_name,
        issuer_url=_web_address(_object(credential, "issuer").get("url")),
        readings=readings,
        mandatory=sum(reading.element.mandatory for reading in readings),
    )


def _headline(verdict: Verdict, proof: Check, known: bool) -> tuple[Light, Sentence]:
    if verdict == "verified" and not known:
        return "unsure", _l("This badge is genuine. Decide whether you trust its issuer.")
    if verdict == "changed" and proof.code not in PROVEN_CHANGED:
        return "no", _l("The signature of this badge does not prove its content")
    return HEADLINES.get(verdict, HEADLINES["unverifiable"])


HEADLINES: Mapping[str, tuple[Light, Sentence]] = {
    "verified": ("yes", _l("This badge is genuine and valid")),
    "revoked": ("no", _l("This badge has been revoked")),
    "suspended": ("no", _l("This badge is suspended")),
    "expired": ("no", _l("This badge has expired")),
    "not_yet_valid": ("no", _l("This badge is not valid yet")),
    "changed": ("no", _l("This badge was changed")),
    "wrong_issuer": ("no", _l("This badge was not issued by the issuer it names")),
    "wrong_recipient": ("no", _l("This badge was awarded to somebody else")),
    "unverifiable": ("unsure", _l("This badge could not be checked fully")),
    "unusable": ("no", _l("This badge does not follow the Open Badges standard")),
}


#: The file was read, and there is no badge in it.
NO_BADGE = frozenset({"empty", "not_a_badge", "no_credential"})

# --- Content


#: What holds with a remark holds all the same.
HOLDS = ("passed", "warning")
#: The signature, or the copy that the issuer publishes, proves that the content was changed.
PROVEN_CHANGED = frozenset({"bad_signature", "differs_from_hosted"})


def _changed(proof: Check) -> Answer:
    light: Light = "no" if proof.outcome == "failed" else "unsure"
    short = _open(proof)
    if proof.outcome in HOLDS:
        light, short = "yes", _l("Not changed")
    elif proof.code in PROVEN_CHANGED:
        short = _l("Changed")
    return Answer(question=_l("Content"), light=light, short=short, long=said(proof))


def _open(*checks: Check) -> Sentence:
    """What to say where nothing is proven: because a check failed, or because it could not be made."""
    if any(check.outcome == "failed" or check.code == "no_proof" for check in checks):
        return _l("Not proven")
    return _l("Could not be checked")


# --- Issuer


def _who(checks: Mapping[str, Check], name: str, issuer_id: str, known: bool) -> Answer:
    question = _l("Issuer")
    shown = name or issuer_id
    key = checks["key_of_issuer"]
    if not shown:
        return Answer(
            question=question,
            light="no" if key.outcome == "failed" else "unsure",
            short=_l("Issuer unknown"),
            long=_l("The badge does not say who issued it."),
        )
    if key.outcome == "failed":
        return Answer(
            question=question,
            light="no",
            short=_("Not issued by %(issuer)s", issuer=shown),
            long=_(
                "The badge names %(issuer)s as its issuer, but it was signed with somebody else's key. Do not "
                "rely on it.",
                issuer=shown,
            ),
        )
    if key.outcome != "passed":
        return Answer(
            question=question,
            light="unsure",
            short=_("Claims to be %(issuer)s (not proven)", issuer=shown),
            long=said(key),
        )
    place = _place(issuer_id)
    if known:
        return Answer(
            question=question,
            light="yes",
            short=shown,
            long=_("Signed with the key of %(issuer)s, which issues badges on this site.", issuer=shown),
        )
    return Answer(
        question=question,
        light="unsure",
        short=shown,
        long=_(
            "Signed with the key published at %(place)s, by an issuer called “%(issuer)s”. This site does not "
            "know this issuer: check that the address really belongs to it.",
            place=place,
            issuer=shown,
        ),
    )


# --- Validity


def _valid(proof: Check, key: Check, status: Check, validity: Check) -> Answer:
    question = _l("Validity")
    if status.outcome == "failed":
        short = _l("Suspended") if status.code == "suspended" else _l("Revoked")
        return Answer(question=question, light="no", short=short, long=said(status))
    if validity.outcome == "failed":
        short = DATES.get(validity.code, _l("Not valid"))
        return Answer(question=question, light="no", short=short, long=said(validity))
    if proof.outcome not in HOLDS or key.outcome != "passed":
        return Answer(
            question=question,
            light="unsure",
            short=_open(proof, key),
            long=_l("Without a valid signature the validity cannot be confirmed."),
        )
    if status.outcome not in HOLDS:
        return Answer(question=question, light="unsure", short=_l("Could not be checked"), long=said(status))
    return Answer(question=question, light="yes", short=_l("Valid"), long=f"{said(status)} {said(validity)}")


DATES: Mapping[str, Sentence] = {
    "expired": _l("Expired"),
    "not_yet_valid": _l("Not valid yet"),
    "no_dates": _l("Dates cannot be read"),
}

#: The checks that the answers are about; the others say how well the badge is made.
_ANSWERED = frozenset({"proof", "key_of_issuer", "status", "validity", "recipient"})


def notes(checks: Sequence[Check]) -> tuple[str, ...]:
    """The technical remarks: the ways in which the badge is not as the standard requires."""
    return tuple(
        said(check)
        for check in checks
        if check.outcome != "passed" and check.code != "not_checked" and check.name not in _ANSWERED
    )


def said(check: Check) -> str:
    """What the check found, in the language of the page."""
    return sentence(check.name, check.code, page_language())


def _issuer(credential: Json) -> tuple[str, str]:
    """Name, in the page's language where it says that, and id, as the credential says; either may be empty."""
    found = credential.get("issuer")
    if isinstance(found, str):
        return "", found
    profile = _object(credential, "issuer")
    name, legal = _text(profile, "name"), _object(profile, "legalName")
    if name in legal.values():
        name = _text(legal, page_language()) or name
    return name, _text(profile, "id")


def _place(issuer_id: str) -> str:
    """The part of an issuer's id that somebody can check: the web host, or the whole id."""
    if issuer_id.startswith("did:web:"):
        return issuer_id.removeprefix("did:web:").split(":")[0].replace("%3A", ":")
    try:
        return urlsplit(issuer_id).hostname or issuer_id
    except ValueError:
        return issuer_id


def _object(value: Any, name: str) -> Json:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Json, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _web_address(value: object) -> str | None:
    """A stranger's address, where it is one that may stand in a link."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None
