"""Substitution of `$Variables` in the custom parameters of a launch (LTI 1.3 core)."""

from __future__ import annotations

from collections.abc import Mapping


def expand_variables(custom: Mapping[str, object], variables: Mapping[str, object]) -> dict[str, object]:
    """The custom parameters with known variables replaced; an unknown `$Name` stays as it is."""
    return {
        key: variables.get(value[1:], value) if isinstance(value, str) and value.startswith("$") else value
        for key, value in custom.items()
    }
