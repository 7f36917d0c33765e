"""A made-up channel: the badge is announced, in a file."""

from dataclasses import dataclass
from pathlib import Path

from lti_tool.values import Receipt

NAME = "loudspeaker"
LABEL = "Loudspeaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`file`: where announcements are written."""

    file: Path


def deliver(badge, recipient, options, reference):
    """Announces the badge."""
    options.file.write_text(f"{recipient.name}: {badge.name}", encoding="utf-8")
    return Receipt(channel=NAME, reference=reference)
