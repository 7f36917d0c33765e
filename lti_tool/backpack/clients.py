"""A registered program and what it was given, as Authlib's server asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest

from authlib.oauth2.rfc6749 import ClientMixin

from lti_tool.backpack.scopes import is_of_badge_connect
from lti_tool.store.models import Program, ProgramAccess, ProgramToken
from lti_tool.values import secret_hash


class Client(ClientMixin):  # type: ignore[misc]
    """The program as a client, which always shows its secret."""

    def __init__(self, row: Program) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request names where its answer goes."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes as they were asked for; None where there are none, or the program did not register one of them."""
        asked = (scope or "").split()
        registered = str(self.row.registered["scope"]).split()
        return " ".join(asked) if asked and all(each in registered for each in asked) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        # Letter by letter: whatever is nearly the same may lead elsewhere.
        return redirect_uri in self.row.registered["redirect_uris"]

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(secret_hash(client_secret), self.row.secret_hash)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether the secret may come so: in the header, and in Open Badges 2.1 in the body of a refresh too.

        Moodle sends it so, whatever it registered. Which requests take a secret in their body is for the grants to say.
        """
        if method == "client_secret_post":
            registered = str(self.row.registered["scope"]).split()
            return endpoint == "token" and is_of_badge_connect(registered)
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.row.registered["grant_types"]


class Given:
    """A code or a token that a program shows, once it was found to be its own."""

    def __init__(self, row: ProgramToken) -> None:
        self.row = row

    @property
    def access(self) -> ProgramAccess:
        return self.row.access

    @property
    def scopes(self) -> Sequence[str]:
        return self.row.scopes

    @property
    def expires_at(self) -> datetime:
        return self.row.expires_at

    @property
    def code_challenge(self) -> str | None:
        return self.row.challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str | None:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)

    def check_client(self, client: Client) -> bool:
        return self.row.access.client_id == client.row.client_id
