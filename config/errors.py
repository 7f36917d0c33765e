"""What settings that are missing or not valid raise: SettingsError, and nothing else."""

from __future__ import annotations


class SettingsError(Exception):
    """Settings are missing or not valid. `problems` has a sentence for each, which names its variable."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)
