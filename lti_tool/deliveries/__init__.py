"""The channels by which a badge reaches a learner, a folder each; the folder is the registry.

A channel gives: NAME, LABEL, its own frozen Options, and `deliver(badge, recipient, options, reference) -> Receipt`,
which raises DeliveryError. `reference` names the delivery; the same reference twice is the same delivery.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from lti_tool.values import BakedBadge, Receipt, Recipient


class Channel(Protocol):
    NAME: str
    LABEL: str
    Options: type[Any]

    def deliver(self, badge: BakedBadge, recipient: Recipient, options: Any, reference: str) -> Receipt: ...


def _modules() -> dict[str, Channel]:
    found: dict[str, Any] = {}
    for info in iter_modules(__path__):
        if info.ispkg:
            module = import_module(f"{__name__}.{info.name}")
            found[module.NAME] = module
    return found


CHANNELS = _modules()
