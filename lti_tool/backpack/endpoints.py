"""The addresses of the Open Badges API and of the authorization for it. Registered programs keep them."""

from __future__ import annotations

from dataclasses import dataclass

#: Of the standard, below the address of the host.
API_PATH = "/ims/ob/v3p0"
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
