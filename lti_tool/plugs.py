"""What all plugs have in common: a folder each, which is their registry, and their words in that folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

LANGUAGES = ("en", "lv")


def found_in(package: str, path: Iterable[str]) -> dict[str, Any]:
    """The plugs of a package by their NAME: each folder in `path`, the package's own `__path__`, is one."""
    modules = (import_module(f"{package}.{info.name}") for info in iter_modules(path) if info.ispkg)
    return {module.NAME: module for module in modules}


def words(plug: Any, language: str) -> Mapping[str, Any]:
    """The plug's own sentences in a language: the file `en.toml` or `lv.toml` in its folder.

    They are tables of sentences by code, with {names} to be filled in. In English where it has no file of that
    language, and empty where it has none at all.
    """
    return _words(Path(plug.__file__).parent, language)


@cache
def _words(folder: Path, language: str) -> Mapping[str, Any]:
    file = folder / f"{language}.toml"
    if not file.exists():
        file = folder / "en.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
