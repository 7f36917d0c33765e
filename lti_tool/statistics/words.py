"""What is said of reports, their tables and categories, in each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from badges.template.model import text_in
from badges.vocabularies import vocabulary
from lti_tool.statistics.categories import Dimension


@cache
def words_in(language: str) -> Mapping[str, Any]:
    """All phrases in one of LANGUAGES, by their names."""
    return tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def phrase(name: str, language: str) -> str:
    """The phrase of that name."""
    return str(words_in(language)[name])


def table_name(dimension: Dimension, language: str) -> str:
    """What the table of that dimension is called."""
    return str(words_in(language)["dimensions"][dimension])


def category_name(dimension: Dimension, code: str, language: str) -> str:
    """What the category is called; its code, where a newer list had it and this one has not."""
    named = words_in(language)["categories_by_code"].get(dimension, {})
    if code in named:
        return str(named[code])
    if dimension == "field":
        fields = vocabulary("isced_f")
        return text_in(fields[code].label, language) if code in fields else code
    return str(words_in(language)["categories"].get(dimension, "{code}")).format(code=code)
