"""What people hand in is read as the one badge in it: a text, a list, an e-mail, a ZIP or an address."""

from __future__ import annotations

import json
import plistlib
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badges import svg
from badges.artwork import picture
from badges.bake import bake
from badges.errors import BudgetSpentError, HttpStatusError
from badges.template.model import Template
from badges.verify import Budget, Report, Verdict, verify
from signing.json_text import Json
from tests.badges.pdf.pdf_files import embedded, pdf_with_names
from tests.badges.verify.hosted import HOSTED, OLDEST, OTHER, SITE, WITHOUT_VERIFY, Web, redirect
from tests.badges.verify.reports import demand_sentences, finding

Build = Callable[..., Json]
ADDRESS = "https://badges.example.net/of/anna"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1" + bytes(100)
#: A guard against "for ever", not a measurement.
soon = pytest.mark.timeout(60)


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> Callable[..., Report]:
    """Verifies; `served` is what the network has, by address."""

    def verified(file: bytes | str, served: Mapping[str, bytes | str] | None = None) -> Report:
        def fetch(url: str) -> bytes:
            world.asked.append(url)
            answer = (served or {})[url]
            return answer if isinstance(answer, bytes) else answer.encode()

        data = file.encode() if isinstance(file, str) else file
        given = {"fetch": fetch} if served is not None else {}
        report = verify(data, world.find_key, world.find_status, now, **given)
        demand_sentences(report)
        return report

    return verified


@pytest.fixture
def as_json(solar: Template, built: Build, world: Any) -> str:
    return str(world.secure(built(solar)).text)


@pytest.fixture
def as_jwt(solar: Template, built: Build, world: Any) -> str:
    return str(world.secure(built(solar), "vc-jwt").text)


@pytest.fixture
def as_png(solar: Template, built: Build, world: Any) -> bytes:
    return bake(picture("Solar", None, "Riga College"), world.secure(built(solar)))


@pytest.fixture
def of_another(solar: Template, built: Build, world: Any) -> str:
    """Another badge of the same issuer."""
    credential = built(solar)
    return str(world.secure(credential | {"id": credential["id"][:-1] + "9"}).text)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def mailed(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@example.org", "darbs@example.org", "Nozīmīte"
    message.set_content("Labdien! Te ir mana nozīmīte.\n")
    message.add_alternative("<p>Labdien!</p>", subtype="html")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


# --- text


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda jwt: "\n".join(jwt[at : at + 64] for at in range(0, len(jwt), 64)), id="lines"),
        pytest.param(
            lambda jwt: "\r\n".join(jwt[at : at + 76] for at in range(0, len(jwt), 76)) + "\r\n", id="CRLF"
        ),
        pytest.param(lambda jwt: f'"{jwt}"', id="quotes"),
        pytest.param(lambda jwt: f" '{jwt}'\n", id="single quotes"),
        pytest.param(lambda jwt: f"„{jwt}”", id="Latvian quotes"),
        pytest.param(lambda jwt: f"“{jwt}”", id="English quotes"),
        pytest.param(lambda jwt: f"`{jwt}`", id="backquotes"),
        pytest.param(lambda jwt: f'"{jwt[:100]}\r\n  {jwt[100:]}"\n', id="quotes and lines"),
        pytest.param(lambda jwt: f"{jwt[:100]}\u200b{jwt[100:]}", id="an invisible character"),
        pytest.param(lambda jwt: json.dumps([jwt]), id="a list of one"),
    ],
)
def test_a_jwt_is_read_whatever_copying_has_put_around_it(
    as_jwt: str, verify_badge: Callable[..., Report], wrap: Callable[[str], str]
) -> None:
    report = verify_badge(wrap(as_jwt))
    assert (report.verdict, finding(report, "parsed")) == ("verified", ("warning", "unusual_text"))
    # The validator is not known to read it.
    assert report.probes[0].outcome == "unknown"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-16-be with its mark"])
