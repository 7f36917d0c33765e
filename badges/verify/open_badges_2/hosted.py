"""check_hosted_assertion: an assertion is genuine when its own address, on its issuer's site, serves it today.

The file gives no more than the address. An issuer may correct a description, serve it in another language, or learn
that a learner has a new e-mail address; so what is judged and shown is the served copy, and differences are a remark.

Source: Open Badges 2.0, "Verification", hosted.
"""

from __future__ import annotations

from typing import Any

from badges.foreign_json import kind_of, text, types
from badges.verify.lookups import Lookups
from badges.verify.open_badges_2.form import DESCRIBED
from badges.verify.open_badges_2.moments import same_moment
from badges.verify.open_badges_2.references import (
    Issuer,
    References,
    VerifiedAssertion,
    check_hosting,
    fetch_references,
)
from badges.verify.open_badges_2.revocation_list import check_revocation_list
from badges.verify.report import NOT_CHECKED, Finding, failed, passed, unknown, warning
from badges.verify.served import NotServedError, Served, ask
from signing.absent import without_absent
from signing.json_text import Json

#: What a reader would want to know of where it differs between the file and the served copy.
_COMPARED = ("recipient", "badge", "issuedOn", "expires", "narrative", "evidence", "image")
_OTHER_CLASSES = DESCRIBED | {"Profile", "Endorsement"}


def check_hosted_assertion(address: str, in_file: Json, lookups: Lookups) -> VerifiedAssertion:
    """The assertion that the address serves; `in_file` is the one that was handed in, or empty.

    Raises NotServedError where none is served, or another one.
    """
    served, assertion = _served_assertion(address, in_file, lookups)
    if assertion.get("revoked") is True and not {"recipient", "badge"} <= assertion.keys():
        # An issuer may serve no more of a revoked badge than that it is revoked.
        return VerifiedAssertion(
            assertion={"id": address} | assertion,
            references=References(),
            proof=passed("hosted", address),
            key_of_issuer=NOT_CHECKED,
            status=failed("revoked"),
        )
    if kind_of(assertion) != "open_badges_2" or types(assertion) & _OTHER_CLASSES:
        raise NotServedError(unknown("hosted_unreadable", address))
    # The issuer of what is served, not of what was in the file: only the served assertion is genuine.
    references = fetch_references(assertion, lookups)
    key_of_issuer = _check_issuer(served, assertion, references)
    differing = ", ".join(_differences(in_file, assertion))
    return VerifiedAssertion(
        assertion=assertion,
        references=references,
        proof=warning("hosted_otherwise", differing) if differing else passed("hosted", address),
        key_of_issuer=key_of_issuer,
        status=_check_status(
            assertion, references.issuer if key_of_issuer.outcome == "passed" else None, lookups
        ),
    )


def _check_issuer(served: Served, assertion: Json, references: References) -> Finding:
    """Whether the assertion is published where its issuer publishes: by its id, and where redirects have led."""
    issuer = references.issuer
    if issuer is None:
        return references.trouble
    own_id = text(assertion, "id") or served.asked
    finding = check_hosting((own_id, served.address), issuer)
    if finding.outcome == "failed" and (served.has_moved or issuer.has_moved):
        # It may be a forgery by an open redirect, or a site that keeps its files elsewhere: nothing proves either.
        return unknown("hosted_moved", served.address)
    return finding


def _served_assertion(address: str, in_file: Json, lookups: Lookups) -> tuple[Served, Json]:
    """What the address serves under the id that it declares, which must not be another than the file's.

    A site that has moved from Open Badges 1.0, which has no such ids, serves its badges under new ones. Raises
    NotServedError.
    """
    served, assertion = _ask_for_assertion(address, lookups)
    expected, declared = text(in_file, "id"), text(assertion, "id")
    if not served.answers_as(declared) and expected is None:
        served, assertion = _ask_for_assertion(declared or "", lookups)
        declared = text(assertion, "id")
    if "id" in assertion and declared is None:
        raise NotServedError(unknown("hosted_unreadable", address))
    ids_of_file = (None, served.asked, served.address, declared)
    same_uid = not (uid := text(in_file, "uid")) or text(assertion, "uid") in (None, uid)
    if not served.answers_as(declared) or expected not in ids_of_file or not same_uid:
        raise NotServedError(failed("hosted_another", declared or address))
    return served, assertion


def _ask_for_assertion(address: str, lookups: Lookups) -> tuple[Served, Json]:
    """The answer and the JSON in it. Under another status than 200 only a revocation counts, and 410 is one."""
    served = ask(address, lookups)
    if served.status == 200:
        return served, without_absent(served.read())
    try:
        said = without_absent(Served(asked=address, address=address, status=200, body=served.body).read())
    except NotServedError:
        said = {}
    is_about_this = served.answers_as(text(said, "id"))
    if said.get("revoked") is True and (is_about_this or served.status != 410):
        return served, said
    if served.status == 410:
        return served, {"revoked": True}
    raise NotServedError(unknown("hosted_not_reached", f"{served.address}: {served.status}"))


def _differences(in_file: Json, served: Json) -> list[str]:
    """The members that the file has otherwise, or lacks; none where the file is no more than an address."""
    return [name for name in _COMPARED if in_file and not _are_alike(in_file.get(name), served.get(name))]


def _are_alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) != isinstance(other, dict):
        # A document may be embedded, or named by its address.
        return one is not None and other is not None and _id(one) == _id(other)
    return bool(one == other) or same_moment(one, other)


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _check_status(assertion: Json, issuer: Issuer | None, lookups: Lookups) -> Finding:
    """Whether the assertion says that it is revoked, or the issuer's list, made for signed badges, names it.

    `issuer` is None where it is not proven to be the issuer.
    """
    match assertion.get("revoked"):
        case True:
            return failed("revoked")
        case None | False:
            listed = check_revocation_list(assertion, issuer, lookups)
            return listed if listed.outcome == "failed" else passed("hosted_not_revoked")
        case _:
            return unknown("status_unreadable")
