"""The answer to a deep linking request (LTI Deep Linking 2.0)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from lti_tool.platforms.adapters import LibraryRegistration
from lti_tool.values import DeepLinkingSettings, Json, Registration, ToolKey

LIFETIME_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentItem:
    """A link to be placed in the course.

    It has no line item unless `line_item_maximum`, its points, is given: a line item counts towards the course total,
    which is the grade that a badge may depend on.
    """

    title: str
    text: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    icon_url: str | None = None
    line_item_maximum: int | None = None


def deep_linking_response(
    settings: DeepLinkingSettings,
    registration: Registration,
    deployment_id: str,
    items: Sequence[ContentItem],
    key: ToolKey,
    now: datetime,
) -> str:
    """The signed LtiDeepLinkingResponse, to be posted as `JWT` to `settings.return_url`; no items means none chosen.

    Raises ValueError for several items where the platform accepts one.
    """
    if len(items) > 1 and not settings.accept_multiple:
        raise ValueError("the platform takes one item only")
    link = _DeepLink(LibraryRegistration(registration, key), deployment_id, settings, now)
    return link.get_response_jwt([_LibraryContentItem(item) for item in items])


class _DeepLink(DeepLink):
    """The library's response, with the claims that it leaves out or gets wrong."""

    def __init__(
        self,
        registration: LibraryRegistration,
        deployment_id: str,
        settings: DeepLinkingSettings,
        now: datetime,
    ) -> None:
        super().__init__(registration, deployment_id, {"deep_link_return_url": settings.return_url})
        self._value = registration.value
        self._data = settings.data
        self._now = int(now.timestamp())

    def get_message_jwt(self, resources: Sequence[DeepLinkResource]) -> Json:
        message: Json = dict(super().get_message_jwt(resources))
        # The library's audience is a list, which some platforms do not accept; it has no authorized party, takes the
        # machine's clock, and its nonce ends in a uuid1, which reveals the machine's network address.
        message |= {
            "aud": self._value.platform_id,
            "azp": self._value.client_id,
            "iat": self._now,
            "exp": self._now + LIFETIME_SECONDS,
            "nonce": secrets.token_urlsafe(32),
        }
        data = "https://purl.imsglobal.org/spec/lti-dl/claim/data"
        # The library sends null where the platform gave no data; a platform compares it with what it sent.
        if self._data is None:
            del message[data]
        else:
            message[data] = self._data
        return message


class _LibraryContentItem(DeepLinkResource):
    """A ContentItem as the library's; it knows no text, and sends `custom` even where it is empty."""

    def __init__(self, item: ContentItem) -> None:
        self._text = item.text
        self.set_title(item.title).set_url(item.url).set_custom_params(dict(item.custom))
        if item.icon_url:
            self.set_icon_url(item.icon_url)
        if item.line_item_maximum is not None:
            self.set_lineitem(LineItem().set_label(item.title).set_score_maximum(item.line_item_maximum))

    def to_dict(self) -> dict[str, Any]:
        item = super().to_dict()
        if self._text:
            item["text"] = self._text
        if not item["custom"]:
            del item["custom"]
        return item