def test_a_text_in_utf_16_is_read(
    as_json: str, as_jwt: str, verify_badge: Callable[..., Report], encoding: str
) -> None:
    mark = "\ufeff" if "mark" in encoding else ""
    for text in (as_json, as_jwt, f"[{as_json}]", svg.bake(SVG, secured(as_json)).decode()):
        report = verify_badge((mark + text).encode(encoding.split(" ")[0]))
        assert report.verdict == "verified"


def secured(text: str) -> Any:
    from badges.bake import secured_from

    return secured_from(text)


def test_a_list_of_one_is_the_one(as_json: str, verify_badge: Callable[..., Report]) -> None:
    for text in (f"[{as_json}]", f" [\n{as_json}\n] "):
        report = verify_badge(text)
        assert (report.verdict, finding(report, "parsed")) == ("verified", ("warning", "unusual_text"))


def test_of_a_list_of_several_none_is_taken(
    as_json: str, as_jwt: str, of_another: str, verify_badge: Callable[..., Report]
) -> None:
    for text in (
        f"[{as_json},{of_another}]",
        f"[{as_json},{as_json}]",
        f"[{as_json},null]",
        f'[{{}},"{as_jwt}"]',
    ):
        assert finding(verify_badge(text), "parsed") == ("failed", "several_credentials")
    for text in ("[]", "[null]", "[7]", f"[[{as_json}]]"):
        assert finding(verify_badge(text), "parsed") == ("failed", "no_credential")
    for text in (f"[{as_json}", f"[{as_json}],", f"[{as_json}]]", f"[{as_json}],[{of_another}]"):
        assert finding(verify_badge(text), "parsed") == ("failed", "unreadable_json")
    twice = f'[{as_json[:-1]},"name":"a","name":"b"}}]'
    assert finding(verify_badge(twice), "parsed") == ("failed", "unreadable_json")


def test_two_tokens_in_one_text_are_never_one(as_jwt: str, verify_badge: Callable[..., Report]) -> None:
    head, payload, signature = as_jwt.split(".")
    for text in (
        f"{as_jwt}\n{as_jwt}",
        f'"{as_jwt}" "{as_jwt}"',
        f"{head}.{payload}\n.{signature}\n{payload}",
        f"{head}\n{payload}\n{signature}",
        f"{head}.{payload}.{signature[:-8]}\nand so on",
    ):
        assert verify_badge(text).verdict != "verified"


@given(data=st.data())
def test_no_text_put_into_a_token_makes_it_pass(
    as_jwt: str, verify_badge: Callable[..., Report], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(as_jwt)))
    more = data.draw(st.text("ab.\"'\n \u200b„”<>=+/", min_size=1, max_size=6))
    report = verify_badge(as_jwt[:at] + more + as_jwt[at:])
    if report.verdict == "verified":
        assert not any(letter.isalnum() or letter in ".=+/" for letter in more)
        assert report.credential == verify_badge(as_jwt).credential


def test_a_sentence_with_two_full_stops_is_no_token(verify_badge: Callable[..., Report]) -> None:
    report = verify_badge("Labdien. Te ir. mana nozimite")
    assert finding(report, "parsed") == ("failed", "not_a_badge")


# --- pictures that hold no badge


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(JPEG, id="JPEG"),
        pytest.param(b"RIFF\x24\0\0\0WEBPVP8 ", id="WebP"),
        pytest.param(b"GIF89a\1\0\1\0", id="GIF"),
        pytest.param(b"GIF87a\1\0\1\0", id="GIF of 1987"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0", id="HEIC"),
        pytest.param(b"\0\0\0\x1cftypavif\0\0\0\0", id="AVIF"),
        pytest.param(b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", id="BMP"),
    ],
)
def test_a_converted_picture_is_told_from_a_file_that_is_no_badge(
    verify_badge: Callable[..., Report], start: bytes
) -> None:
    report = verify_badge(start + bytes(500))
    assert (report.verdict, finding(report, "parsed")) == ("unusable", ("failed", "converted_picture"))
    assert report.one_ed_tech == "fatal"


