"""What requirements.in asks for is used by the product, and what the product uses is asked for there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STOREYS = ("signing", "badges", "config", "lti_tool")

#: Used without an import in our sources: the file that names it, and how.
USED_BY_NAME = {
    "gunicorn": ("docker/Dockerfile", '"gunicorn"'),
    "tzdata": ("badges/reader.py", "from zoneinfo import"),
    "psycopg": ("lti_tool/store/database.py", "postgresql+psycopg"),
}
#: Imported, and part of what another line of requirements.in promises.
COMES_WITH = {
    "babel": "flask-babel",
    "joserfc": "authlib",
    "kombu": "celery",
    "limits": "flask-limiter",
    "markupsafe": "flask",
    "redis": "celery",
    "werkzeug": "flask",
}
#: Imported where it is installed, and for few: asked for in requirements-dev.in, for its tests.
OPTIONAL = {
    "python-pkcs11",
    # One top-level name of several distributions, which requirements-otel.in asks for.
    "opentelemetry-api",
    "opentelemetry-sdk",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-exporter-otlp-proto-common",
    "opentelemetry-exporter-otlp-common",
    "opentelemetry-exporter-http-transport",
    "opentelemetry-proto",
    "opentelemetry-semantic-conventions",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> Iterator[tuple[str, str]]:
    """The distributions of requirements.in, each with its reason."""
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        requirement, _, reason = line.partition("#")
        if name := re.match(r"[\w.-]+", requirement):
            yield normal(name[0]), reason.strip()


@cache
def imported() -> set[str]:
    """The distributions that bring what the product imports."""
    found: set[str] = set()
    for storey in STOREYS:
        for path in (ROOT / storey).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found.update(alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.partition(".")[0])
    brought = packages_distributions()
    return {normal(brought[name][0]) for name in found - {*STOREYS, *sys.stdlib_module_names}}


@pytest.mark.parametrize(("name", "reason"), tuple(asked_for()))
def test_a_dependency_is_used_and_says_what_for(name: str, reason: str) -> None:
    assert reason
    if name in USED_BY_NAME:
        path, said = USED_BY_NAME[name]
        assert said in (ROOT / path).read_text(encoding="utf-8")
    assert (name in imported()) != (name in USED_BY_NAME)


def test_what_is_imported_is_asked_for() -> None:
    names = {name for name, _ in asked_for()}
    assert imported() - names - COMES_WITH.keys() - OPTIONAL == set()
    assert set(COMES_WITH.values()) <= names
