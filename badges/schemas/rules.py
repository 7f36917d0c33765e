"""find_breach: where a credential does not have the form of its class, after `open-badges-3.0.toml`.

There are two forms. The strict one is what the standard calls its serialization: a list is a list, even of one value.
The loose one is that of JSON-LD readers: a single value may replace a list of one, and a text may be a language map.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

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

Form = Literal["strict", "loose"]


def find_breach(value: Any, name: str, form: Form = "strict") -> str | None:
    """The path of the first member that breaks a rule of the class `name`, as `credentialSubject.achievement.name`.

    None where every rule holds. Raises KeyError for a class that the TOML file does not have.
    """
    return next(_Validator(form).class_breaches(value, name, ""), None)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of the TOML file: member -> its kind. A `closed` class has no other members."""

    required: Mapping[Form, tuple[str, ...]]
    closed: bool
    members: Mapping[str, str]


class _Validator:
    """The rules of one form. The generators give the paths of all breaches, lazily: callers take only the first."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.is_loose = form == "loose"

    def class_breaches(self, value: Any, name: str, at: str) -> Iterator[str]:
        found = _classes()[name]
        if not isinstance(value, dict):
            yield at or name
            return
        for member in found.required[self.form]:
            if member not in value:
                yield _inside(at, member)
        for member, content in value.items():
            kind = found.members.get(member)
            if kind == "text" and isinstance(content, str):
                continue  # a shortcut for the most frequent kind, which saves composing a path
            if kind is not None:
                yield from self.kind_breaches(content, kind, _inside(at, member))
            elif found.closed:
                yield _inside(at, member)

    def kind_breaches(self, value: Any, kind: str, at: str) -> Iterator[str]:
        if kind.startswith("loosely:"):
            if self.is_loose:
                yield from self.kind_breaches(value, kind.removeprefix("loosely:"), at)
            return
        if kind.endswith("*"):
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self.kind_breaches(item, kind[:-1], f"{at}[{index}]")
            elif self.is_loose:
                yield from self.kind_breaches(value, kind[:-1], at)
            else:
                yield at
            return
        if kind in _classes():
            yield from self.class_breaches(value, kind, at)
            return
        if kind.startswith("ref:"):
            if not self.is_text(value):
                yield from self.class_breaches(value, kind.removeprefix("ref:"), at)
            return
        if not self.is_simple(value, kind):
            yield at

    def is_simple(self, value: Any, kind: str) -> bool:
        """Whether the value is of a kind that is neither a class nor a list, such as a text, a date or types."""
        name, _, words = kind.partition(":")
        match name:
            case "text":
                return self.is_text(value)
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

    def is_text(self, value: Any, holds: Callable[[str], bool] | None = None) -> bool:
        """Whether the value is a text (in the loose form also a language map) for which `holds` is true."""
        if isinstance(value, str):
            return holds is None or holds(value)
        return (
            self.is_loose
            and isinstance(value, dict)
            and all(
                _LANGUAGE_KEY.fullmatch(key) and isinstance(text, str) and (holds is None or holds(text))
                for key, text in value.items()
            )
        )

    def is_types(self, value: Any, words: str) -> bool:
        """Whether the value is a list of types with one of each group; groups are written `A|B C`."""
        if not isinstance(value, list):
            return self.is_loose and self.is_text(value)
        groups = (group.split("|") for group in words.split())
        return all(any(name in value for name in group) for group in groups) and all(
            self.is_text(name) for name in value
        )

    def is_contexts(self, value: Any, first: str) -> bool:
        """Whether the value is a list of contexts that begins with `first` and that of Open Badges 3.0."""
        if not isinstance(value, list):
            return self.is_loose and isinstance(value, str | dict)
        return (
            len(value) >= 2
            and value[0] == first
            and isinstance(value[1], str)
            and _OB_CONTEXT.fullmatch(value[1]) is not None
            and all(isinstance(other, str | dict) for other in value[2:])
        )


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
    rules = {name: rule for name, rule in _rules().items() if name != "lists"}

    def members(name: str) -> dict[str, str]:
        """The members of a class: those of the class that it is `like`, except `without`, and its own."""
        rule = rules[name]
        inherited = members(rule["like"]) if "like" in rule else {}
        without = rule.get("without", "").split()
        own: dict[str, str] = rule.get("members", {})
        return {term: kind for term, kind in inherited.items() if term not in without} | own

    return {
        name: _Class(
            required={
                "strict": tuple(rule["required"].split()),
                "loose": tuple(rule.get("required_loosely", rule["required"]).split()),
            },
            closed=rule.get("closed", False),
            members=members(name),
        )
        for name, rule in rules.items()
    }