def test_a_saved_web_page_is_told_from_a_file_that_is_no_badge(verify_badge: Callable[..., Report]) -> None:
    for page in ("<!doctype html><p>", "\ufeff\n<HTML lang='lv'>", "<!DOCTYPE html><svg></svg>"):
        assert finding(verify_badge(page), "parsed") == ("failed", "web_page")


# --- SVG with a document type


TYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'


@pytest.mark.parametrize("proof_name", ["eddsa-rdfc-2022", "vc-jwt"])
def test_a_badge_in_an_svg_with_a_document_type_is_verified_without_fetching_it(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], proof_name: str
) -> None:
    baked = svg.bake(SVG, world.secure(built(solar), proof_name))
    report = verify_badge(b'<?xml version="1.0" encoding="utf-8"?>\n' + TYPE + b"\n" + baked, {})
    assert (report.verdict, report.one_ed_tech) == ("verified", "valid")
    assert not any("DTD" in address for address in world.asked)


def test_what_only_we_refuse_is_not_called_fatal_in_the_name_of_the_validator(
    as_json: str, verify_badge: Callable[..., Report]
) -> None:
    baked = svg.bake(SVG, secured(as_json))
    report = verify_badge(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + baked)
    assert finding(report, "parsed") == ("failed", "svg_dtd")
    assert (report.verdict, report.one_ed_tech) == ("unusable", "unknown")
    assert verify_badge(baked.replace(b"<circle", b"<script/><circle")).one_ed_tech == "unknown"


# --- ZIP and e-mail


def test_the_one_badge_in_a_zip_is_verified(
    as_json: str, as_jwt: str, as_png: bytes, verify_badge: Callable[..., Report]
) -> None:
    pdf = pdf_with_names(embedded(as_json.encode()))
    for name, content in (
        ("badge.png", as_png),
        ("nozīmīte.json", as_json.encode()),
        ("a/b.jwt", as_jwt.encode()),
        ("badge.pdf", pdf),
        ("badge.svg", svg.bake(SVG, secured(as_jwt))),
    ):
        report = verify_badge(zipped({name: content}))
        assert (report.verdict, finding(report, "parsed")) == ("verified", ("passed", "read_zip"))
        assert report.checks[0].detail == name
        assert report.credential == verify_badge(as_json).credential


def test_other_files_beside_the_badge_do_not_matter(
    as_json: str, as_jwt: str, as_png: bytes, verify_badge: Callable[..., Report]
) -> None:
    files: dict[str, bytes | str] = {
        "folder/": b"",
        "folder/badge.png": as_png,
        "folder/badge.json": as_json,
        "folder/badge.jwt": as_jwt,
        "folder/logo.png": picture("Solar", None, "Riga College"),
        "folder/photo.jpg": JPEG,
        "__MACOSX/folder/._badge.png": b"\0\5\x16\7",
        "read me.txt": "Labdien!",
        "link.txt": ADDRESS,
        "metadata.json": '{"name": "Solar"}',
        "empty": b"",
    }
    report = verify_badge(zipped(files), {})
    assert (report.verdict, finding(report, "parsed")) == ("verified", ("passed", "read_zip"))


def test_of_several_badges_in_a_zip_or_a_mail_none_is_taken(
    as_json: str, as_jwt: str, as_png: bytes, of_another: str, verify_badge: Callable[..., Report]
) -> None:
    two = {"a.png": as_png, "b.json": of_another.encode()}
    ambiguous = {"a.png": as_png, "b.json": f"[{as_json},{of_another}]".encode()}
    almost = {"a.png": as_png, "b.json": as_json.replace('"hashed":true', '"hashed":1').encode()}
    assert almost["b.json"] != as_json.encode()
    unsigned = {"a.png": as_png, "b.json": b'{"type": ["OpenBadgeCredential"], "name": "another"}'}
    for files in (two, ambiguous, almost, unsigned):
        for file in (zipped(files), mailed(*files.items())):
            assert finding(verify_badge(file), "parsed") == ("failed", "several_credentials")


