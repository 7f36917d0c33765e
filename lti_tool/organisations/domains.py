"""Whether somebody controls a domain: they put our challenge into its DNS, or into a file of its own web server.

Both are in the hands of those who run the domain, and a mailbox is not: many people have one, and some leave. What is
proved is that domain by itself: of `a.example.org` nothing follows for `example.org`, nor the other way round.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from lti_tool.errors import DomainError, OutgoingError
from lti_tool.outgoing import HttpResponse, Outgoing

#: Where the file stands, over https. It is the only address of a domain that is ever asked.
PATH = "/.well-known/nozimite.txt"
#: The name of the TXT record, before the domain, and what its text begins with.
RECORD = "_nozimite"
PREFIX = "nozimite="
SECONDS = 10
MAX_BYTES = 4_000
#: Challenges of other tools and organisations may stand beside ours. An answer of the DNS is never larger than 64 KB.
MAX_LINES = 50

#: The texts of the TXT records of a name; none where it has none, or no name server answers.
FindTexts = Callable[[str], Sequence[str]]

#: Letters that IDNA 2003, which Python speaks, and UTS 46, which browsers speak, turn into different names.
_READ_IN_TWO_WAYS = frozenset("ßẞς\u200c\u200d")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def domain_of(typed: str) -> str:
    """The domain that somebody typed, also as an address, as the DNS has it: ASCII, in lower case.

    One with letters of other alphabets stays in that form on pages too (`xn--...`), because some of these letters look
    like others. A mail address is none. Raises DomainError `no_domain`; `two_domains` where an older and the present
    standard make two domains of it: `faß.example` was `fass.example`, which may be somebody else's.
    """
    text = typed.strip()
    if "@" in text or text.split() != [text]:
        raise DomainError("no_domain")
    if set(text) & _READ_IN_TWO_WAYS:
        raise DomainError("two_domains")
    try:
        host = urlsplit(text if "://" in text else f"https://{text}").hostname or ""
        domain = host.encode("idna").decode("ascii").lower().rstrip(".")
    except (ValueError, UnicodeError) as error:
        raise DomainError("no_domain") from error
    labels = domain.split(".")
    is_name = len(labels) > 1 and all(_LABEL.fullmatch(each) for each in labels)
    # A number at the end is that of an IP address, which may be given to somebody else tomorrow.
    if not is_name or len(domain) > 253 or not labels[-1][:1].isalpha():
        raise DomainError("no_domain")
    return domain


def record_name(domain: str) -> str:
    """The name of the TXT record."""
    return f"{RECORD}.{domain}"


def record_text(challenge: str) -> str:
    """The text of the TXT record, and a line of the file."""
    return f"{PREFIX}{challenge}"


def file_address(domain: str) -> str:
    """The address of the file."""
    return f"https://{domain}{PATH}"


def check_domain(outgoing: Outgoing, find_texts: FindTexts | None, domain: str, challenge: str) -> None:
    """Returns where the challenge is in the DNS of the domain, or in its file; `find_texts` is None without the DNS.

    Raises DomainError with what the file's answer was.
    """
    wanted = record_text(challenge)
    if find_texts is not None and _holds(find_texts(record_name(domain)), wanted):
        return
    answer = _ask(outgoing, file_address(domain))
    if not _holds(_lines(answer), wanted):
        raise DomainError("another")


def _ask(outgoing: Outgoing, address: str) -> HttpResponse:
    try:
        outgoing.check_url(address)
    except OutgoingError as error:
        raise DomainError("refused_address") from error
    try:
        # A redirect is returned and not followed: it would prove the domain that it leads to.
        answer = outgoing.request("GET", address, max_bytes=MAX_BYTES, seconds=SECONDS)
    except OutgoingError as error:
        raise DomainError("refused_address" if error.permanent else "unreachable") from error
    if 300 <= answer.status < 400:
        raise DomainError("redirected")
    if answer.status != 200:
        raise DomainError("absent")
    return answer


def _lines(answer: HttpResponse) -> Sequence[str]:
    """The lines of a plain text. A page is none: many sites answer every address with one that shows what was asked."""
    text = answer.body.decode("utf-8", "replace").lstrip("\ufeff")
    kind = answer.headers.get("Content-Type", "text/plain").partition(";")[0].strip().lower()
    if kind != "text/plain" or text.lstrip().startswith("<"):
        raise DomainError("web_page")
    return text.splitlines()[:MAX_LINES]


def _holds(texts: Sequence[str], wanted: str) -> bool:
    """Whether one of the texts is the wanted one, whole."""
    return any(hmac.compare_digest(each.strip().encode(), wanted.encode()) for each in texts)
