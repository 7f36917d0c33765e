"""The call that brings a badge to a host: upsertCredential of the Open Badges 3.0 API, and what its answers mean."""

from __future__ import annotations

import json
from datetime import datetime

from lti_tool.errors import HostError
from lti_tool.hosts.calls import call, json_object, retry_after
from lti_tool.hosts.discovery import API_PATH
from lti_tool.outgoing import Outgoing


def push(outgoing: Outgoing, base: str, token: str, text: str, now: datetime) -> None:
    """Brings a secured credential, byte for byte, to the host at `base`.

    Raises HostError: `token` where it takes the token not; `busy` and `unreachable`, with what it says of waiting;
    `altered` where it says to keep something else; `too_large`, `refused`, `lost`, and those of `calls`.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    url = f"{base}{API_PATH}/credentials"
    answer = call(outgoing, "POST", url, headers=headers, data=text.encode())
    match answer.status:
        case 304:
            return
        case 200 | 201:
            if json_object(answer) != json.loads(text):
                raise HostError("altered")
        case 401:
            raise HostError("token")
        case 403 if "insufficient_scope" in answer.headers.get("WWW-Authenticate", ""):
            raise HostError("lost")
        case 413:
            raise HostError("too_large")
        case 429:
            raise HostError("busy", retry_after=retry_after(answer, now))
        case status if status >= 500 or status == 408:
            raise HostError("unreachable", retry_after=retry_after(answer, now))
        case status if 300 <= status < 400:
            raise HostError("redirected")
        case 404 | 405:
            raise HostError("not_a_host")
        case _:
            raise HostError("refused")