def test_of_several_files_of_one_badge_one_that_is_signed_is_judged(
    as_json: str, as_jwt: str, as_png: bytes, verify_badge: Callable[..., Report]
) -> None:
    """What a platform exports may have the badge without its signature beside the badge itself."""
    unsigned = {name: value for name, value in json.loads(as_json).items() if name != "proof"}
    for name, content in (("z.png", as_png), ("z.json", as_json.encode()), ("z.jwt", as_jwt.encode())):
        for first in (f"a-{name}", name):
            for nothing in ({}, {"proof": None}, {"proof": []}):
                without = json.dumps(unsigned | nothing).encode()
                files = dict(sorted({first: content, "m.json": without}.items()))
                for file in (zipped(files), mailed(*files.items())):
                    report = verify_badge(file)
                    assert (report.verdict, report.checks[0].detail in (first, "")) == ("verified", True)
    assert verify_badge(zipped({"m.json": json.dumps(unsigned)})).verdict == "unsigned"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_two(
    as_json: str, of_another: str, verify_badge: Callable[..., Report]
) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("badge.json", as_json)
        archive.writestr("badge.json", of_another)
    assert finding(verify_badge(packed.getvalue()), "parsed") == ("failed", "several_credentials")


def test_the_badge_attached_to_a_mail_is_verified(
    as_json: str, as_png: bytes, verify_badge: Callable[..., Report]
) -> None:
    logo = ("logo.png", picture("Solar", None, "Riga College"))
    for attached in (("badge.png", as_png), ("badge.json", as_json.encode())):
        for mail in (mailed(attached), mailed(logo, attached), b"\xef\xbb\xbf" + mailed(attached)):
            report = verify_badge(mail)
            assert (report.verdict, finding(report, "parsed")) == ("verified", ("passed", "read_mail"))
            unix = verify_badge(mail.replace(b"\r\n", b"\n"))
            assert unix.verdict == "verified"
    forwarded = EmailMessage()
    forwarded["From"] = "darbs@example.org"
    forwarded.set_content("Redzi!")
    from email import message_from_bytes, policy

    forwarded.add_attachment(message_from_bytes(mailed(("badge.png", as_png)), policy=policy.default))
    assert verify_badge(b"Received: from x\r\n\tby y; now\r\n" + forwarded.as_bytes()).verdict == "verified"


def test_a_mail_or_a_zip_without_a_badge_says_so(verify_badge: Callable[..., Report]) -> None:
    for file in (mailed(), zipped({}), zipped({"a.txt": "Labdien!", "b.txt": ADDRESS})):
        assert finding(verify_badge(file, {}), "parsed") == ("failed", "no_credential")
    for file in (mailed(("badge.jpg", JPEG)), zipped({"badge.jpg": JPEG})):
        assert finding(verify_badge(file), "parsed") == ("failed", "converted_picture")
    screen = picture("Solar", None, "Riga College")
    assert finding(verify_badge(zipped({"a.png": screen[:-20]})), "parsed") == ("failed", "truncated")


def test_a_changed_badge_is_changed_however_it_is_handed_in(
    as_json: str, as_jwt: str, verify_badge: Callable[..., Report]
) -> None:
    changed = as_json.replace("Riga College", "Riga Colleges")
    head, payload, signature = as_jwt.split(".")
    forged = f"{head}.{payload[:-6]}AAAA{payload[-2:]}.{signature}"
    for file in (
        f"[{changed}]",
        changed.encode("utf-16"),
        zipped({"badge.json": changed}),
        mailed(("badge.json", changed.encode())),
        ADDRESS,
    ):
        assert verify_badge(file, {ADDRESS: changed}).verdict == "changed"
    for text in (f'"{forged}"', f"{forged[:80]}\n{forged[80:]}"):
        assert verify_badge(text).verdict != "verified"


