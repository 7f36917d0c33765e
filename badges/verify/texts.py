"""Texts as people hand them in: in another encoding, in quotes, with line breaks that a mail program has put in."""

from __future__ import annotations

import re

#: A JWS whose header begins with a brace and a name, as every header does: `{"`, also with a space or a line between;
#: or an SD-JWT, which has more behind a tilde.
_JWS = re.compile(r"e[wy][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.~-]*)?")
_WEB_ADDRESS = re.compile(r"(?i:https?)://[^\s<>\"]{1,2000}")
_QUOTES = "\"'`´<>«»‘’‚“”„"
#: Zero-width space and joiners, the word joiner, the byte order mark, the soft hyphen.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def decoded(file: bytes) -> tuple[str, bool]:
    """The text, and whether it is in UTF-8, as Open Badges demands, and not in UTF-16. Raises UnicodeDecodeError."""
    if file.startswith((b"\xff\xfe", b"\xfe\xff")):
        return file.decode("utf-16"), False
    # Without a byte order mark, a NUL beside the first character tells (RFC 4627, 3).
    if file[:1] == b"\0" or file[1:2] == b"\0":
        return file.decode("utf-16-be" if file[:1] == b"\0" else "utf-16-le"), False
    return file.decode("utf-8-sig"), True


def is_web_address(text: str) -> bool:
    """Whether the text is the address of a page or document, and nothing else."""
    return _WEB_ADDRESS.fullmatch(text) is not None


def is_without_tls(address: str | None) -> bool:
    """Whether it is an address whose answers could be changed on the way, so that it is not asked."""
    return (address or "").lower().startswith("http://")


def without_quotes(text: str) -> str:
    """The text without spaces and quotation marks around it."""
    return text.strip().strip(_QUOTES).strip()


def unwrapped_jws(text: str) -> str:
    """The compact JWS or SD-JWT without quotes around it, line breaks and invisible characters; else the text itself.

    None of these characters belongs to one, so what is left can be read in one way only, and is what was signed.
    """
    bare = without_quotes("".join(text.translate(_INVISIBLE).split()))
    return bare if _JWS.fullmatch(bare) else text
