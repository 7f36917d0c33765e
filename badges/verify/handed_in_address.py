"""address_in: the web address of a badge, where that is all that somebody hands in.

Read are a text that is an address and nothing else, and the files that are made when a link is dragged out of a
browser: `.url` of Windows, `.desktop` of Linux, `.webloc` of macOS.
"""

from __future__ import annotations

import plistlib
import re

from badges.verify.texts import decoded, is_web_address, without_quotes

_MAX_BYTES = 10_000
_SHORTCUT = re.compile(r"^\[(?:InternetShortcut|Desktop Entry)\]\s*$", re.MULTILINE)
_SHORTCUT_ADDRESS = re.compile(r"^URL=(.*)$", re.MULTILINE)
#: The library would also find the address in another XML file, such as an SVG with a badge.
_PROPERTY_LIST = re.compile(
    rb"\s*(?:bplist00|(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE\s+plist[^>\[]*>\s*)?<plist[\s>])"
)


def address_in(file: bytes) -> str | None:
    """The only address in the bytes; None where they are anything else, such as a badge."""
    if len(file) > _MAX_BYTES:
        return None
    if _PROPERTY_LIST.match(file):
        return as_address(_property_list_address(file))
    try:
        text, _ = decoded(file)
    except UnicodeDecodeError:
        text = file.decode("latin-1")  # a shortcut of Windows may have other lines in its own encoding
    if text.lstrip().startswith("[") and _SHORTCUT.search(text):
        addresses = _SHORTCUT_ADDRESS.findall(text)
        return as_address(addresses[0].strip()) if len(addresses) == 1 else None
    return as_address(without_quotes(text))


def as_address(value: object) -> str | None:
    """The address, None for anything else. Its scheme is in lower case: a telephone may begin a text with a capital."""
    if not isinstance(value, str) or not is_web_address(value):
        return None
    scheme, colon, rest = value.partition(":")
    return scheme.lower() + colon + rest


def _property_list_address(file: bytes) -> object:
    try:
        properties = plistlib.loads(file.lstrip())
    except Exception:  # noqa: BLE001 - the library raises errors of many kinds for what is no property list
        return None
    return properties.get("URL") if isinstance(properties, dict) else None