@soon
def test_a_bomb_is_never_unpacked_whole(verify_badge: Callable[..., Report]) -> None:
    many = zipped({f"{number}.txt": "a" for number in range(200)})
    large = zipped({"a.json": bytes(50_000_000)})
    all_large = zipped({f"{number}.json": bytes(9_000_000) for number in range(9)})
    nested = zipped({"a.zip": zipped({"a.zip": zipped({"a.json": "{}"})})})
    for file, code in (
        (many, "too_many_files"),
        (large, "too_many_files"),
        (all_large, "too_many_files"),
        (nested, "no_credential"),
        (mailed(*[("a.txt", b"a")] * 200), "too_many_files"),
    ):
        assert finding(verify_badge(file), "parsed") == ("failed", code)


def test_a_zip_that_cannot_be_unpacked_says_what_to_do(
    as_png: bytes, verify_badge: Callable[..., Report]
) -> None:
    sound = zipped({"badge.png": as_png})
    locked = bytearray(sound)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        locked[sound.index(mark) + offset] |= 1
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("badge.png", as_png)
    damaged = sound.replace(as_png[-40:], bytes(40))
    for file in (sound[:-30], bytes(locked), packed.getvalue(), b"PK\3\4\xff\xfe"):
        assert finding(verify_badge(file), "parsed") == ("failed", "cannot_unpack")
    assert damaged == sound or verify_badge(damaged).verdict != "verified"


@given(data=st.data())
def test_no_change_of_a_zip_or_a_mail_raises_or_verifies_another(
    as_png: bytes, as_json: str, verify_badge: Callable[..., Report], data: st.DataObject
) -> None:
    file = bytearray(
        data.draw(st.sampled_from([zipped({"a.png": as_png}), mailed(("a.json", as_json.encode()))]))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    report = verify_badge(bytes(file))
    assert report.verdict in Verdict.__args__
    if report.verdict == "verified":
        assert report.credential == verify_badge(as_json).credential


# --- addresses


def shortcuts(address: str) -> dict[str, bytes]:
    return {
        "the address": address.encode(),
        "with spaces and lines": f"\n {address}\r\n".encode(),
        "with a capital letter, as a telephone begins a text": address.replace("https", "Https").encode(),
        "in brackets": f"<{address}>".encode(),
        "in quotes": f"„{address}”".encode(),
        "in UTF-16": address.encode("utf-16"),
        "a shortcut of Windows": f"[InternetShortcut]\r\nURL={address}\r\nIconIndex=0\r\n".encode(),
        "a longer shortcut of Windows": (
            f"[{{000214A0-0000-0000-C000-000000000046}}]\r\nProp3=19,2\r\n[InternetShortcut]\r\n"
            f"IDList=\r\nBASEURL=https://other.example/\r\nURL={address}\r\n"
        ).encode(),
        "a link of a Linux desktop": f"[Desktop Entry]\nType=Link\nName=Badge\nURL={address}\n".encode(),
        "a web location of macOS": plistlib.dumps({"URL": address}),
        "a binary web location": plistlib.dumps({"URL": address}, fmt=plistlib.FMT_BINARY),
    }


@pytest.mark.parametrize("how", shortcuts(ADDRESS))
def test_the_badge_at_an_address_is_verified(
    as_json: str, as_jwt: str, as_png: bytes, verify_badge: Callable[..., Report], how: str
) -> None:
    for served in (as_json, as_jwt, as_png, f'"{as_jwt}"', zipped({"a.png": as_png})):
        report = verify_badge(shortcuts(ADDRESS)[how], {ADDRESS: served})
        assert report.verdict == "verified"
    report = verify_badge(shortcuts(ADDRESS)[how], {ADDRESS: as_json})
    assert finding(report, "parsed") == ("passed", "read_address")
    assert report.checks[0].detail == ADDRESS
    assert report.one_ed_tech == "valid"


def photo_of(*texts: str) -> bytes:
    """A JPEG of papers with these QR codes."""
    photo = Image.new("RGB", (1600 * max(1, len(texts)), 1200), (210, 200, 190))
    for number, text in enumerate(texts):
        drawn = BytesIO()
        segno.make(text, micro=False).save(drawn, kind="png", scale=8)
        drawn.seek(0)
        code = Image.open(drawn).convert("RGB")
        photo.paste(code.rotate(11, expand=True, fillcolor="white"), (1600 * number + 500, 300))
    file = BytesIO()
    photo.save(file, "JPEG", quality=70)
    return file.getvalue()


def test_the_badge_at_the_address_in_a_photographed_qr_code_is_verified(
    as_json: str, verify_badge: Callable[..., Report]
) -> None:
    for said in (ADDRESS, ADDRESS.replace("https", "HTTPS")):
        report = verify_badge(photo_of(said), {ADDRESS: as_json})
        assert (report.verdict, finding(report, "parsed")) == ("verified", ("passed", "read_qr_code"))
        assert report.checks[0].detail == ADDRESS


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("WIFI:S:school;;",), "qr_code_without_address"),
        (("data:text/plain,x",), "qr_code_without_address"),
        ((ADDRESS, f"{ADDRESS}/2"), "several_qr_codes"),
        (("javascript:x", "x"), "qr_code_without_address"),
        ((), "converted_picture"),
    ],
)
def test_a_photo_without_exactly_one_web_address_asks_nobody_and_says_which(
    as_json: str, verify_badge: Callable[..., Report], world: Any, texts: tuple[str, ...], code: str
) -> None:
    report = verify_badge(photo_of(*texts), {ADDRESS: as_json, f"{ADDRESS}/2": as_json})
    assert finding(report, "parsed") == ("failed", code)
    assert (report.verdict, report.one_ed_tech) == ("unusable", "fatal")
    assert world.asked == []


