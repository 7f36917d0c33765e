"""The channels by which badges are delivered, a folder for each; a new folder is found without being listed."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from lti_tool.platforms.services import Connection
from lti_tool.values import BakedBadge, Place, Receipt, Recipient


class Channel(Protocol):
    """What the module of a channel defines; `Options` is a frozen dataclass of its settings.

    A channel may further define `send(mail, options, reference)`, where it can bring any `MailContent`, and
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


class PlatformChannel(Protocol):
    """What the module of a channel defines that shows badges on the platform of the course, where that is open.

    It may further define `take_back(place, connection, now)`, where it can show a badge no longer.
    """

    NAME: str
    LABEL: str

    def is_open(self, place: Place) -> bool:
        """Whether badges can be shown there."""

    def show(self, name: str, place: Place, connection: Connection, now: datetime) -> Receipt:
        """Shows the badge of that name. Raises PlatformError, permanent where another attempt is useless.

        A job may run twice, so a channel may be asked for the same again.
        """


def _channels() -> dict[str, Any]:
    channels: dict[str, Any] = {}
    for info in iter_modules(__path__):
        if info.ispkg:
            module = import_module(f"{__name__}.{info.name}")
            channels[module.NAME] = module
    return channels


#: Each is a Channel, or a PlatformChannel.
CHANNELS = _channels()


def open_at(place: Place) -> list[str]:
    """The names of the channels that can show a badge there."""
    return [name for name, each in CHANNELS.items() if hasattr(each, "is_open") and each.is_open(place)]
