"""A request for authorization as Authlib reads it, and its answer, without any framework of pages."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from authlib.oauth2.rfc6749.requests import OAuth2Payload, OAuth2Request

from lti_tool.errors import ProgramRefusedError
from lti_tool.values import Json

#: Authlib quotes what it refuses, and can quote nothing else in an error.
_QUOTABLE = re.compile(r"[ !#-\[\]-~]{0,2000}")
#: Authlib looks only whether it is https, and that is for TOOL_URL to say: on a developer's machine it is not.
_ADDRESS = "https://tool.invalid/"
#: Only these are ever quoted.
_QUOTED = ("client_id", "redirect_uri", "response_type", "grant_type")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthAnswer:
    """The status, the JSON of the body (None where there is none), and the headers."""

    status: int
    body: Json | None
    headers: Sequence[tuple[str, str]]

    @property
    def location(self) -> str | None:
        """Where it redirects to."""
        return next((value for name, value in self.headers if name == "Location"), None)


class _Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    @property
    def data(self) -> Mapping[str, str]:
        return {name: values[0] for name, values in self._values.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: list(values) for name, values in self._values.items()})


class OAuthRequest(OAuth2Request):  # type: ignore[misc]
    """The parameters of a request, each with all the values that it came with."""

    def __init__(self, method: str, values: Mapping[str, Sequence[str]], authorization: str = "") -> None:
        """Raises ProgramRefusedError for what no answer could quote, and for a parameter that comes twice."""
        if not all(_QUOTABLE.fullmatch(each) for name in _QUOTED for each in values.get(name, ())):
            raise ProgramRefusedError("invalid_request", "a parameter has letters that it cannot have")
        if any(len(each) > 1 for each in values.values()):
            raise ProgramRefusedError("invalid_request", "a parameter comes more than once")
        headers = {"Authorization": authorization} if _is_readable(authorization) else {}
        super().__init__(method, _ADDRESS, headers=headers)
        self.payload = _Payload(values)

    @property
    def form(self) -> Mapping[str, str]:
        return self.payload.data


def _is_readable(authorization: str) -> bool:
    """Whether Basic credentials are words at all: Authlib decodes them without looking."""
    try:
        b64decode(authorization.partition(" ")[2].strip()).decode()
    except ValueError:
        return False
    return authorization.isascii()
