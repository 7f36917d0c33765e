"""The public URLs of the tool, all built here.

Credentials name most of them, so none may ever change its form.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from badges.schemas import PACK_SCHEMA_PATH
from badges.sd_jwt.claims import type_address
from signing.document_loader import EXTENSION_PATH

EXTENSION_SCHEMA_PATH = EXTENSION_PATH.replace("context.jsonld", "schema.json")


def without_scheme(url: str) -> str:
    """The address without https:// or http://: behind a proxy a request does not tell which it was."""
    return url.partition("://")[2] or url


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """`tool_url` and `extension_url` have no slash at the end; `issuer_slug` stands for the issuer in URLs."""

    tool_url: str
    issuer_slug: str
    extension_url: str

    @property
    def host(self) -> str:
        return urlsplit(self.tool_url).hostname or ""

    @property
    def issuer(self) -> str:
        return f"{self.tool_url}/issuers/{self.issuer_slug}"

    @property
    def verifier(self) -> str:
        """The page on which anybody checks badges."""
        return f"{self.tool_url}/verify"

    @property
    def logo(self) -> str:
        return f"{self.issuer}/logo.png"

    @property
    def keys(self) -> str:
        return f"{self.issuer}/keys"

    @property
    def badge_type(self) -> str:
        """The type of badges of this issuer as SD-JWT VC (`vct`)."""
        return type_address(self.issuer)

    @property
    def extension_context(self) -> str:
        return self.extension_url + EXTENSION_PATH

    @property
    def extension_schema(self) -> str:
        return self.extension_url + EXTENSION_SCHEMA_PATH

    @property
    def pack_schema(self) -> str:
        """The JSON Schema of recognition packs."""
        return self.tool_url + PACK_SCHEMA_PATH

    def credential(self, credential_id: str) -> str:
        return f"{self.tool_url}/credentials/{credential_id}"

    def badge_page(self, credential_id: str) -> str:
        return f"{self.tool_url}/badges/{credential_id}"

    @property
    def catalogue(self) -> str:
        """The catalogue of the issuer."""
        return f"{self.issuer}/catalogue"

    def offer(self, template_id: str) -> str:
        """A template in the catalogue, in whichever version it is there."""
        return f"{self.tool_url}/catalogue/{template_id}"

    def shared_badge(self, token: str) -> str:
        return f"{self.tool_url}/shared/{token}"

    def achievement(self, template_id: str, version: int) -> str:
        return f"{self.tool_url}/achievements/{template_id}/{version}"

    def picture(self, template_id: str, version: int) -> str:
        return f"{self.achievement(template_id, version)}/image.png"

    def status_list(self, list_id: int) -> str:
        return f"{self.tool_url}/status/{list_id}"

    def reminders(self, token: str) -> str:
        return f"{self.tool_url}/mail/reminders/{token}"

    def holder_check(self, token: str) -> str:
        return f"{self.tool_url}/mail/holder/{token}"

    def wallet_offer(self, token: str) -> str:
        return f"{self.tool_url}/wallet/offers/{token}"

    def wallet_endpoint(self, name: str) -> str:
        return f"{self.issuer}/wallet/{name}"

    def interaction(self, token: str) -> str:
        """What a QR code for wallets says; the query tells them that it is for them."""
        return f"{self.tool_url}/interactions/{token}?iuv=1"

    def exchange(self, token: str) -> str:
        return f"{self.tool_url}/exchanges/{token}"

    def presentation(self, token: str) -> str:
        return f"{self.exchange(token)}/presentation"

    def approval(self, code: str) -> str:
        return f"{self.tool_url}/lti/approval?code={code}"
