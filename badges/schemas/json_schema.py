"""find_breach: the first place where a JSON document breaks a JSON Schema, by the library jsonschema-rs.

Nothing is ever retrieved: a schema may refer to itself and to the drafts. What cannot be applied is a SchemaError,
never "the document is fine".

The library knows the drafts 04, 06, 07, 2019-09 and 2020-12, and matches most regular expressions in linear time. It
has no limit of time or memory: references that branch, or regular expressions that look around, may run for hours or
end the process. So a stranger's schema is applied only in a process that can be ended: see SchemaChecker in
`badges.verify.lookups`.

Source: JSON Schema, drafts 04 to 2020-12. A schema that names no draft is read as 2020-12.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from badges.errors import SchemaError
from badges.schemas import EXTENSION_SCHEMA

if TYPE_CHECKING:
    from jsonschema_rs import Validator

#: Whether these are held to differs from draft to draft and from validator to validator; dates are held to in all.
_FORMATS_NOT_HELD_TO = (
    "duration email hostname idn-email idn-hostname ipv4 ipv6 iri iri-reference json-pointer regex "
    "relative-json-pointer time uri uri-reference uri-template uuid"
).split()
#: As good as no limit. A match given up by the library is an error that each keyword around it would have to pass on;
#: under `not`, one taken for "does not match" would make the document follow the schema. The process has the limit.
_BACKTRACK_LIMIT = 2**62
#: What the library raises for what is no schema (ValidationError is a ValueError), and for values it cannot take.
_UNUSABLE = (ValueError, TypeError, OverflowError, RecursionError)


def find_breach(document: Any, schema: Any) -> str | None:
    """Where the document breaks the schema, as a JSON pointer: `/issuer/name`, or the empty text for all of it.

    None where it follows the schema. Raises SchemaError where the schema cannot be applied.
    """
    return _find_breach(_compile_schema(schema), document)


def find_breach_of_extension(document: Any) -> str | None:
    """The same for the schema of our own extension, which costs little, and is compiled once."""
    return _find_breach(_compiled_extension(), document)


@cache
def _compiled_extension() -> Validator:
    return _compile_schema(json.loads(EXTENSION_SCHEMA.read_text(encoding="utf-8")))


def _compile_schema(schema: Any) -> Validator:
    """Raises SchemaError for what is no schema, or refers to another document."""
    import jsonschema_rs  # 15 MB, and few badges name a schema of their own

    try:
        return jsonschema_rs.validator_for(
            schema,
            offline=True,
            validate_formats=True,
            formats=dict.fromkeys(_FORMATS_NOT_HELD_TO, _accept),
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
        )
    except (jsonschema_rs.ReferencingError, *_UNUSABLE) as error:
        raise SchemaError(f"the schema cannot be applied: {_one_line(error)}") from error


def _find_breach(validator: Validator, document: Any) -> str | None:
    import jsonschema_rs

    try:
        breach = next(iter(validator.iter_errors(document)), None)
    except (jsonschema_rs.ReferencingError, *_UNUSABLE) as error:
        raise SchemaError(f"the schema cannot be applied: {_one_line(error)}") from error
    if breach is None:
        return None
    kind, kinds = breach.kind, jsonschema_rs.ValidationErrorKind
    match kind:
        case kinds.BacktrackLimitExceeded() | kinds.RegexEngineFailure():
            raise SchemaError("the schema has a regular expression that could not be matched to its end")
        case kinds.Required():
            inside = [kind.as_dict()["property"]]
        case kinds.AdditionalProperties() | kinds.UnevaluatedProperties():
            inside = kind.as_dict()["unexpected"][:1]
        case _:
            inside = []
    return "".join(f"/{_escaped(step)}" for step in [*breach.instance_path, *inside])


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _accept(_value: str) -> bool:
    return True


def _one_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