def test_the_badge_in_a_picture_counts_not_a_qr_code_drawn_on_it(
    as_png: bytes, as_json: str, of_another: str, verify_badge: Callable[..., Report]
) -> None:
    with Image.open(BytesIO(photo_of(ADDRESS))) as photo:
        drawn = BytesIO()
        photo.save(drawn, "PNG")
    baked = bake(drawn.getvalue(), secured(as_json))
    report = verify_badge(baked, {ADDRESS: of_another})
    assert finding(report, "parsed") == ("passed", "read_png")
    # Without a badge it is a photo like any other.
    report = verify_badge(drawn.getvalue(), {ADDRESS: as_json})
    assert finding(report, "parsed") == ("passed", "read_qr_code")


def test_a_fragment_is_not_part_of_what_is_asked(as_json: str, verify_badge: Callable[..., Report]) -> None:
    assert verify_badge(f"{ADDRESS}#top", {ADDRESS: as_json}).verdict == "verified"


@pytest.mark.parametrize(
    ("served", "outcome", "code"),
    [
        pytest.param(None, "unknown", "address_not_reached", id="nothing"),
        pytest.param("<!doctype html><title>Anna's badge</title>", "failed", "web_page", id="a page"),
        pytest.param("hello", "failed", "no_badge_at_address", id="a word"),
        pytest.param(b"", "failed", "no_badge_at_address", id="an empty answer"),
        pytest.param("https://badges.example.net/another", "failed", "no_badge_at_address", id="an address"),
        pytest.param(JPEG, "failed", "converted_picture", id="a JPEG"),
        pytest.param(
            picture("Solar", None, "College"), "failed", "no_badge_at_address", id="a plain picture"
        ),
    ],
)
def test_an_address_without_a_badge_says_so(
    world: Any, verify_badge: Callable[..., Report], served: bytes | str | None, outcome: str, code: str
) -> None:
    report = verify_badge(ADDRESS, {} if served is None else {ADDRESS: served})
    assert finding(report, "parsed") == (outcome, code)
    assert report.verdict == ("unverifiable" if outcome == "unknown" else "unusable")
    assert world.asked == [ADDRESS]


def test_an_address_that_may_not_be_asked_proves_nothing(
    world: Any, verify_badge: Callable[..., Report]
) -> None:
    report = verify_badge(ADDRESS)
    assert (report.verdict, report.one_ed_tech) == ("unverifiable", "unknown")
    assert finding(report, "parsed") == ("unknown", "address_not_asked")
    assert world.asked == []
    report = verify_badge(ADDRESS.replace("https", "http"), {})
    assert (report.verdict, finding(report, "parsed")) == ("unverifiable", ("unknown", "address_not_https"))


