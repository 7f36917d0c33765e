"""The checks of what a credential says, and how: no network, no keys, only the JSON.

Source: Open Badges 3.0, "Verification and Validation".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from badges.errors import SchemaError
from badges.schemas import EXTENSION_SCHEMA, json_schema, rules
from badges.verify.foreign_json import (
    VC_1_CONTEXT,
    VC_CONTEXT,
    Kind,
    as_list,
    is_data_model_1,
    issuer_id,
    kind_of,
    objects,
    text,
    types,
)
from badges.verify.lookups import Lookups
from badges.verify.report import Finding, failed, passed, unknown, warning, worst
from signing.errors import ProofError
from signing.json_text import Json, read_object

OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_OB_CONTEXTS = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]+\.[0-9]+)?\.json"
    r"|https://purl\.imsglobal\.org/spec/ob/v3p0/context/ob_v3p0\.jsonld"
)
_CLR_CONTEXTS = re.compile(r"https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.[0-9]+\.[0-9]+)?\.json")
_OFFICIAL_SCHEMAS = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/schema/json(-ld)?/"
    r"ob_v3p0_(achievementcredential|endorsementcredential|anyachievementcredential)_schema\.json"
)
#: What the name of an official schema file is about, and whether it takes both data models.
_OFFICIAL_NAMES = {
    "achievementcredential": ("AchievementCredential", False),
    "endorsementcredential": ("EndorsementCredential", False),
    "anyachievementcredential": ("AchievementCredential", True),
}
_OUR_SCHEMA = "/eu-micro-credential/v1/schema.json"
_VALIDATORS = frozenset({"1EdTechJsonSchemaValidator2019", "JsonSchema"})
MAX_SCHEMAS = 8
_CLASSES: dict[Kind, str] = {"achievement": "AchievementCredential", "endorsement": "EndorsementCredential"}


def context(credential: Json, wrapped: bool | None) -> Finding:
    """The words are those of VCDM and Open Badges 3.0, in this order.

    `wrapped` says of a JWS whether the credential stood in the claim `vc`, as it must in the data model 1.1 alone.
    """
    first, second = (*as_list(credential.get("@context")), None, None)[:2]
    if first not in (VC_CONTEXT, VC_1_CONTEXT) or not isinstance(second, str):
        return failed("not_open_badges_3")
    if kind_of(credential) == "clr":
        return passed("clr_2") if _CLR_CONTEXTS.fullmatch(second) else failed("not_open_badges_3")
    if not _OB_CONTEXTS.fullmatch(second):
        return failed("not_open_badges_3")
    if wrapped is not None and wrapped != (first == VC_1_CONTEXT):
        return failed("wrapped_against_the_rules")
    if first == VC_1_CONTEXT:
        return warning("data_model_1")
    if second != OB_CONTEXT:
        return warning("other_version", second)
    return passed("open_badges_3")


def credential_type(credential: Json) -> Finding:
    """It is an AchievementCredential, by either of its two names, or one of its relatives."""
    if "VerifiableCredential" not in types(credential):
        return failed("wrong_type")
    match kind_of(credential):
        case "achievement":
            return passed("achievement_credential")
        case "endorsement":
            return warning("endorsement_credential")
        case "clr":
            return warning("clr_credential")
        case _:
            return failed("wrong_type")


def schema(document: Json, credential: Json) -> Finding:
    """Each member is of the form that its class gives it."""
    name = _CLASSES.get(kind_of(credential))
    if name is None:
        return unknown("no_rules")
    if is_data_model_1(credential):
        breach = rules.breach(document, f"{name}1", loosely=True)
        return failed("wrong_form", breach) if breach else passed("right_form")
    breach = rules.breach(document, name)
    if breach is None:
        return passed("right_form")
    loose_breach = rules.breach(document, name, loosely=True)
    return failed("wrong_form", loose_breach) if loose_breach else warning("loose_form", breach)


def inline_schemas(document: Json, credential: Json, form: Finding, outside: Lookups | None) -> Finding:
    """It follows the JSON Schemas that it names itself. `form` is what `schema` found; `outside` None: nobody may be
    asked for them."""
    named = [entry for entry in objects(credential.get("credentialSchema")) if types(entry) & _VALIDATORS]
    if not named:
        return passed("no_schemas")
    if len(named) > MAX_SCHEMAS:
        return unknown("too_many_schemas")
    urls = [text(entry, "id") or "" for entry in named]
    return worst(
        [_follows_rules(document, credential, form, url) or _follows(document, url, outside) for url in urls]
    )


def _follows_rules(document: Json, credential: Json, form: Finding, url: str) -> Finding | None:
    """Whether it follows a schema of 1EdTech, for which there are rules of ours; None for any other schema."""
    official = _OFFICIAL_SCHEMAS.fullmatch(url)
    if official is None:
        return None
    name, any_model = _OFFICIAL_NAMES[official[2]]
    loosely = official[1] is not None or any_model
    if name == _CLASSES.get(kind_of(credential)) and not is_data_model_1(credential):
        # The very form that `schema` has looked at; its publisher has the loose one too, for the same credentials.
        if form.outcome == "passed" or (loosely and form.outcome == "warning"):
            return passed("follows_schemas")
        if form.outcome == "warning":
            return warning("follows_loosely", f"{url}: {form.detail}")
    breach = rules.breach(document, name, loosely=loosely)
    if breach and any_model:
        breach = rules.breach(document, f"{name}1", loosely=True)
    return failed("breaks_schema", f"{url}: {breach}") if breach else passed("follows_schemas")


def _follows(document: Json, url: str, outside: Lookups | None) -> Finding:
    try:
        breach = json_schema.breach(document, _schema(url, outside))
    except SchemaError as error:
        return unknown("schema_not_understood", f"{url}: {error}")
    except PermissionError:
        return unknown("schema_not_asked", url)
    except Exception as error:  # whatever went wrong out there
        return unknown("schema_not_reached", f"{url}: {error.__class__.__name__}")
    return failed("breaks_schema", f"{url}: {breach}") if breach else passed("follows_schemas")


def _schema(url: str, outside: Lookups | None) -> Json:
    """The schema at the address. Ours is served by every tool, and is always this one."""
    if url.endswith(_OUR_SCHEMA):
        return _our_schema()
    if outside is None or outside.fetch is None:
        raise PermissionError(url)
    try:
        return read_object(outside.fetch(url).decode())
    except ProofError as error:
        raise SchemaError("it is not a JSON object") from error


@cache
def _our_schema() -> Json:
    return read_object(EXTENSION_SCHEMA.read_text(encoding="utf-8"))


def subject(credential: Json) -> Finding:
    """Someone is named, and what they achieved."""
    about = credential.get("credentialSubject")
    match kind_of(credential):
        case "endorsement":
            named = "EndorsementSubject" in types(about) and text(about, "id")
            return passed("endorsed") if named else failed("no_subject")
        case "clr":
            return passed("learner_record") if "ClrSubject" in types(about) else failed("no_subject")
    if not isinstance(about, dict) or "AchievementSubject" not in types(about):
        return failed("no_subject")
    if not isinstance(about.get("id"), str) and not objects(about.get("identifier")):
        return failed("no_recipient")
    achievement = about.get("achievement")
    if not isinstance(achievement, dict) or "Achievement" not in types(achievement):
        return failed("no_achievement")
    if not all(isinstance(achievement.get(name), str) for name in ("id", "name")):
        return failed("no_achievement")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (criteria.get("id") or criteria.get("narrative")):
        return warning("no_criteria")
    return _results(about, achievement)


def _results(about: Json, achievement: Json) -> Finding:
    """Each result is on a scale that the achievement describes."""
    described: dict[Any, Any] = {
        text(description, "id"): description.get("resultType")
        for description in objects(achievement.get("resultDescription"))
    }
    for result in objects(about.get("result")):
        if "resultDescription" not in result:
            continue
        scale = text(result, "resultDescription")
        if scale is None or scale not in described:
            return warning("unknown_result")
        if described[scale] == "Status" and "status" not in result:
            return warning("result_without_status")
    return passed("achievement")


def issuer(credential: Json) -> Finding:
    """The issuer is named, as a Profile."""
    found = issuer_id(credential)
    if found is None:
        return failed("no_issuer")
    if "Profile" not in types(credential["issuer"]):
        return warning("no_profile", found)
    return passed("profile", found)
