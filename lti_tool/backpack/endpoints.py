"""The addresses of the Open Badges API and of the authorization for it. Registered programs keep them."""

from __future__ import annotations

from dataclasses import dataclass

#: Of the standard, below the address of the host.
API_PATH = "/ims/ob/v3p0"
#: The same of Open Badges 2.1 (Badge Connect). Who registers, and how tokens are given, is of both.
BADGE_CONNECT_PATH = "/ims/ob/v2p1"
MANIFEST_PATH = "/.well-known/badgeconnect.json"
CONSENT_PATH = "/my/programs/authorize"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """`tool_url` has no slash at the end."""

    tool_url: str

    @property
    def api(self) -> str:
        return self.tool_url + API_PATH

    @property
    def credentials(self) -> str:
        return f"{self.api}/credentials"

    @property
    def badge_connect(self) -> str:
        return self.tool_url + BADGE_CONNECT_PATH

    @property
    def assertions(self) -> str:
        return f"{self.badge_connect}/assertions"

    @property
    def manifest(self) -> str:
        return self.tool_url + MANIFEST_PATH

    @property
    def registration(self) -> str:
        return f"{self.api}/register"

    @property
    def authorization(self) -> str:
        return self.tool_url + CONSENT_PATH

    @property
    def token(self) -> str:
        return f"{self.api}/token"

    @property
    def revocation(self) -> str:
        return f"{self.api}/revoke"
