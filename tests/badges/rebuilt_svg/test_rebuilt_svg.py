"""An SVG of somebody else is written anew: what draws stays the same, all else is gone, and it costs little."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from badges.errors import PictureError
from badges.pictures import Square, fit_picture
from badges.rebuilt_svg import MAX_BYTES, rebuild, with_title
from badges.rebuilt_svg.rendered import own_picture, render
from badges.rebuilt_svg.values import colour, length, numbers, transform
from badges.svg import bake, unbake
from signing.secured import SecuredCredential

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(content: str, attributes: str = 'viewBox="0 0 100 100"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {XLINK} {attributes}>{content}</svg>'.encode()


def rebuilt(content: str, attributes: str = 'viewBox="0 0 100 100"') -> str:
    return rebuild(svg(content, attributes)).svg.decode()


def inside(content: str) -> str:
    """What is written for the content of a picture."""
    found = re.search(r'height="600">(.*)</svg></svg>$', rebuilt(content))
    return found[1] if found else ""


def left_out(content: str) -> tuple[str, ...]:
    return rebuild(svg(content)).left_out


def refused(file: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        rebuild(file)
    return caught.value.code


def drawn(content: str, attributes: str = 'viewBox="0 0 100 100"') -> Image.Image:
    with Image.open(BytesIO(render(rebuild(svg(content, attributes)).svg))) as image:
        return image.convert("RGBA")


# --- The square


#: Twice as wide as high: the left half red, the right half blue, with a green bar at the right edge.
HALVES = (
    '<rect width="50%" height="100%" fill="red"/><rect x="50%" width="50%" height="100%" fill="blue"/>'
    '<rect x="95%" width="5%" height="100%" fill="lime"/>'
)
RED, BLUE, LIME = (255, 0, 0, 255), (0, 0, 255, 255), (0, 255, 0, 255)


def part(square: Square | None, box: str = "10 20 200 100") -> Image.Image:
    own = rebuild(svg(f'<g transform="translate(10 20)">{HALVES}</g>', f'viewBox="{box}"'), square)
    with Image.open(BytesIO(render(own.svg))) as image:
        return image.convert("RGBA")


def test_the_whole_stands_in_the_middle_and_a_part_fills_the_square():
    whole = part(None)
    assert [whole.getpixel(at) for at in [(150, 300), (450, 300), (595, 300)]] == [RED, BLUE, LIME]
    assert whole.getpixel((300, 100))[3] == whole.getpixel((300, 500))[3] == 0
    left = part(Square(across=0, down=0.5, zoom=1))
    assert {left.getpixel(at) for at in [(0, 0), (599, 0), (0, 599), (599, 599)]} == {RED}
    right = part(Square(across=1, down=0.5, zoom=1))
    assert [right.getpixel(at) for at in [(0, 0), (530, 300), (545, 300), (599, 599)]] == [
        BLUE,
        BLUE,
        LIME,
        LIME,
    ]
    near = part(Square(across=1, down=1, zoom=5))
    assert [near.getpixel(at) for at in [(295, 5), (305, 5), (599, 599)]] == [BLUE, LIME, LIME]


def test_the_square_is_the_same_of_an_svg_and_of_a_picture_of_pixels():
    wide = Image.new("RGB", (400, 200), "red")
    wide.paste("blue", (200, 0, 400, 200))
    wide.paste("lime", (380, 0, 400, 200))
    file = BytesIO()
    wide.save(file, "PNG")
    for square in (Square(across=0.5, down=0.7, zoom=1), Square(across=1, down=0, zoom=1)):
        with Image.open(BytesIO(fit_picture(file.getvalue(), square))) as image:
            of_pixels = image.convert("RGBA")
        of_svg = part(square)
        for x in (5, 290, 310, 530, 545, 595):
            assert of_svg.getpixel((x, 300)) == of_pixels.getpixel((x, 300)), (square, x)


# --- What draws stays


@pytest.mark.parametrize(
    "content",
    [
        '<rect x="1" y="2" width="50%" height="3" rx="4" fill="#ff0000"/>',
        '<circle cx="5" cy="5" r="2" stroke="#0000ff" stroke-width="0.5" stroke-linecap="round"/>',
        '<ellipse cx="5" cy="5" rx="2" ry="3" opacity="0.5"/><line x1="0" y1="0" x2="9" y2="9"/>',
        '<polygon points="0 0 10 0 10 10"/><polyline points="0 0 5 5"/>',
        '<path d="M0 0L10 0C1 2 3 4 5 6Q1 2 3 4L0 0Z" fill-rule="evenodd"/>',
        '<g transform="translate(1 2)rotate(45)"><rect width="1" height="1" stroke-dasharray="1 2"/></g>',
        '<linearGradient id="i0" x1="0" x2="1"><stop offset="0.5" stop-color="#00000080"/></linearGradient><defs/>'
        '<rect width="9" height="9" fill="url(#i0)"/>',
        '<clipPath id="i0"><rect width="5" height="5"/></clipPath><mask id="i1"><rect width="5" height="5"/></mask>'
        '<g clip-path="url(#i0)" mask="url(#i1)"><rect width="9" height="9"/></g>',
        '<symbol id="i0" viewBox="0 0 9 9"><rect width="9" height="9"/></symbol><use x="1" href="#i0"/>',
        '<svg x="1" y="1" width="9" height="9" viewBox="0 0 3 3"><rect width="1" height="1"/></svg>',
    ],
)
def test_what_is_on_the_list_is_written_as_it_was(content):
    assert inside(content) == content
    assert left_out(content) == ()


def test_what_was_rebuilt_is_drawn_the_same_when_it_is_rebuilt_again():
    once = rebuild(
        svg('<g id="a"><circle cx="50" cy="30" r="20" fill="teal"/></g><use href="#a" y="40"/>')
    ).svg
    again = rebuild(once)
    assert again.left_out == ()
    assert render(once) == render(again.svg)


def test_looks_are_read_from_attributes_style_and_style_sheets_and_the_strongest_counts():
    sheet = (
        "<style>/* x */ rect{fill:#010101} .a, .b {fill:#020202} #c{fill:#030303} .d{fill:#050505}</style>"
    )

    def fill(attributes: str) -> str | None:
        found = re.search(r'<rect[^>]* fill="([^"]*)"', rebuilt(f"{sheet}<rect {attributes}/>"))
        return found[1] if found else None

    assert fill('fill="red"') == "#010101"
    assert fill('class="x b"') == "#020202"
    assert fill('class="d a"') == "#050505"
    assert fill('class="a" id="c"') == "#030303"
    assert fill('id="c" style="stroke:red; fill: #040404 !important"') == "#040404"


def test_a_picture_that_is_no_square_stands_whole_in_the_middle_of_one():
    image = drawn('<rect width="200" height="300" fill="lime"/>', 'viewBox="0 0 200 100"')
    assert image.size == (600, 600)
    assert image.getpixel((300, 300)) == (0, 255, 0, 255)
    # What reaches beyond the drawing is cut off, as it was in the file.
    assert [image.getpixel((300, y))[3] for y in (140, 460)] == [0, 0]


@pytest.mark.parametrize(
    ("attributes", "ours"),
    [
        ('width="50" height="25"', "0 0 50 25"),
        ('width="1in" height="48"', "0 0 96 48"),
        ('viewBox="-1,-2 3 4" width="100%"', "-1 -2 3 4"),
    ],
)
def test_the_size_is_read_from_what_says_it(attributes, ours):
    assert f'<svg viewBox="{ours}"' in rebuilt("", attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        'width="100%" height="100%"',
        'viewBox="0 0 0 5"',
        'viewBox="0 0 1e999 5"',
        'viewBox="0 0 nan 5"',
        'viewBox="0 0 1e9 1e9"',
        'width="-5" height="5"',
    ],
)
def test_a_picture_without_a_usable_size_is_refused(attributes):
    assert refused(svg("", attributes)) == "svg_without_size"


def test_it_can_be_baked_and_has_one_title():
    written = with_title(with_title(rebuild(svg('<rect width="9" height="9"/>')).svg, "A"), "Ž <&")
    assert re.findall("<title>.*</title>", written.decode()) == ["<title>Ž &lt;&amp;</title>"]
    secured = SecuredCredential('{"a": "]]>"}', "application/vc")
    assert unbake(bake(written, secured)).text == '{"a": "]]\\u003e"}'
    assert ElementTree.fromstring(written)[1].tag.endswith("svg")


# --- What is on no list


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('<text x="1" y="1">Hi</text>', "text"),
        ('<image href="https://example.org/x.png" width="9" height="9"/>', "image"),
        ('<image xlink:href="data:image/png;base64,AAAA" width="9" height="9"/>', "image"),
        ("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>", "foreignObject"),
        ('<rect width="9" height="9"><animate attributeName="x" to="5"/></rect>', "animate"),
        ('<set attributeName="onclick" to="alert(1)"/>', "set"),
        ('<filter id="f"><feImage href="https://example.org/x"/></filter>', "filter"),
        ('<rect width="9" height="9" filter="url(#f)"/>', "filter"),
        ('<pattern id="p"><rect width="1" height="1"/></pattern>', "pattern"),
        ('<path d="M0 0L9 9" marker-end="url(#m)"/>', "marker-end"),
        ('<rect width="9" height="9" fill="url(https://example.org/x.svg#a)"/>', "fill"),
        (
            '<rect width="9" height="9" clip-path="url(&quot;https://example.org/x.svg#a&quot;)"/>',
            "clip-path",
        ),
        ('<rect width="9" height="9" style="mask:url(data:image/png;base64,AA)"/>', "mask"),
        ('<use href="https://example.org/x.svg#a"/>', "href"),
        ('<use href="#nothing"/>', "use"),
        ('<style>@import url("https://example.org/x.css");</style>', "style"),
        ("<style>@font-face{font-family:x;src:url(https://example.org/x.woff)}</style>", "style"),
        ("<style>g > rect{fill:red}</style>", "style"),
        ('<rect width="1em" height="9"/>', "width"),
        ('<rect width="1e999" height="9"/>', "width"),
        ('<rect width="9" height="9" fill="expression(alert(1))"/>', "fill"),
        ('<path d="M0 0L1e999 0"/>', "d"),
        ('<path d="L1 1"/>', "d"),
        ('<path d="M0 0L"/>', "d"),
        ('<g transform="matrix(1 2 3)"/>', "transform"),
    ],
)
def test_what_is_on_no_list_is_left_out_and_named(content, name):
    written = rebuilt(content)
    assert left_out(content) == (name,)
    for word in ("example.org", "data:", "alert", "url(", "http:", "href", "NaN", "inf"):
        assert word not in written.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize(
    "content",
    [
        "<title>x</title><desc>y</desc><metadata><a xmlns='urn:x'>z</a></metadata><!-- hidden -->",
        "<sodipodi:namedview xmlns:sodipodi='urn:s' pagecolor='#fff'><sodipodi:x/></sodipodi:namedview>",
        '<g id="layer1" data-name="x" aria-label="y" style="font-size:1px;-inkscape-x:none;mix-blend-mode:normal"/>',
        '<g xmlns:i="urn:i" i:label="secret"/>',
        '<a href="https://example.org/?secret" target="_top"/>',
    ],
)
def test_what_draws_nothing_goes_without_a_word(content):
    assert left_out(content) == ()
    assert inside(content) in ("", "<g/>")


def test_of_a_switch_the_part_for_every_program_is_drawn():
    content = '<switch><foreignObject requiredExtensions="urn:x"/><g fill="red"/><g fill="blue"/></switch>'
    assert inside(content) == '<g><g fill="#ff0000"/></g>'


def test_a_reference_to_something_else_is_none():
    assert 'fill="none"' in rebuilt('<rect id="r" width="9" height="9" fill="url(#r)"/>')
    assert 'fill="#ff0000"' in rebuilt('<rect width="9" height="9" fill="url(#gone) red"/>')
    assert "clip-path" not in rebuilt('<g id="g"/><rect width="9" height="9" clip-path="url(#g)"/>')


def test_names_of_what_was_left_out_are_few_and_short():
    names = left_out("".join(f"<{'x' * 100}{number}/>" for number in range(50)))
    assert len(names) <= 12 and all(len(name) <= 40 for name in names)


# --- What is refused as a whole


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script>',
        '<rect onload="alert(1)"/>',
        '<a href="javascript:alert(1)"/>',
        '<a href=" java&#10;script:alert(1)"/>',
        '<use xlink:href="data:image/svg+xml;base64,AAAA#x"/>',
        "<g xmlns:h='http://www.w3.org/1999/xhtml'><h:iframe/></g>",
        *(
            f'<g {name}="javascript:alert(1)"/>'
            for name in ("fill", "style", "transform", "href", "class", "xlink:href", "to", "values")
        ),
    ],
)
def test_a_program_is_refused(content):
    assert refused(svg(content)) == "svg_script"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "not_an_svg"),
        (b"<html/>", "not_an_svg"),
        (b"<svg xmlns='urn:x'/>", "not_an_svg"),
        (b"<svg><g></svg>", "not_an_svg"),
        (svg("&nbsp;"), "not_an_svg"),
        ("<svg/>".encode("utf-16"), "not_an_svg"),
        (b"<svg>\xff</svg>", "not_an_svg"),
        (b"<svg>" + b" " * MAX_BYTES, "picture_too_large"),
        (b'<?xml-stylesheet href="x.xsl"?>' + svg(""), "svg_script"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg(""), "svg_dtd"),
        (b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://example.org/x"> %a;]>' + svg(""), "svg_dtd"),
        (
            b"<!DOCTYPE svg ["
            + b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
            + b"]>"
            + svg("&l9;"),
            "svg_dtd",
        ),
        (svg("<g>" * 100 + "</g>" * 100), "svg_too_complex"),
        (svg("<g>" * 100_000), "svg_too_complex"),
        (svg("<g/>" * 5_001), "svg_too_complex"),
        (svg("<style>" + ".a{fill:red}" * 1_001 + "</style>"), "svg_too_complex"),
    ],
)
def test_a_file_that_is_no_plain_picture_is_refused(file, code):
    assert refused(file) == code


def chain(link: str, count: int) -> str:
    return "".join(link.format(here=number, next=number + 1) for number in range(count))


@pytest.mark.parametrize(
    "content",
    [
        chain('<g id="g{here}"><use href="#g{next}"/><use href="#g{next}"/></g>', 20)
        + '<g id="g20"><rect width="1" height="1"/></g><use href="#g0"/>',
        chain('<mask id="m{here}"><g mask="url(#m{next})"/><g mask="url(#m{next})"/></mask>', 20)
        + '<mask id="m20"/><rect width="9" height="9" mask="url(#m0)"/>',
        chain('<clipPath id="c{here}" clip-path="url(#c{next})"><use href="#r"/></clipPath>', 70)
        + '<clipPath id="c70"/><rect id="r" width="9" height="9"/><g clip-path="url(#c0)"/>',
        chain('<use id="u{here}" href="#u{next}"/>', 4_000),
        '<g id="a"><use href="#a"/></g>',
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
        '<mask id="m"><rect width="9" height="9" mask="url(#m)"/></mask><rect mask="url(#m)"/>',
        '<linearGradient id="g" href="#h"/><linearGradient id="h" href="#g"/><rect fill="url(#g)"/>',
        '<mask id="m"><rect width="9" height="9"/></mask>'
        + '<rect width="9" height="9" mask="url(#m)"/>' * 501,
    ],
    ids=["uses", "masks", "clips", "long chain", "itself", "circle", "mask of itself", "gradients", "layers"],
)
def test_references_without_end_are_refused(content):
    assert refused(svg(content)) == "svg_too_complex"


def test_what_would_grow_too_large_is_refused():
    sheet = "<style>.a{" + f"stroke-dasharray:{'1 ' * 64};transform:{'scale(1.234567)' * 50}" + "}</style>"
    assert refused(svg(sheet + '<g class="a"/>' * 2_000)) == "svg_too_complex"


# --- Values


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e999", "-1e999", "1e7", "0x10", "1_0", "１", "", "1 2", "1e", "--1", "1;2"]
)
def test_what_is_no_number_is_none(text):
    assert length(text) is None


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("#ABC", "#aabbcc"),
        ("#12345678", "#12345678"),
        ("RebeccaPurple", "#663399"),
        ("rgb(300, -5, 50%)", "#ff0080"),
        ("rgba(1,2,3,.5)", "#01020380"),
        ("rgb(1 2 3 / 50%)", "#01020380"),
        ("hsl(120,100%,50%)", "#00ff00"),
        ("transparent", "#00000000"),
        ("currentcolor", "currentColor"),
        ("url(#a)", None),
        ("#12", None),
        ("var(--x)", None),
        ("red;x:y", None),
        ('red"', None),
        ("rgb(nan,1,2)", None),
        ("hsl(1,2)", None),
        ("hsl(....,5%,5%)", None),
    ],
)
def test_colours_are_written_as_digits(text, ours):
    assert colour(text) == ours


def test_functions_and_numbers_end_where_they_should():
    assert numbers("1-2.5.5e1,3") == [1.0, -2.5, 5.0, 3.0]
    assert numbers("1,,2") is None
    assert transform("scale(2),rotate(90deg) ") == "scale(2)rotate(90)"
    assert transform("scale(2)scale(2)" * 30) is None
    assert transform("scale(1) alert(1)") is None


# --- The PNG


def test_the_png_shows_what_the_svg_does():
    picture = own_picture(svg('<rect width="100" height="50" fill="#0b2a4a"/>'))
    with Image.open(BytesIO(picture.png)) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (600, 600), "RGBA")
        assert image.getpixel((300, 100)) == (11, 42, 74, 255)
        assert image.getpixel((300, 500))[3] == 0


@pytest.mark.parametrize(
    "content", ["", "<text>only words</text>", '<rect width="9" height="9" fill="none"/>']
)
def test_a_picture_of_nothing_is_refused(content):
    with pytest.raises(PictureError) as caught:
        own_picture(svg(content))
    assert caught.value.code == "svg_empty"
