"""ask: what an address serves, with its redirects followed.

Each redirect is a fetch of the same `lookups.fetch`: it is judged by the same rules and spends the same budget as the
address that the badge names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from badges.errors import BudgetSpentError, HttpStatusError
from badges.verify.lookups import Lookups
from badges.verify.report import LIMIT_REACHED, Finding, unknown
from badges.verify.texts import is_without_tls
from signing.errors import ProofError
from signing.json_text import Json, read_object

MAX_REDIRECTS = 5


class NotServedError(Exception):
    """What was asked for cannot be had, or proves nothing; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An answer. `asked` is the address that was given, `address` the one that answered after all redirects."""

    asked: str
    address: str
    status: int
    body: bytes = field(repr=False)

    @property
    def has_moved(self) -> bool:
        """Whether redirects led to another site."""
        return authority(self.address) != authority(self.asked)

    def read(self) -> Json:
        """The JSON object. Raises NotServedError where the address did not serve one."""
        if self.status != 200:
            raise NotServedError(unknown("hosted_not_reached", f"{self.address}: {self.status}"))
        try:
            return read_object(self.body.removeprefix(b"\xef\xbb\xbf").decode())
        except (ProofError, ValueError) as error:
            raise NotServedError(unknown("hosted_unreadable", self.address)) from error

    def answers_as(self, declared_id: str | None) -> bool:
        """Whether this is where a document with that id is served; one without an id has that of its address."""
        return declared_id in (None, self.asked, self.address)


def ask(address: str, lookups: Lookups) -> Served:
    """The answer of the address, of any status but a redirect.

    Raises NotServedError where there is none, or the address may not be asked.
    """
    if lookups.fetch is None:
        raise NotServedError(unknown("hosted_not_asked", address))
    hop = address
    for _ in range(MAX_REDIRECTS + 1):
        if not authority(hop):
            raise NotServedError(
                unknown("hosted_without_tls" if is_without_tls(hop) else "hosted_no_address", hop)
            )
        try:
            return Served(asked=address, address=hop, status=200, body=lookups.fetch(hop))
        except HttpStatusError as error:
            if error.location is None:
                return Served(asked=address, address=hop, status=error.status, body=error.body)
            hop = _target(hop, error.location)
        except BudgetSpentError as error:
            raise NotServedError(unknown(LIMIT_REACHED, hop)) from error
        except Exception as error:  # `fetch` may raise anything, and every reason means: not reached
            raise NotServedError(
                unknown("hosted_not_reached", f"{hop}: {error.__class__.__name__}")
            ) from error
    raise NotServedError(unknown("hosted_redirects", address))


def fetch_json(address: str, lookups: Lookups) -> Json:
    """The JSON object at the address. Raises NotServedError where none can be fetched."""
    return ask(address, lookups).read()


def authority(address: str | None) -> str:
    """The host of an https address, in lower case and with its port unless that is the usual one; else empty."""
    try:
        parts = urlsplit(address or "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or not host:
        return ""
    return host if port in (None, 443) else f"{host}:{port}"


def _target(address: str, location: str) -> str:
    """Where a redirect leads. Raises NotServedError where that is no address."""
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise NotServedError(unknown("hosted_not_reached", address)) from error
