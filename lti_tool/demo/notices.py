"""Notices that a platform sends to tools (LTI Platform Notification Service 1.0): told in launches, signed, sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Any
from uuid import uuid4

import requests

from lti_tool.demo import lti_names, platform_keys
from lti_tool.demo.campus import Tool
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms

LIFETIME_SECONDS = 300


def service_claims(handlers_url: str, types: Sequence[str]) -> Json:
    """What launches tell of the notices of these types, which a tool asks for at that address."""
    return {
        lti_names.CLAIM + "platformnotificationservice": {
            "platform_notification_service_url": handlers_url,
            "scope": [lti_names.NOTICE_HANDLERS],
            "service_versions": ["1.0"],
            "notice_types_supported": list(types),
        }
    }


def message(lms: Lms, tool: Tool, notice_type: str, **claims: Any) -> Json:
    """The message of one notice; `claims` are further ones of its token, by their short names."""
    now = lms.now()
    told = {
        "iss": lms.product.issuer(lms.url),
        "aud": tool.client_id,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "nonce": secrets.token_urlsafe(15),
        lti_names.CLAIM + "version": "1.3.0",
        lti_names.CLAIM + "deployment_id": tool.deployment_id,
        lti_names.CLAIM + "notice": {
            "id": str(uuid4()),
            "timestamp": lms.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": notice_type,
        },
        **{lti_names.CLAIM + name: value for name, value in claims.items()},
    }
    return {"notices": [{"jwt": platform_keys.sign(told, lms.keys[-1])}]}


def send(lms: Lms, tool: Tool, notice: Json) -> None:
    """Sends the message of a notice from a thread of its own, once: what is lost is found by the tool's next look."""
    Thread(target=_post, args=(lms, tool.notice_handler, notice), daemon=True).start()


def _post(lms: Lms, address: str, notice: Json) -> None:
    with suppress(requests.RequestException):
        lms.http.post(address, json=notice, timeout=10)
