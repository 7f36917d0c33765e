"""From a Report's codes to four answers a person understands, each with its light.

Green only for what was proven. What could not be found out is amber, never green; an issuer this tool does
not know is amber, never red.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from badges import eu
from badges.eu import Reading
from badges.verify import Check, Report
from lti_tool.values import Json
from lti_tool.web.sentences import Sentence

Light = Literal["yes", "unsure", "no"]

MANDATORY = sum(element.mandatory for element in eu.ELEMENTS)


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
    name: str = ""
    description: str = ""
    criteria: str = ""
    language: str = ""
    """In which name, description and criteria are written, as far as the credential says."""
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
            light="no",
            headline=_l("This is not a badge that can be checked"),
            unreadable=UNREADABLE.get(checks["parsed"].code, UNREADABLE["unreadable_json"]),
        )
    credential = report.credential
    issuer_name, issuer_id = _issuer(credential)
    known = issuer_id == own_issuer_id
    readings = eu.read(credential)
    achievement = _object(_object(credential, "credentialSubject"), "achievement")
    lights = (
        _changed(checks["proof"]),
        _who(checks, issuer_name, issuer_id, known),
        _valid(checks["proof"], checks["key_of_issuer"], checks["status"], checks["validity"]),
    )
    light, headline = _headline(report, known)
    return Answers(
        light=light,
        headline=headline,
        lights=lights,
        name=_text(achievement, "name") or _text(credential, "name"),
        description=_text(achievement, "description"),
        criteria=_text(_object(achievement, "criteria"), "narrative"),
        language=_language(_text(achievement, "inLanguage")),
        issuer_name=issuer_name,
        issuer_url=_web_address(_object(credential, "issuer").get("url")),
        readings=readings,
        mandatory=sum(reading.element.mandatory for reading in readings),
    )


def _headline(report: Report, known: bool) -> tuple[Light, Sentence]:
    if report.verdict == "verified" and not known:
        return "unsure", _l("This badge is genuine. Whether you trust its issuer is for you to say.")
    return HEADLINES.get(report.verdict, HEADLINES["unverifiable"])


HEADLINES: Mapping[str, tuple[Light, Sentence]] = {
    "verified": ("yes", _l("This badge is genuine and valid")),
    "revoked": ("no", _l("This badge has been revoked")),
    "suspended": ("no", _l("This badge is suspended")),
    "expired": ("no", _l("This badge has expired")),
    "not_yet_valid": ("no", _l("This badge is not valid yet")),
    "changed": ("no", _l("This badge was changed")),
    "wrong_issuer": ("no", _l("This badge does not come from whom it names")),
    "unverifiable": ("unsure", _l("This badge could not be checked fully")),
    "unusable": ("no", _l("This is not an Open Badge as the standard demands")),
}


# --- Not changed?


def _changed(proof: Check) -> Answer:
    question = _l("Not changed?")
    if proof.outcome in HOLDS:
        return Answer(
            question=question,
            light="yes",
            short=_l("Not changed"),
            long=PROOF_REMARKS.get(proof.code, _l("Not a letter was changed since it was signed.")),
        )
    if proof.code in PROOF_FAILURES:
        return Answer(question=question, light="no", short=_l("Changed"), long=PROOF_FAILURES[proof.code])
    return Answer(
        question=question,
        light="no" if proof.outcome == "failed" else "unsure",
        short=_l("Nobody can tell"),
        long=PROOF_DOUBTS.get(proof.code, PROOF_DOUBTS["could_not_check"]),
    )


#: A proof with a remark holds all the same.
HOLDS = ("passed", "warning")
PROOF_REMARKS: Mapping[str, Sentence] = {
    "key_revoked_since": _l(
        "The key that signed it was taken back later. The issuer still gives out this very badge, so it counts."
    ),
}
PROOF_FAILURES: Mapping[str, Sentence] = {
    "bad_signature": _l("The signature does not fit: it was changed after it was signed. Do not rely on it."),
    "claims_disagree": _l("Its signed frame and its content contradict each other. Do not rely on it."),
    "malformed": _l("The signature is damaged. Ask for the badge again, as the issuer gave it out."),
}
PROOF_DOUBTS: Mapping[str, Sentence] = {
    "key_revoked": _l(
        "The key that signed it was taken back, so anybody may have signed it, with any date. Ask the issuer."
    ),
    "key_revoked_before": _l("The key that signed it had been taken back by then. Do not rely on it."),
    "no_proof": _l("There is no signature in it, so anybody may have written it."),
    "unknown_proof": _l("It is signed in a way that this page does not know."),
    "wrong_algorithm": _l("It is signed in a way that this page does not accept."),
    "unpinned_context": _l(
        "It uses words whose meaning this page does not know, so the signature cannot be checked."
    ),
    "key_not_found": _l(
        "The issuer's key could not be fetched, so the signature cannot be checked now. Try again later."
    ),
    "could_not_check": _l("The signature could not be checked."),
    "unsafe": _l("It holds words that the signature does not cover, so nobody can say what was signed."),
    "wrong_purpose": _l("The signature was made for another purpose than to award a badge."),
    "proof_expired": _l("The signature was made for a time that is over."),
    "unreadable": _l("The signature cannot be read."),
}

# --- Who issued it?


def _who(checks: Mapping[str, Check], name: str, issuer_id: str, known: bool) -> Answer:
    question = _l("Who issued it?")
    shown = name or issuer_id or _("an unknown issuer")
    key = checks["key_of_issuer"]
    if key.outcome == "failed":
        return Answer(
            question=question,
            light="no",
            short=_("Not %(issuer)s", issuer=shown),
            long=_(
                "It names %(issuer)s, but was signed with somebody else's key. Do not rely on it.",
                issuer=shown,
            ),
        )
    if key.outcome != "passed":
        return Answer(
            question=question,
            light="unsure",
            short=_("%(issuer)s, it says", issuer=shown),
            long=_l("That is only what it says: as the signature was not proven, the issuer is not either."),
        )
    place = _place(issuer_id)
    if known:
        return Answer(
            question=question,
            light="yes",
            short=shown,
            long=_("Signed with the key of %(issuer)s, which issues its badges here.", issuer=shown),
        )
    return Answer(
        question=question,
        light="unsure",
        short=shown,
        long=_(
            "Signed with the key that %(place)s publishes. It calls itself “%(issuer)s”. Nozimite does not "
            "know it: "
            "check that this address is really theirs.",
            place=place,
            issuer=shown,
        ),
    )


# --- Still valid?


def _valid(proof: Check, key: Check, status: Check, validity: Check) -> Answer:
    question = _l("Still valid?")
    if status.outcome == "failed":
        if status.code == "suspended":
            short, long = _l("Suspended"), _l("The issuer has suspended it. Ask them why.")
        else:
            short, long = _l("Revoked"), _l("The issuer has taken it back. It no longer counts.")
        return Answer(question=question, light="no", short=short, long=long)
    if validity.outcome == "failed":
        short, long = DATES.get(validity.code, DATES["no_dates"])
        return Answer(question=question, light="no", short=short, long=long)
    if proof.outcome not in HOLDS or key.outcome != "passed":
        return Answer(
            question=question,
            light="unsure",
            short=_l("Nobody can tell"),
            long=_l("As the signature was not proven, what it says of its validity is not either."),
        )
    if status.outcome != "passed":
        return Answer(
            question=question,
            light="unsure",
            short=_l("Nobody can tell right now"),
            long=STATUS_DOUBTS.get(status.code, STATUS_DOUBTS["list_unreadable"]),
        )
    if status.code == "no_status":
        long = _l("Its issuer keeps no list of revoked badges, and it has not expired.")
    else:
        long = _l("The issuer's list says that it was not revoked, and it has not expired.")
    return Answer(question=question, light="yes", short=_l("Valid"), long=long)


DATES: Mapping[str, tuple[Sentence, Sentence]] = {
    "expired": (_l("Expired"), _l("The time for which it was given is over.")),
    "not_yet_valid": (_l("Not yet"), _l("It begins to be valid at a later date.")),
    "no_dates": (_l("No"), _l("Its dates cannot be read.")),
}
STATUS_DOUBTS: Mapping[str, Sentence] = {
    "not_checked": _l("Whether it was revoked could not be asked."),
    "unknown_status": _l("The issuer says in a way unknown to this page whether a badge was revoked."),
    "list_not_reached": _l(
        "The issuer's list of revoked badges cannot be reached. That does not mean that it is valid: try "
        "again later."
    ),
    "list_unreadable": _l(
        "The issuer's list of revoked badges cannot be read. That does not mean that it is valid."
    ),
    "list_not_proven": _l(
        "The issuer's list of revoked badges is not signed as it should be, so it proves nothing."
    ),
    "list_of_another": _l(
        "The list of revoked badges belongs to somebody else than the issuer, so it proves nothing."
    ),
    "list_outdated": _l("The issuer's list of revoked badges is out of date. Try again later."),
    "list_wrong_purpose": _l("The issuer's list is not one of revoked badges."),
    "list_too_short": _l("The issuer's list of revoked badges is shorter than the standard demands."),
    "no_such_entry": _l("The issuer's list of revoked badges has no place for this badge."),
}

# --- Nothing to check

UNREADABLE: Mapping[str, Sentence] = {
    "empty": _l("There is nothing in it. Choose the file of the badge, or paste its text."),
    "too_large": _l("The file is far too big for a badge. Choose the picture as you received it."),
    "not_a_badge": _l("This is neither a PNG picture nor the text of a badge."),
    "unreadable_json": _l(
        "The text begins like a badge, but cannot be read to its end: a part of it may be lost."
    ),
    "unreadable_jws": _l("The text looks like a signed badge, but cannot be read: a part of it may be lost."),
    "no_credential": _l(
        "The picture holds no badge. A screenshot, or a picture that was edited or sent through a messenger, "
        "loses it: "
        "ask for the original file."
    ),
    "open_badges_2": _l(
        "This is a badge of Open Badges 2.0, the older standard. This page checks Open Badges 3.0 only; ask "
        "the issuer "
        "how to check it."
    ),
    "not_a_png": _l("The file is not a PNG picture."),
    "truncated": _l("The picture is not complete: the end of the file is missing. Download it again."),
    "too_many_chunks": _l("The picture is put together strangely, and was not opened for your safety."),
    "bad_checksum": _l("The picture is damaged. Download it again, or ask for the original file."),
    "bad_order": _l("The picture is put together strangely, and was not opened for your safety."),
    "after_end": _l(
        "There is something behind the end of the picture, and it was not opened for your safety."
    ),
    "bad_text": _l("What is written into the picture cannot be read."),
    "too_many_credentials": _l(
        "The picture holds more than one badge, so nobody can say which one it shows."
    ),
}


def notes(checks: Sequence[Check]) -> tuple[Sentence, ...]:
    """What else is worth knowing: the ways in which the badge is not as the standard demands."""
    return tuple(
        STANDARD[check.code] for check in checks if check.outcome != "passed" and check.code in STANDARD
    )


STANDARD: Mapping[str, Sentence] = {
    "not_open_badges_3": _l("It does not say that it follows Open Badges 3.0."),
    "data_model_1": _l("It follows an older version of the standard than the one this page checks."),
    "other_version": _l("It follows another version of Open Badges 3.0 than 3.0.3."),
    "wrong_type": _l("It is a signed document, but not one that awards an achievement."),
    "no_subject": _l("It does not say to whom it was awarded."),
    "no_recipient": _l("It does not say to whom it was awarded."),
    "no_achievement": _l("It does not say what was achieved."),
    "no_criteria": _l("It does not say what had to be done to earn it."),
    "unknown_result": _l("It gives a result without saying on which scale."),
    "no_issuer": _l("It does not say who issued it."),
    "no_profile": _l("It gives only an address for its issuer, without a name."),
}


def _issuer(credential: Json) -> tuple[str, str]:
    """Name and id, as the credential says; either may be empty."""
    found = credential.get("issuer")
    if isinstance(found, str):
        return "", found
    profile = _object(credential, "issuer")
    return _text(profile, "name"), _text(profile, "id")


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


def _language(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) else ""


def _web_address(value: object) -> str | None:
    """A stranger's address, where it is one that may stand in a link."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None
