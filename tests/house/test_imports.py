"""Imports go one way, each library keeps to its room, the pure packages stay pure, and each plug fits its registry."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from lti_tool import sources

ROOT = Path(__file__).parents[2]
STOREYS = ("signing", "badges", "config", "lti_tool")

#: The rooms of lti_tool: each may import those that stand before it. `demo` imports nothing but itself.
ROOMS = (
    *(
        "__version__",
        "observations",
        "values",
        "errors",
        "language",
        "plugs",
        "addresses",
        "private_files",
        "logs",
        "traces",
        "outgoing",
        "bounded_process",
        "verification",
        "mails",
    ),
    *(
        "store",
        "platforms",
        "review_dates",
        "issuing",
        "wallets",
        "sealing",
        "conditions",
        "sources",
        "awarding",
        "people",
        "operators",
        "templates",
        "organisations",
        "feedback",
        "reviews",
        "deliveries",
        "publishing",
        "catalogue",
        "statistics",
        "backpack",
        "pathways",
        "hosts",
        "prior_learning",
        "bulk_acts",
        "privacy",
        "backups",
    ),
    *(
        "wiring",
        "self_test",
        "jobs",
        "tasks",
        "worker",
        "doctor",
        "web",
        "demo",
        "commands",
        "wsgi",
        "__main__",
    ),
)
#: Rooms that know nothing of badges and proofs, only plain values.
PLAIN = (
    "observations",
    "errors",
    "outgoing",
    "language",
    "logs",
    "private_files",
    "platforms",
    "conditions",
    "sources",
    "mails",
    "deliveries",
    "people",
    "operators",
    "demo",
)
#: What even they import: which characters a person can see is said once for what is read and what is signed.
READ_BY_ALL = ("badges.readable",)
KNOW_SETTINGS = ("wiring", "wsgi", "worker", "doctor", "commands")
READ_ENVIRONMENT = ("wsgi", "worker", "commands", "demo")

#: Where each framework lives. What is imported and stands neither here nor in the standard library has no room yet.
FRAMEWORKS = {
    "pylti1p3": ("lti_tool.platforms",),
    "flask": ("lti_tool.web", "lti_tool.demo"),
    "flask_babel": ("lti_tool.web",),
    "flask_limiter": ("lti_tool.web",),
    "markdown_it": ("lti_tool.web",),
    "limits": ("lti_tool.web", "lti_tool.doctor"),
    "redis": ("lti_tool.web",),
    "babel": ("lti_tool.web", "lti_tool.language", "lti_tool.prior_learning.currencies"),
    "jinja2": ("lti_tool.web", "lti_tool.demo"),
    "markupsafe": ("lti_tool.web", "lti_tool.demo"),
    "werkzeug": ("lti_tool.web", "lti_tool.demo"),
    "gunicorn": ("lti_tool.wsgi",),
    "sqlalchemy": ("lti_tool.store",),
    "alembic": ("lti_tool.store",),
    "psycopg": ("lti_tool.store",),
    "celery": ("lti_tool.tasks", "lti_tool.worker"),
    "kombu": ("lti_tool.tasks", "lti_tool.worker"),
    "click": ("lti_tool.commands",),
    "authlib": (
        "lti_tool.platforms",
        "lti_tool.operators",
        "lti_tool.deliveries",
        "lti_tool.backpack",
        "lti_tool.hosts",
        "lti_tool.sealing",
        "lti_tool.web",
    ),
    "joserfc": ("lti_tool.platforms", "lti_tool.operators"),
    "requests": ("lti_tool.demo",),
    "urllib3": ("lti_tool.outgoing",),
    "certifi": ("lti_tool.outgoing", "lti_tool.doctor"),
    "dns": ("lti_tool.doctor", "lti_tool.organisations"),
    "prometheus_client": ("lti_tool.web",),
    "structlog": ("lti_tool.logs",),
    "opentelemetry": ("lti_tool.traces",),
    "PIL": ("badges",),
    "isal": ("badges",),
    "fpdf": ("badges",),
    "fontTools": ("badges.design", "badges.rebuilt_svg"),
    "resvg_py": ("badges.rebuilt_svg",),
    "lucide": ("badges.design",),
    "uharfbuzz": ("badges",),
    "font_manrope": ("lti_tool.web",),
    "jsonschema_rs": ("badges",),
    "pypdf": ("badges",),
    "zxingcpp": ("badges",),
    "segno": ("badges",),
    "pyld": ("signing",),
    "cachetools": ("signing", "lti_tool.publishing"),
    "webauthn": ("lti_tool.operators",),
    "jwt": ("lti_tool.platforms", "lti_tool.demo"),
    "cryptography": (
        "signing",
        "lti_tool.platforms",
        "lti_tool.mails",
        "lti_tool.issuing.vaults",
        "lti_tool.demo",
    ),
    "pkcs11": ("lti_tool.issuing.vaults",),
    "smtplib": ("lti_tool.deliveries",),
    "urllib.request": ("lti_tool.outgoing", "lti_tool.demo"),
    "http.client": ("lti_tool.outgoing", "lti_tool.demo"),
}
#: What the database raises is caught where the story is told; all else of SQLAlchemy stays in the store.
SEEN_EVERYWHERE = ("sqlalchemy.exc",)

#: What is pure: the storeys below the application, and what decides who has earned a badge.
PURE = ("signing/", "badges/", "lti_tool/observations/", "lti_tool/conditions/")
#: What a pure module has no use for: the network, the clock, the file of a log, another process.
IMPURE = (
    "asyncio",
    "http",
    "logging",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "time",
    "urllib.request",
)
CLOCKS = {"now", "utcnow", "today"}


def _modules() -> Iterator[str]:
    for storey in STOREYS:
        for path in sorted((ROOT / storey).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix()


MODULES = tuple(_modules())


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: str) -> Iterator[str]:
    """Every name the module imports, `from a import b` as `a.b`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(name: str) -> str:
    """`platforms` for `lti_tool.platforms.login.Login` and for `lti_tool/platforms/login.py`; empty for lti_tool."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def may_import(importer: str, imported: str) -> bool:
    """The law of the storeys and, inside lti_tool, of the rooms."""
    here, there = importer.split(".")[0], imported.split(".")[0]
    if here != "lti_tool":
        return there == here or (here, there) == ("badges", "signing")
    ours, theirs = room(importer), room(imported)
    if there == "config":
        return ours in KNOW_SETTINGS
    if there != "lti_tool":
        return ours not in PLAIN or within(imported, READ_BY_ALL)
    if ours == "demo":
        return theirs == "demo"
    return not ours or ours == theirs or ROOMS.index(theirs) < ROOMS.index(ours)


# Each rule is one test for all modules: see tests/house/test_texts.py.


def of_modules(strays: Callable[[str], Collection[Any]]) -> dict[str, Collection[Any]]:
    """What the rule finds wrong, by the path of the module; modules that keep it are left out."""
    return {path: found for path in MODULES if (found := strays(path))}


def test_imports_go_one_way() -> None:
    def strays(path: str) -> list[str]:
        ours = [name for name in imports(path) if name.split(".")[0] in STOREYS]
        return [name for name in ours if not may_import(dotted(path), name)]

    assert of_modules(strays) == {}


def test_imports_are_absolute() -> None:
    def strays(path: str) -> list[int]:
        nodes = ast.walk(tree(path))
        return [node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and node.level]

    assert of_modules(strays) == {}


def test_a_framework_keeps_to_its_room() -> None:
    def strays(path: str) -> set[str]:
        return {
            name
            for name in imports(path)
            for framework, rooms in FRAMEWORKS.items()
            if within(name, (framework,))
            and not within(dotted(path), rooms)
            and not within(name, SEEN_EVERYWHERE)
        }

    assert of_modules(strays) == {}


def test_what_is_imported_has_a_room() -> None:
    known = {*STOREYS, *FRAMEWORKS, *sys.stdlib_module_names}
    assert of_modules(lambda path: {name.split(".")[0] for name in imports(path)} - known) == {}


def test_what_is_pure_has_no_clock_network_or_environment() -> None:
    def strays(path: str) -> list[object]:
        if not path.startswith(PURE):
            return []
        clocks = [
            node.lineno
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
        ]
        impure = [name for name in imports(path) if within(name, IMPURE)]
        return [*impure, *_environment_reads(path), *clocks]

    assert [path for path in MODULES if path.startswith(PURE)]
    assert of_modules(strays) == {}


def test_only_the_doors_read_the_environment() -> None:
    def strays(path: str) -> list[int]:
        at_the_door = path.startswith("lti_tool/") and room(dotted(path)) in READ_ENVIRONMENT
        return [] if at_the_door else _environment_reads(path)

    assert of_modules(strays) == {}


def _environment_reads(path: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]


def test_the_walk_sees_every_kind_of_wrong_import() -> None:
    assert not may_import("signing.keys", "badges.model")
    assert not may_import("badges.bake", "lti_tool.values")
    assert may_import("badges.bake", "signing.secured")
    assert not may_import("lti_tool.store.outbox", "lti_tool.platforms.login")
    assert not may_import("lti_tool.conditions.tree", "lti_tool.awarding")
    assert not may_import("lti_tool.awarding", "config.settings")
    assert not may_import("lti_tool.demo.lms", "lti_tool.values")
    assert not may_import("lti_tool.deliveries.email", "badges.model")
    assert may_import("lti_tool.web.platforms.launch", "lti_tool.platforms.launch")
    assert may_import("lti_tool.commands.main", "lti_tool.demo.lms")


def test_no_module_imports_another_in_a_circle() -> None:
    """A module can be read, tested and replaced with those below it alone."""
    names = {dotted(path): path for path in MODULES}
    below = {
        name: {found for each in imports(path) if (found := _module(each, names)) not in (None, name)}
        for name, path in names.items()
    }
    while free := {name for name, needed in below.items() if not needed & below.keys()}:
        below = {name: needed for name, needed in below.items() if name not in free}
    assert below == {}


def _module(imported: str, names: dict[str, str]) -> str | None:
    """The module of ours that an imported name is, or is in."""
    return next((name for name in (imported, imported.rpartition(".")[0]) if name in names), None)


def test_our_names_are_ours() -> None:
    for name in STOREYS:
        module = importlib.import_module(name)
        assert Path(next(iter(module.__path__))).is_relative_to(ROOT)
        assert packages_distributions().get(name, []) == [], f"a dependency brings a top-level {name} too"


def test_the_core_needs_no_framework() -> None:
    code = (
        "import sys, badges.verify; "
        "print([name for name in ('flask', 'sqlalchemy', 'celery', 'pylti1p3', 'requests', 'config', 'lti_tool')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- Plugs: the folder is the registry, and each plug in it offers what the protocol of its package demands ---

#: package -> its registry, the protocol of its plugs, and the names of those that must be there.
REGISTRIES = {
    "signing.proofs": (
        "PROOFS",
        "signing.proof_type.ProofType",
        {
            "eddsa-rdfc-2022",
            "eddsa-jcs-2022",
            "eddsa-2022",
            "Ed25519Signature2020",
            "ecdsa-rdfc-2019",
            "ecdsa-jcs-2019",
            "ecdsa-sd-2023",
            "vc-jwt",
            "vc-jwt-rs256",
            "vc-jwt-eddsa",
            "vc-jwt-es384",
            "sd-jwt",
            "sd-jwt-eddsa",
            "sd-jwt-es384",
            "sd-jwt-rs256",
        },
    ),
    "lti_tool.deliveries": ("CHANNELS", "lti_tool.deliveries.Channel", {"email", "mail_folder", "gradebook"}),
    "lti_tool.conditions": (
        "CONDITIONS",
        "lti_tool.conditions.Condition",
        {
            *("link_opened_to_them", "opened_it_themselves", "result_at_least", "confirmed", "not_before"),
            *("course_completed", "activity_completed", "final_score_at_least", "until", "holds_badge"),
            "pathway_part",
        },
    ),
    "lti_tool.doctor": (
        "CHECKS",
        "lti_tool.doctor.Check",
        {
            "settings",
            "files",
            "database",
            "background_work",
            "public_address",
            "mail",
            "platforms",
            "issuer",
            "clock",
        },
    ),
    "lti_tool.sources": (
        "SOURCES",
        "lti_tool.sources.Source",
        {"member_lists", "line_item_results", "launches", "teacher"},
    ),
}


def plugs() -> Iterator[tuple[str, str]]:
    for package, (registry, _, _) in REGISTRIES.items():
        for name in getattr(importlib.import_module(package), registry):
            yield package, name


def parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


@pytest.mark.parametrize(("package", "name"), tuple(plugs()))
def test_a_plug_fits(package: str, name: str) -> None:
    """A plug is a module (its name is NAME) or, where several share their code, an object (its name is `name`)."""
    registry, protocol_name, _ = REGISTRIES[package]
    plug = getattr(importlib.import_module(package), registry)[name]
    if package == "lti_tool.deliveries" and hasattr(plug, "is_open"):
        protocol_name = "lti_tool.deliveries.PlatformChannel"
    module, _, attribute = protocol_name.rpartition(".")
    protocol = getattr(importlib.import_module(module), attribute)
    assert plug.__doc__
    assert name == (plug.NAME if inspect.ismodule(plug) else plug.name)
    members = {member: value for member, value in vars(protocol).items() if not member.startswith("_")}
    functions = {member: value for member, value in members.items() if inspect.isfunction(value)}
    for member, function in functions.items():
        assert parameters(getattr(plug, member)) == parameters(function), member
    for member in {*members, *inspect.get_annotations(protocol)} - {*functions}:
        assert hasattr(plug, member), member
    if options := getattr(plug, "Options", None):
        assert options.__dataclass_params__.frozen
    if package == "lti_tool.conditions":
        assert parameters(plug.Options.holds) == ["facts"]
        in_forms = getattr(plug, "IN_FORMS", True)
        if not plug.IS_OCCASION and in_forms:
            assert parameters(plug.Options.typed) == ["zone"]
        readers = {
            "read_form": ["typed"],
            "read_choice": ["typed", "choices"],
            "read_demand": ["typed", "asked"],
            "read_part": ["typed", "asked"],
        }
        has = [name for name in readers if hasattr(plug, name)]
        assert len(has) == 1 or (not has and (plug.IS_OCCASION or not in_forms))
        assert all(parameters(getattr(plug, name)) == readers[name] for name in has)
        assert ("read_choice" in has) == hasattr(plug, "choices")


@pytest.mark.parametrize("name", sources.SOURCES)
def test_a_source_that_looks_fits(name: str) -> None:
    source = sources.SOURCES[name]
    if hasattr(source, "look"):
        assert parameters(source.look) == parameters(sources.LookingSource.look)


@pytest.mark.parametrize("package", tuple(REGISTRIES))
def test_no_plug_has_gone_missing(package: str) -> None:
    registry, _, known = REGISTRIES[package]
    assert known <= set(getattr(importlib.import_module(package), registry))
