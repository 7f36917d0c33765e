"""Readers of a Report, and of the JSON that is verified, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from badges.sentences import sentences
from badges.verify import Report


def finding(report: Report, name: str) -> tuple[str, str]:
    """The outcome and the code of one check."""
    return next((check.outcome, check.code) for check in report.checks if check.name == name)


def demand_sentences(report: Report) -> None:
    """Every code of the report has a sentence."""
    assert all(check.code in sentences()[check.name] for check in report.checks)


def members(value: Any) -> list[tuple[Any, Any]]:
    """Every member of every object and list in a document, as (container, key or index)."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [member for key, item in inner for member in ((value, key), *members(item))]
