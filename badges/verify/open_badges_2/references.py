"""The documents that an assertion of Open Badges 2.0 or 1.x refers to: its badge class and its issuer's profile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from badges.foreign_json import as_list, single, text, types
from badges.verify.lookups import Lookups
from badges.verify.report import NOT_CHECKED, Finding, failed, passed, unknown
from badges.verify.served import NotServedError, Served, ask, authority, fetch_json
from signing.absent import without_absent
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The issuer of an assertion. `profile` is what its address serves, never what a badge embeds.

    `id` is the address that the profile declares and is served at; where a redirect led to another site, the final
    address: an open redirect of one site must not let another speak in its name.
    """

    id: str
    profile: Json
    has_moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What an assertion refers to. `issuer` is None where it is not known; `trouble` then says why."""

    badge_class: Json = field(default_factory=dict)
    issuer: Issuer | None = None
    trouble: Finding = NOT_CHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAssertion:
    """An assertion that its host serves or its key signed, with the findings on its issuer and status."""

    assertion: Json
    references: References
    proof: Finding
    key_of_issuer: Finding
    status: Finding


def fetch_references(assertion: Json, lookups: Lookups) -> References:
    """The assertion's badge class and issuer, as far as their addresses answer."""
    references = References()
    try:
        badge_class = _embedded_or_fetched(single(assertion.get("badge")), lookups)
        references = References(badge_class=badge_class)
        return replace(references, issuer=_fetch_issuer(assertion, badge_class, lookups))
    except NotServedError as error:
        return replace(references, trouble=_about_issuer(error.finding))


def _about_issuer(finding: Finding) -> Finding:
    """The finding on a document that was not served, where it leaves open who the issuer is."""
    match finding.code:
        case "hosted_without_tls":
            return unknown("issuer_without_tls", finding.detail)
        case "hosted_unreadable":
            return unknown("issuer_unreadable", finding.detail)
        case "hosted_no_address":
            return unknown("no_issuer", finding.detail)
        case "issuer_unclear" | "no_issuer" | "limit_reached":
            return finding
        case _:
            return unknown("issuer_not_reached", finding.detail)


def _embedded_or_fetched(value: Any, lookups: Lookups) -> Json:
    if isinstance(value, str):
        found: Json = without_absent(fetch_json(value, lookups))
        return found
    return value if isinstance(value, dict) else {}


def _fetch_issuer(assertion: Json, badge_class: Json, lookups: Lookups) -> Issuer:
    """The issuer of the badge class. Raises NotServedError where its profile cannot be fetched.

    A profile embedded in the badge was written by the author of the badge, so its rules do not count.
    """
    issuer = single(badge_class.get("issuer"))
    if _is_oldest_form(assertion, issuer):
        # Open Badges 0.5 has no profiles: the issuer is a whole site.
        return Issuer(id=_site(issuer["origin"]), profile={})
    address = issuer if isinstance(issuer, str) else text(issuer, "id")
    if not address:
        raise NotServedError(unknown("no_issuer"))
    served = ask(address, lookups)
    profile = _profile(served)
    declared = profile.get("id")
    if isinstance(declared, str) and not served.answers_as(declared):
        served = ask(declared, lookups)
        profile = _profile(served)
    if not served.answers_as(profile.get("id")):
        # Somebody else's rules would be taken for those of this issuer.
        raise NotServedError(unknown("issuer_unclear", address))
    if served.has_moved:
        return Issuer(id=served.address, profile=profile, has_moved=True)
    return Issuer(id=text(profile, "id") or served.address, profile=profile)


def _profile(served: Served) -> Json:
    found: Json = without_absent(served.read())
    return found


def _site(origin: str) -> str:
    """The site that an origin names, which was without TLS in those days. Raises NotServedError where it is none."""
    host = authority(f"https://{origin.partition('://')[2]}")
    if not host or not origin.lower().startswith(("https://", "http://")):
        raise NotServedError(unknown("no_issuer"))
    return f"https://{host}"


def _is_oldest_form(assertion: Json, issuer: Any) -> bool:
    """Whether this is Open Badges 0.5: a recipient that is a text, an issuer that is an origin, and no ids or types."""
    return (
        isinstance(assertion.get("recipient"), str)
        and isinstance(issuer, dict)
        and isinstance(issuer.get("origin"), str)
        and not {"@context", "id", "type"} & (assertion.keys() | issuer.keys())
    )


# --- which addresses are the issuer's own

_SITE = re.compile(r"\A[^:]*://[^/?#]*")


def check_hosting(addresses: tuple[str, ...], issuer: Issuer) -> Finding:
    """Whether the issuer says that assertions at all of the addresses are its own, else whether they are on its site.

    Source: Open Badges 2.0, VerificationObject: `startsWith` and `allowedOrigins`; where both are given, both count.
    """
    try:
        prefixes, origins = _hosting_rule(issuer)
    except ValueError:
        return unknown("issuer_rule_unreadable", issuer.id)
    if not prefixes:
        origins = origins or {authority(issuer.id)}
    for address in addresses:
        is_below = not prefixes or any(_is_below(address, prefix) for prefix in prefixes)
        is_on_site = not origins or authority(address) in origins
        if not authority(address) or not is_below or not is_on_site:
            return failed("hosted_elsewhere", address)
    return passed("hosted_by_issuer", issuer.id)


def _hosting_rule(issuer: Issuer) -> tuple[list[str], set[str]]:
    """The `startsWith` and the allowed authorities of the profile; both empty where it has no rule.

    Raises ValueError where there is a rule that cannot be read: taken as none, it would protect nobody.
    """
    rules = as_list(issuer.profile.get("verification"))
    if not rules:
        return [], set()
    if len(rules) != 1 or not isinstance(rules[0], dict) or not rules[0]:
        raise ValueError("not one VerificationObject")
    return _texts(rules[0].get("startsWith")), {
        _origin(name) for name in _texts(rules[0].get("allowedOrigins"))
    }


def _texts(value: Any) -> list[str]:
    """The texts of a list, or the one text. Raises ValueError where one is empty or something else."""
    found = as_list(value)
    if not all(isinstance(item, str) and item.strip() for item in found):
        raise ValueError("not texts")
    return found


def _origin(name: str) -> str:
    """The authority of an allowed origin, which is a host, a host with its port, or a whole origin.

    Raises ValueError for anything more: taken as its host, a rule for one folder would open all of them.
    """
    plain = re.sub("https?://", "", name.lower(), count=1).rstrip("/")
    found = authority(f"https://{plain}")
    if not found or plain not in (found, f"{found}:443"):
        raise ValueError("not an origin")
    return found


def _is_below(address: str, prefix: str) -> bool:
    """Whether the address begins with the prefix, on the same site, without a step that leads out of it again.

    A site may be written with capital letters or with its usual port; what follows it may not.
    """
    steps = unquote(urlsplit(address).path).replace("\\", "/").split("/")
    return (
        authority(address) == authority(prefix)
        and _SITE.sub("", address).startswith(_SITE.sub("", prefix))
        and not {".", ".."} & set(steps)
    )


def is_version_2(document: Json) -> bool:
    """Whether the document says that it is of Open Badges 2.0, in which profiles list the keys of their issuer."""
    contexts = [context for context in as_list(document.get("@context")) if isinstance(context, str)]
    return any(context.endswith("/v2") or "/v2p" in context for context in contexts) or "Profile" in types(
        document
    )
