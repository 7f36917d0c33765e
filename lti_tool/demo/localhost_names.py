"""HTTP requests to `*.localhost`: browsers resolve these names, the resolver of a plain Debian does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


def is_localhost_name(host: str | None) -> bool:
    """Whether the name always means this machine (RFC 6761)."""
    return host is not None and (host == "localhost" or host.endswith(".localhost"))


class LocalhostAdapter(HTTPAdapter):
    """Connects to 127.0.0.1 for every `*.localhost`, and sends the name itself in the Host header and as SNI."""

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        parts = urlsplit(request.url or "")
        if not is_localhost_name(parts.hostname):
            return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        host, tls = self.build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            tls = {**tls, "server_hostname": parts.hostname, "assert_hostname": parts.hostname}
        return self.poolmanager.connection_from_host(**{**host, "host": "127.0.0.1"}, pool_kwargs=tls)

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:  # noqa: ARG002  # as HTTPAdapter has it
        """Names the host that was asked for: urllib3 would name the one it connected to."""
        request.headers["Host"] = urlsplit(request.url or "").netloc


def localhost_session() -> requests.Session:
    """A requests session that reaches `*.localhost` and uses no proxy."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", LocalhostAdapter())
    session.mount("https://", LocalhostAdapter())
    return session
