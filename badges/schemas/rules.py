"""breach: the first way in which a credential is not of the form of its class, after `open-badges-3.0.toml`.

There are two forms. The strict one is what the standard calls its serialization: lists are lists, even of one. The
loose one is that of JSON-LD readers: one thing may stand for a list of one, and a text may be told in languages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from signing.timestamps import from_timestamp

_FILE = Path(__file__).parent / "open-badges-3.0.toml"
_OB_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json", re.ASCII)
_CONTEXTS = {
    "contexts": "https://www.w3.org/ns/credentials/v2",
    "contexts1": "https://www.w3.org/2018/credentials/v1",
}
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9|._]+")
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_LANGUAGE_KEY = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

#: Where a rule is broken, as `credentialSubject.achievement.name`; None where all hold.
Breach = str | None


def breach(value: Any, name: str, *, loosely: bool = False) -> Breach:
    """Where the value is not of the class `name`; None when it is."""
    return next(_Form(loosely).of_class(value, name, ""), None)


@dataclass(frozen=True, slots=True)
class _Class:
    required: tuple[str, ...]
    required_loosely: tuple[str, ...]
    closed: bool
    members: Mapping[str, str]


class _Form:
    """One of the two forms. Each function gives the places of all breaches; callers want the first."""

    def __init__(self, loosely: bool) -> None:
        self.loosely = loosely

    def of_class(self, value: Any, name: str, at: str) -> Iterator[str]:
        found = _classes()[name]
        if not isinstance(value, dict):
            yield at or name
            return
        for member in found.required_loosely if self.loosely else found.required:
            if member not in value:
                yield _inside(at, member)
        for member, part in value.items():
            kind = found.members.get(member)
            if kind == "text" and isinstance(part, str):
                continue  # most are; of these nobody needs to know where they stand
            if kind is not None:
                yield from self.of_kind(part, kind, _inside(at, member))
            elif found.closed:
                yield _inside(at, member)

    def of_kind(self, value: Any, kind: str, at: str) -> Iterator[str]:
        if kind.startswith("loosely:"):
            if self.loosely:
                yield from self.of_kind(value, kind.removeprefix("loosely:"), at)
            return
        if kind.endswith("*"):
            if isinstance(value, list):
                for number, item in enumerate(value):
                    yield from self.of_kind(item, kind[:-1], f"{at}[{number}]")
            elif self.loosely:
                yield from self.of_kind(value, kind[:-1], at)
            else:
                yield at
            return
        if kind in _classes():
            yield from self.of_class(value, kind, at)
            return
        if kind.startswith("ref:"):
            if not self.is_text(value, _any_text):
                yield from self.of_class(value, kind.removeprefix("ref:"), at)
            return
        if not self.is_simple(value, kind):
            yield at

    def is_simple(self, value: Any, kind: str) -> bool:
        name, _, words = kind.partition(":")
        match name:
            case "text":
                return self.is_text(value, _any_text)
            case "jws":
                return self.is_text(value, lambda text: _JWS.fullmatch(text) is not None)
            case "language":
                return self.is_text(value, lambda text: _LANGUAGE.fullmatch(text) is not None)
            case "is":
                return self.is_text(value, lambda text: text == words)
            case "words":
                return isinstance(value, str) and (
                    value in _lists()[words] or _EXTENSION.search(value) is not None
                )
            case "only":
                return isinstance(value, str) and value in _lists()[words]
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "truth":
                return isinstance(value, bool)
            case "moment":
                return _is_moment(value)
            case "date":
                return _is_date(value)
            case "types":
                return self.is_types(value, words)
            case _:
                return self.is_contexts(value, _CONTEXTS[name])

    def is_text(self, value: Any, holds: Callable[[str], bool]) -> bool:
        if isinstance(value, str):
            return holds(value)
        return (
            self.loosely
            and isinstance(value, dict)
            and all(
                _LANGUAGE_KEY.fullmatch(key) and isinstance(text, str) and holds(text)
                for key, text in value.items()
            )
        )

    def is_types(self, value: Any, words: str) -> bool:
        if not isinstance(value, list):
            return self.loosely and self.is_text(value, _any_text)
        groups = (group.split("|") for group in words.split())
        return all(any(name in value for name in group) for group in groups) and all(
            self.is_text(name, _any_text) for name in value
        )

    def is_contexts(self, value: Any, first: str) -> bool:
        if not isinstance(value, list):
            return self.loosely and isinstance(value, str | dict)
        return (
            len(value) >= 2
            and value[0] == first
            and isinstance(value[1], str)
            and _OB_CONTEXT.fullmatch(value[1]) is not None
            and all(isinstance(other, str | dict) for other in value[2:])
        )


def _any_text(text: str) -> bool:
    return True


def _is_moment(value: Any) -> bool:
    try:
        from_timestamp(value)
    except ValueError:
        return False
    return True


def _is_date(value: Any) -> bool:
    try:
        return (
            isinstance(value, str) and _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))
        )
    except ValueError:
        return False


def _inside(at: str, member: str) -> str:
    member = member[:60]
    return f"{at}.{member}" if at else member


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _rules()["lists"].items()}


@cache
def _classes() -> dict[str, _Class]:
    written = {name: rule for name, rule in _rules().items() if name != "lists"}

    def members(name: str) -> dict[str, str]:
        rule = written[name]
        taken = members(rule["like"]) if "like" in rule else {}
        without = rule.get("without", "").split()
        return {term: kind for term, kind in taken.items() if term not in without} | rule.get("members", {})

    return {
        name: _Class(
            required=tuple(rule["required"].split()),
            required_loosely=tuple(rule.get("required_loosely", rule["required"]).split()),
            closed=rule.get("closed", False),
            members=members(name),
        )
        for name, rule in written.items()
    }