@pytest.mark.parametrize(
    "file",
    [
        f"{ADDRESS} {ADDRESS}2",
        f"{ADDRESS}\n{ADDRESS}2",
        f"[InternetShortcut]\nURL={ADDRESS}\nURL={ADDRESS}2\n",
        "[InternetShortcut]\nURL=file:///etc/passwd\n",
        "[InternetShortcut]\nIconFile=https://other.example/a.ico\n",
        "file:///etc/passwd",
        "ftp://badges.example.net/anna",
        "javascript:alert(1)",
        "https://",
        plistlib.dumps({"URL": ["https://a.example"]}),
        plistlib.dumps(["https://a.example"]),
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "https://a.example">]>'
        b"<plist><dict><key>URL</key><string>&a;</string></dict></plist>",
        b"bplist00" + bytes(40),
        b"bplist00" + b"\xff" * 40,
        f"Here is my badge: {ADDRESS}",
        f"{ADDRESS}/{'a' * 3_000}",
    ],
)
def test_nothing_else_is_an_address(
    world: Any, verify_badge: Callable[..., Report], file: bytes | str
) -> None:
    assert verify_badge(file, {}).verdict == "unusable"
    assert world.asked == []


def test_no_badge_is_taken_for_an_address(
    as_json: str, world: Any, verify_badge: Callable[..., Report]
) -> None:
    baked = svg.bake(SVG, secured(as_json))
    shortcut = f"\n[InternetShortcut]\nURL={ADDRESS}\n"
    web_location = f"<plist><dict><key>URL</key><string>{ADDRESS}</string></dict></plist>"
    for more in (shortcut, web_location, f"<!-- <plist> -->{web_location}"):
        small = b'<?xml version="1.0"?>' + baked.replace(b"<circle", more.encode() + b"<circle")
        for file in (small, b"<!-- <plist> -->" + baked, as_json.encode()):
            assert verify_badge(file, {}).verdict == "verified"
    assert ADDRESS not in world.asked


def test_a_hosted_badge_is_judged_at_its_own_address_not_at_the_one_handed_in(
    verify_badge: Callable[..., Report],
) -> None:
    own = "https://college.example.org/assertions/1"
    issuer = "https://college.example.org/issuer"
    assertion = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": own,
        "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
        "badge": {"type": "BadgeClass", "id": f"{own}/class", "name": "Solar", "issuer": issuer},
        "verification": {"type": "hosted"},
        "issuedOn": "2026-01-01T00:00:00Z",
    }
    profile = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Issuer",
        "id": issuer,
        "name": "College",
    }
    served = {ADDRESS: json.dumps(assertion), issuer: json.dumps(profile)}
    assert verify_badge(ADDRESS, served).verdict == "unverifiable"
    assert verify_badge(ADDRESS, served | {own: json.dumps(assertion)}).verdict == "verified"
    assert verify_badge(own, {own: json.dumps(assertion), issuer: json.dumps(profile)}).verdict == "verified"


@pytest.mark.parametrize("older", [OLDEST, WITHOUT_VERIFY], ids=["0.5", "1.0 without verify"])
def test_a_badge_that_names_no_address_is_judged_at_the_one_that_was_handed_in(
    check: Callable[..., Report], web: Web, older: Json
) -> None:
    """So is a picture in which nothing but that address is baked."""
    web.pages[HOSTED] = web.pages[OTHER] = older
    report = check(HOSTED)
    assert (report.verdict, finding(report, "parsed")) == ("verified", ("passed", "read_address"))
    assert check(OTHER).verdict == "wrong_issuer"
    # Only what the address itself answers with is what its site publishes, and only as what it says that it is.
    web.pages[HOSTED] = f"[{json.dumps(older)}]"
    assert check(HOSTED).verdict == "unverifiable"
    web.pages[HOSTED] = older | {"verify": {"type": "signed"}}
    assert check(HOSTED).verdict == "unsigned"
    web.pages[HOSTED] = redirect(OTHER)
    assert check(HOSTED).verdict == "unverifiable"


