"""What stands in our files: nothing of one machine, no registry's address, the same versions in both locks."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHES = {".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"}
NOT_OURS = {".git", ".venv", "var", "demo-out", "node_modules"} | CACHES
TEXTS = {
    ".cfg",
    ".css",
    ".env",
    ".html",
    ".in",
    ".js",
    ".lock",
    ".mjs",
    ".md",
    ".php",
    ".po",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".yml",
}

# Written in two halves, or this file would be the first to hold one.
MACHINE_PATHS = re.compile("(?<![\\w.])/(?:wo" + "rk|ro" + "ot|Us" + "ers|home/(?!nozimite))/")
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", r"deb\.deb" + "ian"))
)


def texts() -> Iterator[str]:
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if NOT_OURS.isdisjoint(relative.parts) and path.is_file():
            named = path.name in ("Makefile", "Dockerfile", "LICENSE") or relative.as_posix() == ".ci/run"
            if named or path.suffix in TEXTS:
                yield relative.as_posix()


# Each rule is one test for all files: a test for each of them would be eight thousand, which take longer to count than
# to run.
TEXTS_OF_OURS = tuple(texts())
TESTS = tuple(path for path in TEXTS_OF_OURS if re.search(r"^tests/.*test_\w+\.py$", path))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_walk_finds_our_files() -> None:
    assert {"Makefile", "pyproject.toml", ".ci/run", "docker/Dockerfile", "lti_tool/values.py"} <= set(
        TEXTS_OF_OURS
    )


def test_no_file_tells_of_one_machine() -> None:
    assert [(path, found) for path in TEXTS_OF_OURS if (found := MACHINE_PATHS.findall(read(path)))] == []


def test_no_file_names_a_registry() -> None:
    assert [(path, found) for path in TEXTS_OF_OURS if (found := REGISTRIES.findall(read(path)))] == []


def _asserts(path: str) -> bool:
    nodes = tuple(ast.walk(ast.parse(read(path))))
    tests = [
        node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    asserts = [node for node in nodes if isinstance(node, ast.Assert)]
    raises = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr == "raises"]
    return bool(tests and (asserts or raises))


def test_a_test_file_asserts() -> None:
    assert [path for path in TESTS if not _asserts(path)] == []


def _named_twice(path: str) -> set[str]:
    tree = ast.parse(read(path))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {name for name in names if names.count(name) > 1}


def test_no_test_hides_a_second_of_its_name() -> None:
    assert [(path, names) for path in TESTS if (names := _named_twice(path))] == []


def versions(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._\[\]-]+)==(\S+)", read(lock), re.MULTILINE))


def test_what_is_tested_is_what_runs() -> None:
    runs, tested = versions("requirements.lock"), versions("requirements-dev.lock")
    assert len(runs) > 20
    assert {name: tested.get(name) for name in runs} == runs


@pytest.mark.parametrize(
    "lock", ["requirements", "requirements-dev", "requirements-otel", "requirements-pkcs11"]
)
def test_a_lock_pins_every_package_by_hash(lock: str) -> None:
    pins = re.split(r"^(?=[A-Za-z0-9])", read(f"{lock}.lock"), flags=re.MULTILINE)[1:]
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize(
    ("lock", "brings"), [("requirements-otel", "opentelemetry-sdk"), ("requirements-pkcs11", "python-pkcs11")]
)
def test_what_is_optional_is_tested_as_it_runs(lock: str, brings: str) -> None:
    optional, tested = versions(f"{lock}.lock"), versions("requirements-dev.lock")
    assert brings in optional
    assert {name: tested.get(name) for name in optional} == optional


def test_the_lock_of_the_verifiers_of_others_pins_each_by_hash_and_names_no_place() -> None:
    folder = "tests/interop"
    asked = json.loads(read(f"{folder}/package.json"))["dependencies"]
    text = read(f"{folder}/package-lock.json")
    locked = json.loads(text)["packages"]
    assert REGISTRIES.findall(text) == []
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all(pin["integrity"].startswith("sha512-") for path, pin in locked.items() if path)


@pytest.mark.parametrize(
    "name", ["requirements", "requirements-dev", "requirements-otel", "requirements-pkcs11"]
)
def test_a_lock_holds_what_was_asked_for(name: str) -> None:
    asked = re.findall(r"^([A-Za-z][A-Za-z0-9_.-]*)", read(f"{name}.in"), re.MULTILINE)
    locked = {
        re.sub(r"\[.*\]|[._]", lambda match: "" if match[0][0] == "[" else "-", pin).lower()
        for pin in versions(f"{name}.lock")
    }
    assert {package.lower().replace("_", "-") for package in asked} - locked == set()


def _raising() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of public classes and modules with a `raise` of their own. The docstrings of the commands are
    their help, which users read: they are left out."""
    for path in sorted(
        path for part in ("signing", "badges", "lti_tool", "config") for path in (ROOT / part).rglob("*.py")
    ):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("lti_tool/commands/"):
            yield from (
                (name, function) for function in _functions(ast.parse(path.read_text(encoding="utf-8")).body)
            )


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _functions(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _raises(node):
            yield node


def _raises(node: ast.AST) -> bool:
    """Whether there is a `raise SomeError` in it, outside of functions inside it."""
    return any(
        (isinstance(child, ast.Raise) and child.exc is not None) or _raises(child)
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef)
    )


def test_every_public_function_that_raises_says_so() -> None:
    silent = [
        f"{path}: {function.name}"
        for path, function in _raising()
        if not re.search(r"\b[Rr]aises\b", ast.get_docstring(function) or "")
    ]
    assert silent == []
