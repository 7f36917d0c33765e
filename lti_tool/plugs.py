"""What all plugs have in common: a folder each, which is their registry, and their words in that folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

LANGUAGES = ("en", "lv")


def found_in(package: str, path: Iterable[str]) -> dict[str, Any]:
    """The plugs of a package by their NAME: each folder in `path`, the package's own `__path__`, is one.

    What several of them share is in a folder whose name begins with an underscore.
    """
    folders = (info.name for info in iter_modules(path) if info.ispkg and not info.name.startswith("_"))
    modules = (import_module(f"{package}.{name}") for name in folders)
    return {module.NAME: module for module in modules}


def words(plug: Any, language: str) -> Mapping[str, Any]:
    """The plug's own sentences in a language: the file `en.toml` or `lv.toml` in its folder.

    They are tables of sentences by code, with {names} to be filled in. A sentence may be a table itself, of its forms
    by the plural category of the `number` in it (`one`, `other`, as CLDR calls them). In English where it has no file
    of that language, and empty where it has none at all. Those of the module that it SHARES are its own too.
    """
    own = _words(Path(plug.__file__).parent, language)
    if not hasattr(plug, "SHARES"):
        return own
    shared = words(plug.SHARES, language)
    return {table: {**shared.get(table, {}), **own.get(table, {})} for table in {**shared, **own}}


def folders(plug: Any) -> Sequence[str]:
    """The names of the folders in which the plug's files are: its own, and that of the module that it SHARES."""
    modules = [plug, plug.SHARES] if hasattr(plug, "SHARES") else [plug]
    return [Path(module.__file__).parent.name for module in modules]


@cache
def _words(folder: Path, language: str) -> Mapping[str, Any]:
    file = folder / f"{language}.toml"
    if not file.exists():
        file = folder / "en.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
