"""The checks of a credential's own JSON, without keys; only schemas that it names itself are fetched.

What is only written in another form than the standard's is a warning, for a genuine badge stays one. Failed is what
leaves open what the document is, who issued it, to whom, or for what.

Source: Open Badges 3.0, "Verification and Validation".
"""

from __future__ import annotations

import re
from typing import Any

from badges.errors import BudgetSpentError, SchemaError
from badges.eu.rubric_levels import level_ids
from badges.foreign_json import (
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
from badges.schemas import json_schema, rules
from badges.verify.files import JwsLayout
from badges.verify.lookups import Lookups
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown, warning, worst
from signing.errors import ProofError
from signing.json_text import Json, read_object

OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_OB_CONTEXTS = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]+\.[0-9]+)?\.json"
    r"|https://purl\.imsglobal\.org/spec/ob/v3p0/context/ob_v3p0\.jsonld"
)
_CLR_CONTEXTS = re.compile(r"https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.[0-9]+\.[0-9]+)?\.json")
_OFFICIAL_SCHEMAS = re.compile(
    r"https://purl\.imsglobal\.org/spec/(?:ob/v3p0|clr/v2p0)/schema/json(-ld)?/(?:ob_v3p0|clr_v2p0)_"
    r"(achievementcredential|endorsementcredential|anyachievementcredential|clrcredential)_schema\.json"
)
#: Name of an official schema file -> the class it describes, and whether it accepts both data models.
_OFFICIAL_CLASSES = {
    "achievementcredential": ("AchievementCredential", False),
    "endorsementcredential": ("EndorsementCredential", False),
    "anyachievementcredential": ("AchievementCredential", True),
    "clrcredential": ("ClrCredential", False),
}
_OUR_SCHEMA = "/eu-micro-credential/v1/schema.json"
_VALIDATORS = frozenset({"1EdTechJsonSchemaValidator2019", "JsonSchema"})
#: Each costs a request and the time to apply it.
MAX_SCHEMAS = 8
_CLASSES: dict[Kind, str] = {
    "achievement": "AchievementCredential",
    "endorsement": "EndorsementCredential",
    "clr": "ClrCredential",
}


def check_context(credential: Json, jws_layout: JwsLayout | None = None) -> Finding:
    """Whether the first contexts are those of VCDM and Open Badges 3.0, in this order.

    `jws_layout` is that of the JWS around the credential, if any: only VCDM 1.1 puts it into the claim `vc`.
    """
    contexts = as_list(credential.get("@context"))
    first, second = (*contexts, None, None)[:2]
    if first not in (VC_CONTEXT, VC_1_CONTEXT) or not isinstance(second, str):
        return failed("not_open_badges_3")
    if kind_of(credential) == "clr":
        is_clr = any(isinstance(context, str) and _CLR_CONTEXTS.fullmatch(context) for context in contexts)
        return passed("clr_2") if is_clr else failed("not_open_badges_3")
    if not _OB_CONTEXTS.fullmatch(second):
        return failed("not_open_badges_3")
    if jws_layout not in (None, "vc_claim" if first == VC_1_CONTEXT else "payload"):
        return failed("wrapped_against_the_rules")
    if first == VC_1_CONTEXT:
        return warning("data_model_1")
    if second != OB_CONTEXT:
        return warning("other_version", second)
    return passed("open_badges_3")


def check_type(credential: Json) -> Finding:
    """Whether it is an AchievementCredential, by either of its two names; a warning for an endorsement or a CLR."""
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


def check_schema(document: Json, credential: Json) -> Finding:
    """Whether each member has the form that the class of the credential gives it; `document` has the proof, too.

    Never failed: a badge whose image is an address, or whose credits are a text, is as genuine as any other.
    """
    name = _CLASSES.get(kind_of(credential))
    if name is None:
        return unknown("no_rules")
    if is_data_model_1(credential):
        breach = rules.find_breach(document, f"{name}1", "loose")
        return warning("wrong_form", breach) if breach else passed("right_form")
    breach = rules.find_breach(document, name)
    if breach is None:
        return passed("right_form")
    loose_breach = rules.find_breach(document, name, "loose")
    return warning("wrong_form", loose_breach) if loose_breach else warning("loose_form", breach)


def check_inline_schemas(
    document: Json, credential: Json, schema_finding: Finding, lookups: Lookups | None
) -> Finding:
    """Whether the document follows the JSON Schemas that the credential names; the worst finding counts.

    `schema_finding` is that of `check_schema`. Without `lookups` no schema is fetched.
    """
    schemas = [entry for entry in objects(credential.get("credentialSchema")) if types(entry) & _VALIDATORS]
    if not schemas:
        return passed("no_schemas")
    if len(schemas) > MAX_SCHEMAS:
        return unknown("too_many_schemas")
    urls = [text(schema, "id") or "" for schema in schemas]
    return worst(
        [
            _check_official_schema(document, credential, schema_finding, url)
            or _check_schema_at(url, document, lookups)
            for url in urls
        ]
    )


