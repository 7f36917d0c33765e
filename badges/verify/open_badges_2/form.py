"""The checks of the form of a badge of Open Badges 2.0: its context, its members, the schemas of its extensions.

Most slips of form are a remark: readers of badges have always borne with them. What decides what the words mean (the
context, the type, a schema that an extension names) has to be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from badges.errors import SchemaError
from badges.foreign_json import as_list, objects, single, text, types
from badges.verify.lookups import Lookups
from badges.verify.open_badges_2.references import References
from badges.verify.open_badges_2.rules import find_breaches, normalised
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown, warning, worst
from badges.verify.served import NotServedError, fetch_json
from signing.json_text import Json

CONTEXT = "https://w3id.org/openbadges/v2"
_CONTEXTS = frozenset(
    {
        CONTEXT,
        "https://w3id.org/openbadges/v1",
        "https://openbadgespec.org/v2/context.json",
        "https://purl.imsglobal.org/spec/ob/v2p0/context.json",
        "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
    }
)
_VERSION_1 = "https://w3id.org/openbadges/v1"
#: The classes that an assertion refers to. They describe a badge or an issuer, and award nothing to anybody.
DESCRIBED = frozenset({"BadgeClass", "Issuer"})
#: Each costs up to two requests and the time to apply it.
MAX_EXTENSIONS = 4
_PREFIXES = {
    "obi": "https://w3id.org/openbadges#",
    "extensions": "https://w3id.org/openbadges/extensions#",
}


def check_context(assertion: Json) -> Finding:
    """Whether the first context is that of Open Badges 2.0 or 1.1; before there was none."""
    contexts = _contexts(assertion)
    if contexts and contexts[0] not in _CONTEXTS:
        return failed("other_context", contexts[0])
    return warning("open_badges_2")


def check_type(assertion: Json) -> Finding:
    """Whether it is an Assertion; before 1.1 there were no types."""
    if types(assertion) & DESCRIBED:
        return failed("badge_class")
    has_type = "type" in assertion
    return failed("wrong_type") if has_type and "Assertion" not in types(assertion) else passed("assertion")


def check_form(assertion: Json, references: References) -> Finding:
    """Whether the members of the assertion, its badge class and its issuer have the form of their classes in 2.0."""
    contexts = _contexts(assertion)
    if not contexts or contexts[0] == _VERSION_1 or types(assertion) & DESCRIBED:
        return unknown("no_rules")
    image = assertion.get("image")
    if isinstance(image, str) and image[:5].lower() == "data:":
        # The standard wants the address of the picture that was awarded, which anybody can fetch and read.
        return failed("wrong_form", "image")
    known = known_documents(assertion, references)
    breach = next(find_breaches(normalised(assertion), "Assertion", known.get), None)
    return warning("loose_form", breach.path) if breach else passed("right_form")


def known_documents(assertion: Json, references: References) -> dict[str, Json]:
    """The badge class and the profile by the addresses by which the assertion and the badge class name them."""
    named = (
        (assertion.get("badge"), references.badge_class),
        (references.badge_class.get("issuer"), references.issuer.profile if references.issuer else {}),
    )
    return {
        address: document
        for value, document in named
        if document and isinstance(address := single(value), str)
    }


def check_extensions(assertion: Json, references: References, lookups: Lookups | None) -> Finding:
    """Whether each extension follows the JSON Schema that its context names; the worst finding counts.

    Without `lookups` no schema is fetched. Source: Open Badges 2.0, "Extensions".
    """
    documents = [assertion, references.badge_class]
    if references.issuer:
        documents.append(references.issuer.profile)
    extensions = [
        (extension, [*contexts, *_contexts(extension)])
        for document in documents
        for contexts in [_contexts(document)]
        for extension in _extensions(document)
    ]
    if not extensions:
        return passed("no_schemas")
    if len(extensions) > MAX_EXTENSIONS:
        return unknown("too_many_schemas")
    return worst([_check_extension(extension, contexts, lookups) for extension, contexts in extensions])


def _contexts(document: Json) -> list[str]:
    return [context for context in as_list(document.get("@context")) if isinstance(context, str)]


def _extensions(value: Any) -> Iterator[Json]:
    """Every object in the document, the document itself excepted, that has the type Extension."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if "Extension" in types(item):
            yield item
        yield from _extensions(item)


def _check_extension(extension: Json, contexts: list[str], lookups: Lookups | None) -> Finding:
    """Whether the extension follows the schemas of those of the contexts that validate one of its types."""
    own = [address for address in contexts if address not in _CONTEXTS]
    if lookups is None or lookups.find_schema_breach is None:
        return unknown("schema_not_asked", ", ".join(own))
    for address in own:
        try:
            context = fetch_json(address, lookups)
            for schema_address in _schemas_for(extension, context):
                schema = fetch_json(schema_address, lookups)
                breach = lookups.find_schema_breach(_compacted(extension, context), schema)
                if breach is not None:
                    return failed("breaks_schema", f"{schema_address}: {breach or '/'}")
        except SchemaError as error:
            return unknown("schema_not_understood", f"{address}: {error}")
        except NotServedError as error:
            is_limit = error.finding.code == LIMIT_REACHED
            return unknown(LIMIT_REACHED if is_limit else "schema_not_reached", error.finding.detail)
    return passed("follows_schemas")


def _schemas_for(extension: Json, context: Json) -> Iterator[str]:
    """The addresses of the schemas that the context names for a type of the extension."""
    own_types = {_expanded(name, context) for name in types(extension)}
    for validation in objects(context.get("obi:validation", context.get("validation"))):
        kind = text(validation, "obi:validatesType") or text(validation, "validatesType")
        schema = text(validation, "obi:validationSchema") or text(validation, "validationSchema")
        if kind and schema and _expanded(kind, context) in own_types:
            yield schema


def _expanded(name: str, context: Json) -> str:
    """A term with a prefix as a whole IRI."""
    prefix, _, rest = name.partition(":")
    terms = context.get("@context")
    base = (text(terms, prefix) if isinstance(terms, dict) else None) or _PREFIXES.get(prefix)
    return name if base is None or rest.startswith("//") else f"{base}{rest}"


def _compacted(extension: Json, context: Json) -> Json:
    """The extension with the short names of its context, which its schema uses."""
    terms = context.get("@context")
    short = {
        _expanded(value, context): name
        for name, value in (terms.items() if isinstance(terms, dict) else ())
        if isinstance(value, str)
    }
    return {short.get(_expanded(name, context), name): value for name, value in extension.items()}
