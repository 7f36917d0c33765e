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
    from jsonschema_rs import ValidationErrorKind, Validator

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
    """The same for the schema of our own extension, which costs little, and is compiled once.

    It has no `anyOf` around what may be long: of each way not taken, the library keeps every breach.
    """
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
        steps = first_breach(validator, document)
    except (jsonschema_rs.ReferencingError, *_UNUSABLE) as error:
        raise SchemaError(f"the schema cannot be applied: {_one_line(error)}") from error
    return None if steps is None else "".join(f"/{_escaped(step)}" for step in steps)


def first_breach(validator: Validator, document: Any) -> list[str | int] | None:
    """The steps from the whole document to the first member that breaks the schema; None where it follows the schema.

    Raises SchemaError where a match was given up, and whatever the library raises for values that it cannot take.
    """
    import jsonschema_rs

    try:
        # `iter_errors` would first collect every breach: gigabytes for a list of a million wrong values.
        validator.validate(document)
    except jsonschema_rs.ValidationError as breach:
        return [*breach.instance_path, *_steps_inside(breach.kind)]
    return None


def _steps_inside(kind: ValidationErrorKind) -> list[str]:
    """The name of the member that is missing, or should not be there."""
    from jsonschema_rs import ValidationErrorKind as kinds

    match kind:
        case kinds.BacktrackLimitExceeded() | kinds.RegexEngineFailure():
            raise SchemaError("the schema has a regular expression that could not be matched to its end")
        case kinds.Required():
            return [kind.property]
        case kinds.AdditionalProperties() | kinds.UnevaluatedProperties():
            return kind.unexpected[:1]
        case _:
            return []


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _accept(_value: str) -> bool:
    return True


def _one_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
