"""The HTML of a mail: tables and styles in the elements, because mail programs drop style sheets.

It is complete where pictures are not shown, has both colour schemes, and its lines break at 320 px however long a word
is. The style sheet in its head only makes it kinder. Whatever comes from a MailContent goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import assert_never

from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, Part

_FONT = "font-family:'Manrope Variable',Manrope,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BREAKS = "overflow-wrap:anywhere;word-break:break-word"
_TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'
_SHEET = "width:600px;max-width:100%;table-layout:fixed;background:#ffffff"
#: The ground of the issuer's name where the issuer has chosen no colour of its own.
_OWN_COLOUR = "#0d4a57"
#: How a button looks: its class, the style of its cell, and that of its words.
_MAIN = ("act", "background:#0d4a57;border:2px solid #0d4a57", "color:#ffffff")
_QUIET = ("quiet", "border:2px solid #6f7f85", "color:#0b5464")
_DARK = """\
.paper { background: #0c171b !important; } .sheet, .in { background: #13222a !important; }
.spine { background: #12303a !important; } .ink { color: #e9f0f1 !important; } .soft { color: #a9bdc4 !important; }
.link { color: #8fd3de !important; }
.act { background: #86cdd9 !important; border-color: #86cdd9 !important; }
.act a { color: #04222a !important; }
.quiet { border-color: #8097a0 !important; } .quiet a { color: #8fd3de !important; }
td, th { border-color: #2b414a !important; }"""
_STYLES = f"""\
:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
a:focus-visible {{ outline: 3px solid #0b5464; outline-offset: 2px; }}
@media (max-width: 599px) {{
.sheet {{ width: 100% !important; }} .pad {{ padding-left: 20px !important; padding-right: 20px !important; }}
.wide, .wide a {{ display: block !important; }} .wide tbody, .wide tr, .wide td {{ display: block !important; }}
}}
@media (prefers-color-scheme: dark) {{
a:focus-visible {{ outline-color: #8fd3de; }}
{_DARK}
}}
[data-ogsc] .ink {{ color: #e9f0f1 !important; }} [data-ogsc] .soft {{ color: #a9bdc4 !important; }}
[data-ogsc] .link {{ color: #8fd3de !important; }}"""


def html_part(mail: MailContent) -> str:
    """The whole document."""
    language = escape(mail.recipient.language)
    return f"""\
<!doctype html>
<html lang="{language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{escape(mail.subject)}</title>
<style>
{_STYLES}
</style>
</head>
<body class="paper" style="margin:0;padding:0;background:#f8f6f0">
<div role="main" lang="{language}" dir="ltr">
<table {_TABLE} class="paper" width="100%" style="width:100%;background:#f8f6f0">
<tr><td align="center" style="padding:24px 0">
<table {_TABLE} class="sheet" width="600" style="{_SHEET}">
{_letterhead(mail)}
<tr><td style="height:3px;line-height:3px;font-size:0;background:#f0b94a">&nbsp;</td></tr>
<tr><td class="pad spine" style="padding:22px 36px;background:#e7f0f1">
{_head(mail)}
</td></tr>
<tr><td class="pad in" align="left" style="padding:26px 36px 8px;{_BREAKS}">
{_body(mail)}
</td></tr>
<tr><td class="pad in" align="left" style="padding:16px 36px 26px;border-top:1px solid #ddd8ca;{_BREAKS}">
{_foot(mail)}
</td></tr>
</table>
</td></tr></table>
</div>
</body>
</html>
"""


def _letterhead(mail: MailContent) -> str:
    """The issuer's name on its colour, which stays in the dark too; the logo beside it says no more than the name."""
    ground = escape(mail.issuer.accent or _OWN_COLOUR)
    logo = ""
    if mail.issuer.logo_url:
        # On white, for which logos are drawn. Where pictures are not shown, nothing is missing.
        logo = (
            f'<td width="1" style="padding-right:12px;vertical-align:middle"><img src="{escape(mail.issuer.logo_url)}" '
            'height="32" alt="" style="display:block;height:32px;width:auto;max-width:140px;background:#ffffff;'
            'border:3px solid #ffffff;border-radius:6px"></td>'
        )
    return (
        f'<tr><td class="pad" align="left" style="padding:10px 36px;background:{ground}">'
        f'<table {_TABLE}><tr>{logo}<td style="{_FONT};{_BREAKS};font-size:15px;line-height:20px;font-weight:700;'
        f'color:#ffffff;vertical-align:middle">{escape(mail.issuer.name)}</td></tr></table></td></tr>'
    )


def _head(mail: MailContent) -> str:
    words = "\n".join(_headings(mail))
    if not mail.picture_url:
        return words
    # The picture has no words of its own: the headings beside it say what it shows.
    picture = (
        f'<img src="{escape(mail.picture_url)}" width="96" height="96" alt="" '
        'style="display:block;width:96px;height:96px;border:0">'
    )
    return (
        f'<table {_TABLE} width="100%" style="width:100%;table-layout:fixed"><tr>\n'
        f'<td width="96" style="width:96px;vertical-align:middle">{picture}</td>\n'
        f'<td style="padding-left:20px;vertical-align:middle;{_BREAKS}">\n{words}\n</td></tr></table>'
    )


def _headings(mail: MailContent) -> Iterator[str]:
    first, *others = mail.headings
    yield (
        f'<h1 class="ink" style="{_FONT};{_BREAKS};font-size:24px;line-height:30px;font-weight:700;color:#14272e;'
        f'margin:2px 0 0">{escape(first)}</h1>'
    )
    for line in others:
        yield (
            f'<p class="ink" style="{_FONT};{_BREAKS};font-size:17px;line-height:23px;font-weight:600;color:#14272e;'
            f'margin:4px 0 0">{escape(line)}</p>'
        )


def _body(mail: MailContent) -> str:
    main = next((part for part in mail.parts if isinstance(part, Link)), None)
    return "\n".join(_part(part, _MAIN if part is main else _QUIET) for part in mail.parts)


def _part(part: Part, button: tuple[str, str, str]) -> str:
    match part:
        case Paragraph():
            return (
                f'<p class="ink" style="{_FONT};font-size:16px;line-height:25px;color:#14272e;margin:0 0 18px">'
                f"{_lines(part.text)}</p>"
            )
        case Link():
            return _button(part, button)
        case Facts():
            return _facts(part)
    assert_never(part)


def _button(link: Link, look: tuple[str, str, str]) -> str:
    """An address to press, 44 px high or more."""
    kind, cell, words = look
    return (
        f'<table {_TABLE} class="wide" style="margin:0 0 18px"><tr>'
        f'<td class="{kind}" style="{cell};border-radius:7px;text-align:center">'
        f'<a href="{escape(link.url)}" style="{_FONT};{_BREAKS};display:inline-block;padding:11px 22px;font-size:16px;'
        f'line-height:20px;font-weight:700;{words};text-decoration:none">{escape(link.label)}</a></td></tr></table>'
    )


def _facts(facts: Facts) -> str:
    rows = "\n".join(_row(name, value) for name, value in facts.rows)
    return (
        '<table width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="width:100%;table-layout:fixed;margin:0 0 20px">\n{rows}\n</table>'
    )


def _row(name: str, value: str) -> str:
    common = (
        f"{_FONT};{_BREAKS};text-align:left;vertical-align:top;line-height:20px;border-top:1px solid #ddd8ca"
    )
    return (
        f'<tr><th scope="row" class="soft" width="38%" style="{common};width:38%;font-weight:400;font-size:14px;'
        f'color:#475c64;padding:7px 16px 7px 0">{escape(name)}</th>'
        f'<td class="ink" style="{common};font-weight:600;font-size:15px;color:#14272e;padding:7px 0">'
        f"{_lines(value)}</td></tr>"
    )


def _foot(mail: MailContent) -> str:
    small = f'<p class="soft" style="{_FONT};font-size:13px;line-height:20px;color:#475c64;margin:0 0 8px">'
    texts = [_small(part) for part in mail.small_print]
    if mail.issuer.postal_address:
        texts.append(escape(mail.issuer.postal_address))
    return "\n".join(f"{small}{text}</p>" for text in texts)


def _small(part: Paragraph | Link) -> str:
    match part:
        case Paragraph():
            return _lines(part.text)
        case Link():
            return f'<a class="link" href="{escape(part.url)}" style="color:#0b5464">{escape(part.label)}</a>'
    assert_never(part)


def _lines(text: str) -> str:
    return "<br>".join(map(escape, text.splitlines()))