def _check_official_schema(
    document: Json, credential: Json, schema_finding: Finding, url: str
) -> Finding | None:
    """Whether the document follows a schema of 1EdTech, for which we have rules; None for any other schema."""
    official = _OFFICIAL_SCHEMAS.fullmatch(url)
    if official is None:
        return None
    name, any_model = _OFFICIAL_CLASSES[official[2]]
    form: rules.Form = "loose" if official[1] is not None or any_model else "strict"
    if name == _CLASSES.get(kind_of(credential)) and not is_data_model_1(credential):
        # `check_schema` has applied the same rules already. 1EdTech publishes a strict and a loose schema for the same
        # credentials, so breaking only the strict one is a warning.
        if schema_finding.code == "right_form" or (form == "loose" and schema_finding.code == "loose_form"):
            return passed("follows_schemas")
        if schema_finding.code == "loose_form":
            return warning("follows_loosely", f"{url}: {schema_finding.detail}")
    breach = rules.find_breach(document, name, form)
    if breach and any_model:
        breach = rules.find_breach(document, f"{name}1", "loose")
    return warning("breaks_schema", f"{url}: {breach}") if breach else passed("follows_schemas")


def _check_schema_at(url: str, document: Json, lookups: Lookups | None) -> Finding:
    """Whether the document follows the schema at the address. What cannot be fetched or applied is `unknown`."""
    try:
        breach = _find_breach(url, document, lookups)
    except SchemaError as error:
        return unknown("schema_not_understood", f"{url}: {error}")
    except PermissionError:
        return unknown("schema_not_asked", url)
    except BudgetSpentError:
        return unknown(LIMIT_REACHED, url)
    except Exception as error:  # noqa: BLE001 - `fetch` may raise anything, and every reason means: not reached
        return unknown("schema_not_reached", f"{url}: {error.__class__.__name__}")
    return (
        passed("follows_schemas") if breach is None else warning("breaks_schema", f"{url}: {breach or '/'}")
    )


def _find_breach(url: str, document: Json, lookups: Lookups | None) -> str | None:
    """Where the document breaks the schema at the address, as a JSON pointer; None where it does not.

    The schema of our extension is the same on every host that serves it, so it is never fetched. Raises PermissionError
    where another may not be fetched and applied, SchemaError where it cannot be applied.
    """
    if url.endswith(_OUR_SCHEMA):
        return json_schema.find_breach_of_extension(document)
    if lookups is None or lookups.fetch is None or lookups.find_schema_breach is None:
        raise PermissionError(url)
    try:
        schema = read_object(lookups.fetch(url).decode())
    except ProofError as error:
        raise SchemaError("it is not a JSON object") from error
    return lookups.find_schema_breach(document, schema)


def check_subject(credential: Json) -> Finding:
    """Whether the credential names a recipient and an achievement with its criteria."""
    subject = credential.get("credentialSubject")
    match kind_of(credential):
        case "endorsement":
            is_named = "EndorsementSubject" in types(subject) and text(subject, "id")
            return passed("endorsed") if is_named else failed("no_subject")
        case "clr":
            return passed("learner_record") if "ClrSubject" in types(subject) else failed("no_subject")
    if not isinstance(subject, dict) or "AchievementSubject" not in types(subject):
        return failed("no_subject")
    if not {"id", "identifier", "name"} & subject.keys():
        return failed("no_recipient")
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict) or "Achievement" not in types(achievement):
        return failed("no_achievement")
    if text(achievement, "name") is None:
        return failed("no_achievement")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (criteria.get("id") or criteria.get("narrative")):
        return warning("no_criteria")
    identities = as_list(subject.get("identifier"))
    if text(subject, "id") is None and not any(text(identity, "identityHash") for identity in identities):
        if text(subject, "name") is not None:
            return warning("recipient_by_name")
        # A text instead of an IdentityObject still names somebody; "", {} or a number names nobody.
        names_somebody = any(isinstance(identity, str) and identity for identity in identities)
        return (warning if names_somebody else unknown)("recipient_unreadable")
    return _check_results(credential, subject, achievement)


def _check_results(credential: Json, subject: Json, achievement: Json) -> Finding:
    """Whether each result refers to a ResultDescription of the achievement, and each level to one of its levels."""
    result_types: dict[Any, Any] = {
        text(description, "id"): description.get("resultType")
        for description in objects(achievement.get("resultDescription"))
    }
    levels = level_ids(credential)
    for result in objects(subject.get("result")):
        if "resultDescription" not in result:
            continue
        description_id = text(result, "resultDescription")
        if description_id is None or description_id not in result_types:
            return warning("unknown_result")
        if result_types[description_id] == "Status" and "status" not in result:
            return warning("result_without_status")
        level = text(result, "achievedLevel")
        if level is not None and level not in levels:
            return warning("unknown_level")
    return passed("achievement")


def check_issuer(credential: Json) -> Finding:
    """Whether the issuer is named, as a Profile."""
    found = issuer_id(credential)
    if found is None:
        return failed("no_issuer")
    if "Profile" not in types(credential["issuer"]):
        return warning("no_profile", found)
    return passed("profile", found)
