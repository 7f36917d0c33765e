"""The DKIM signature on mails (RFC 6376): the receiving server learns that the sender's domain vouches for them.

Both canonicalizations are "relaxed": servers on the way may fold a header anew, or change the space at the end of a
line.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

#: What a signature covers, as far as a mail has it. RFC 8058 asks for both headers of unsubscribing.
_SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
#: Named once more than they are there: one that is put in on the way breaks the signature.
_NO_MORE = ("from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post")
#: RFC 8301: verifiers take no shorter key, and everybody takes this length.
_FEWEST_BITS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """An RSA key of a domain. Its public half is in the DNS, at `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    key: RSAPrivateKey = field(repr=False)

    @property
    def published(self) -> str:
        """The public half, as the DNS has to have it: base64 of its SubjectPublicKeyInfo."""
        public = self.key.public_key()
        return b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def signed(self, message: bytes) -> bytes:
        """The message, with CRLF line ends, and the signature before it."""
        head, _, body = message.partition(b"\r\n\r\n")
        there = dict(_relaxed_headers(head))
        names = [*(name for name in _SIGNED if name in there), *_NO_MORE]
        signature = self._unsigned(names, b64encode(sha256(_relaxed_body(body)).digest()).decode())
        # The header of the signature is covered too, as it is before the signature is put in, and without a line end.
        own = b"".join(value for _, value in _relaxed_headers(signature.encode())).removesuffix(b"\r\n")
        covered = b"".join(there[name] for name in _SIGNED if name in there) + own
        value = b64encode(self.key.sign(covered, PKCS1v15(), SHA256())).decode()
        return f"{signature}{_folded(value)}\r\n".encode() + message

    def _unsigned(self, names: Sequence[str], body_hash: str) -> str:
        return "\r\n ".join(
            (
                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;",
                f"d={self.domain}; s={self.selector};",
                f"h={':'.join(names[:8])}",
                f":{':'.join(names[8:])};",
                f"bh={body_hash};",
                "b=",
            )
        )


def read_key(pem: bytes, domain: str, selector: str) -> DkimKey:
    """The key. Raises ValueError where `pem` is no RSA private key that verifiers accept."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no private key in PEM without a password") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < _FEWEST_BITS:
        raise ValueError("no RSA key of 1024 bits or more")
    return DkimKey(domain=domain, selector=selector, key=key)


def _relaxed_headers(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Each header by its name, as RFC 6376 section 3.4.2 has it; every one of ours is there once."""
    for field_text in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field_text.partition(b":")
        unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
        plain_name = name.strip().lower()
        yield plain_name.decode("ascii", "replace"), plain_name + b":" + unfolded + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    """The body as RFC 6376 section 3.4.4 has it."""
    lines = (re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n"))
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _folded(value: str) -> str:
    return "\r\n ".join(value[start : start + 72] for start in range(0, len(value), 72))
