"""The look of the issuer of a page: the addresses of its logo, and of the style sheet with its colour.

Each address has a hash of what it leads to, so that browsers keep it. The sheet has nothing in it but that one colour:
a page takes no style from elsewhere, and none that stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Flask

from lti_tool.issuing.accent import Accent
from lti_tool.issuing.look import Look
from lti_tool.web.page_issuer import page_issuer

#: A year: another colour, or another picture, has another address.
LASTING = 31_536_000
#: For whoever asks without the hash, as mails do, or with one of another time.
PASSING = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class LookOfPage:
    """Addresses on this site; empty where the issuer has chosen no colour, or no logo."""

    accent: str
    logo: str


def set_up(app: Flask) -> None:
    """Makes the look known to the pages."""
    app.jinja_env.globals["look"] = look_of_page


def look_of_page() -> LookOfPage:
    """How the issuer of the page looks."""
    issuer = page_issuer()
    look, path = issuer.look, f"/issuers/{issuer.profile.slug}"
    return LookOfPage(
        accent=f"{path}/accent.css?v={accent_version(look.accent)}" if look.accent else "",
        logo=f"{path}/logo.png?v={logo_version(look)}" if look.logo else "",
    )


def accent_version(accent: Accent) -> str:
    """What stands for the style sheet in its address."""
    return sha256(style_sheet(accent)).hexdigest()[:10]


def logo_version(look: Look) -> str:
    """What stands for the logo in its address."""
    return look.logo[:10]


def style_sheet(accent: Accent) -> bytes:
    """The style sheet: a ground for white words, and a line that is seen on it or beside it."""
    return (
        f":root {{ --accent: {accent.colour}; --accent-line: {accent.colour}; }}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent-line: {accent.on_dark}; }}\n"
        "}\n"
    ).encode()
