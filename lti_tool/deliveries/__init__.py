"""The channels by which badges are delivered, a folder for each; a new folder is found without being listed."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from lti_tool.values import BakedBadge, Receipt, Recipient


class Channel(Protocol):
    """What the module of a channel defines; `Options` is a frozen dataclass of its settings.

    A channel may further define `mail_teacher(mail, options, reference)`, where it can bring a teacher what waits for
    them, `mail_approval(mail, options, reference)`, where it can bring mails about the approval of templates, and
    `tell(notice, recipient, options, reference)`, where it can tell a learner what became of their badge.
    """

    NAME: str
    LABEL: str
    Options: type[Any]

    def deliver(self, badge: BakedBadge, recipient: Recipient, options: Any, reference: str) -> Receipt:
        """Delivers the badge. Raises DeliveryError, permanent where another attempt is useless.

        `reference` identifies the delivery. A job may run twice, so a channel may be asked for the same delivery again;
        the recipient must be able to recognise it as the same.
        """


def _channels() -> dict[str, Channel]:
    channels: dict[str, Any] = {}
    for info in iter_modules(__path__):
        if info.ispkg:
            module = import_module(f"{__name__}.{info.name}")
            channels[module.NAME] = module
    return channels


CHANNELS = _channels()