def test_an_address_that_leads_on_is_followed_by_the_rules_of_every_redirect(
    as_json: str, check: Callable[..., Report], web: Web
) -> None:
    web.pages = {ADDRESS: redirect("/moved"), "https://badges.example.net/moved": as_json}
    report = check(ADDRESS)
    assert (report.verdict, report.checks[0].detail) == ("verified", "https://badges.example.net/moved")
    for leads_to, code in (
        ("http://badges.example.net/moved", "address_not_https"),
        (ADDRESS, "address_not_reached"),
    ):
        web.pages = {ADDRESS: redirect(leads_to)}
        assert finding(check(ADDRESS), "parsed") == ("unknown", code)
    web.pages = {ADDRESS: HttpStatusError(404)}
    assert finding(check(ADDRESS), "parsed") == ("unknown", "address_not_reached")


def test_a_hosted_badge_that_is_gone_from_the_address_handed_in_is_revoked(
    check: Callable[..., Report], web: Web
) -> None:
    assert check(HOSTED).verdict == "verified"
    web.pages[HOSTED] = HttpStatusError(410)
    assert check(HOSTED).verdict == "revoked"
    web.pages[HOSTED] = HttpStatusError(404, body=b'{"id": "%s", "revoked": true}' % HOSTED.encode())
    assert check(HOSTED).verdict == "revoked"
    web.pages[HOSTED] = HttpStatusError(404, body=b'{"error": "not found"}')
    assert check(HOSTED).verdict == "unverifiable"


def test_an_address_that_leads_to_another_site_does_not_let_that_site_speak_for_it(
    check: Callable[..., Report], web: Web
) -> None:
    forged = web.pages[HOSTED] | {
        "recipient": {"type": "email", "hashed": False, "identity": "eve@x.example"}
    }
    for declared in (HOSTED, f"{SITE}/leads-on", OTHER):
        web.pages |= {f"{SITE}/leads-on": redirect(OTHER), OTHER: forged | {"id": declared}}
        for address in (f"{SITE}/leads-on", OTHER):
            report = check(address)
            assert report.verdict != "verified" or report.credential == web.pages[HOSTED]


def test_reading_shares_the_budget_of_the_badge(world: Any, now: datetime, as_json: str) -> None:
    def verified(file: bytes, budget: Budget, **more: Any) -> Report:
        fetch = budget.limited(lambda _url, _seconds: as_json.encode())
        report = verify(file, world.find_key, world.find_status, now, fetch=fetch, budget=budget, **more)
        demand_sentences(report)
        return report

    report = verified(ADDRESS.encode(), Budget(lambda: 0, fetches=0))
    assert (report.verdict, finding(report, "parsed")) == ("unverifiable", ("unknown", "limit_reached"))
    assert verified(ADDRESS.encode(), Budget(lambda: 0, fetches=1)).verdict == "verified"

    def spent(_file: bytes) -> Any:
        raise BudgetSpentError("no time left")

    zip_file = zipped({"a.json": as_json})
    for more in ({"unpack": spent}, {"read_pdf": spent}):
        for file in (zip_file if "unpack" in more else b"%PDF-1.7\n",):
            report = verified(file, Budget(lambda: 0), **more)
            assert (report.verdict, finding(report, "parsed")) == (
                "unverifiable",
                ("unknown", "limit_reached"),
            )


def test_an_encoded_badge_in_a_mail_is_read(as_jwt: str, verify_badge: Callable[..., Report]) -> None:
    body = b64encode(as_jwt.encode())
    head = b"Content-Type: application/jwt\nContent-Transfer-Encoding: base64\nMIME-Version: 1.0\n\n"
    assert (
        verify_badge(head + b"\n".join(body[at : at + 76] for at in range(0, len(body), 76))).verdict
        == "verified"
    )
