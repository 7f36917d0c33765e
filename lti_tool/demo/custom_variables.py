"""Custom parameters with their `$Variables` put in; a name nobody knows stays as it stands."""

from __future__ import annotations

from collections.abc import Mapping


def expanded(custom: Mapping[str, object], variables: Mapping[str, object]) -> dict[str, object]:
    return {
        key: variables.get(value[1:], value) if isinstance(value, str) and value.startswith("$") else value
        for key, value in custom.items()
    }
