"""The issuer's logo and colour: on its own pages, and nowhere else; never on a verdict that is not good."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from badges.bake import unbake
from badges.pictures import fit_logo
from config.errors import SettingsError
from lti_tool.awarding import awards
from lti_tool.issuing.issuer_file import read_file
from lti_tool.publishing import issuer_documents
from lti_tool.store.models import Award, CredentialRow, IssuerProfileRow
from lti_tool.wiring import build_tool
from tests.fixtures import NOW, PLUM, ROOT, ZANE, add_another_issuer, drawn, give_look, rows, settings_for
from tests.lti_tool.web.conftest import browser_of

EXAMPLE = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")


def written_look(folder, look, logo=b""):
    """The settings of an installation whose issuer's file has this table."""
    (folder / "logo.png").write_bytes(logo)
    (folder / "issuer.toml").write_text(f"{EXAMPLE}\n[look]\n{look}\n", encoding="utf-8")
    return folder / "issuer.toml"


# --- The file


def test_the_file_gives_colour_and_logo_and_a_changed_picture_is_the_next_version(
    tool, sqlite_url, tmp_path, clock
):
    def start(logo):
        file = written_look(tmp_path, f'accent = "{PLUM}"\nlogo = "logo.png"', logo)
        build_tool(settings_for(sqlite_url, tmp_path, issuer_file=file), clock).store.close()
        return [row.version for row in rows(tool, IssuerProfileRow)]

    assert start(drawn()) == [1, 2]
    assert start(drawn()) == [1, 2]
    assert tool.issuer.look.accent.colour == PLUM
    assert start(drawn(colour="blue")) == [1, 2, 3]
    assert tool.issuer.look.logo
    assert tool.issuer.confirmed_at is None, "nobody has confirmed it before either"


def test_a_look_is_no_legal_identity(tool, published):
    assert tool.issuer.confirmed_at == NOW
    give_look(tool)
    assert tool.issuer.confirmed_at == NOW


@pytest.mark.parametrize(
    ("look", "logo", "why"),
    [
        ('accent = "#f58220"', b"", "The nearest colour that carries them is #b65f14: write that"),
        ("accent = 7", b"", "the values of .look. are texts"),
        ('colour = "#7a1f3d"', b"", "takes accent, logo"),
        ('logo = "logo.png"', b"GIF89a", "logo.png: This is neither a PNG nor a JPEG picture"),
        ('logo = "logo.png"', drawn((31, 200)), "a side of less than 32 pixels"),
        ('logo = "logo.png"', drawn((4001, 40)), "a side of more than 4000 pixels"),
        ('logo = "logo.png"', b"\x00" * 700_001, "more than 700000 bytes"),
        ('logo = "none.png"', b"", "none.png cannot be read"),
    ],
)
def test_what_cannot_be_shown_stops_the_start_and_says_why(tmp_path, sqlite_url, look, logo, why):
    file = written_look(tmp_path, look, logo)
    with pytest.raises(SettingsError, match=why):
        build_tool(settings_for(sqlite_url, tmp_path, issuer_file=file))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_smaller_and_without_what_its_file_told(tmp_path, kind):
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Zane Ozola")
    options = {"pnginfo": told} if kind == "PNG" else {"comment": b"Zane Ozola"}
    options["icc_profile"] = b"Zane Ozola, as a profile of colours"
    file = written_look(tmp_path, 'logo = "logo.png"', drawn((2000, 500), kind=kind, **options))
    logo = read_file(file).logo
    with Image.open(BytesIO(logo)) as opened:
        assert (opened.format, opened.size, opened.info) == ("PNG", (512, 128), {})
    assert b"Zane" not in logo
    assert read_file(written_look(tmp_path, 'logo = "logo.png"', drawn((64, 40)))).logo[16:24] == bytes(
        (0, 0, 0, 64, 0, 0, 0, 40)
    ), "a small one is not enlarged"


# --- What is served


def test_logo_and_colour_are_kept_for_long_under_the_address_that_pages_name(browser, web_tool, annas_badge):
    give_look(web_tool)
    page = browser.get(f"/badges/{annas_badge}").text
    (sheet,) = [line for line in page.split('"') if "accent.css" in line]
    (logo,) = [line for line in page.split('"') if "logo.png" in line]
    for address, kind in ((sheet, "text/css"), (logo, "image/png")):
        lasting, passing = browser.get(address), browser.get(address.partition("?")[0])
        assert (lasting.mimetype, lasting.headers["Cache-Control"]) == (kind, "public, max-age=31536000")
        assert passing.headers["Cache-Control"] == "public, max-age=3600"
        # Who asks early for the version to come must not have the old one kept under it.
        assert browser.get(address[:-1] + "x").headers["Cache-Control"] == "public, max-age=3600"
        assert lasting.data == passing.data
    assert f"--accent: {PLUM};" in browser.get(sheet).text
    assert browser.get(logo).data == fit_logo(drawn())


@pytest.mark.parametrize("name", ["logo.png", "accent.css"])
def test_who_has_chosen_nothing_has_neither(browser, name):
    assert browser.get(f"/issuers/riga-college/{name}").status_code == 404
    assert browser.get(f"/issuers/nobody/{name}").status_code == 404


def test_the_profile_names_the_logo_and_no_credential_does(web_tool, annas_badge):
    before = issuer_documents.issuer_profile(web_tool, "riga-college")
    give_look(web_tool)
    assert "image" not in before
    assert issuer_documents.issuer_profile(web_tool, "riga-college")["image"] == {
        "id": "https://badges.example.org/issuers/riga-college/logo.png",
        "type": "Image",
    }
    assert "logo.png" not in rows(web_tool, CredentialRow)[0].text


# --- Where it is shown


def letterheads(page):
    """Whether the page has the name above it, the logo, and the colour."""
    return ('class="letterhead"' in page, "/logo.png?v=" in page, "/accent.css?v=" in page)


ALL, NOTHING = (True, True, True), (False, False, False)


def test_the_issuer_is_seen_where_it_speaks(browser, web_tool, annas_badge):
    (row,) = rows(web_tool, CredentialRow)
    with web_tool.store.read() as session:
        version = session.merge(row, load=False).template_version
        achievement = f"/achievements/{version.template_id}/{version.version}"
    paths = [f"/badges/{annas_badge}", "/issuers/riga-college", achievement, "/my"]
    assert [letterheads(browser.get(path).text) for path in paths] == [NOTHING] * 4
    give_look(web_tool)
    assert [letterheads(browser.get(path).text) for path in paths] == [ALL] * 4


def test_where_the_tool_speaks_or_a_verifier_reads_nothing_of_an_issuer_is_seen(
    browser, web_tool, annas_badge, school
):
    give_look(web_tool)
    text = unbake(browser.get(f"/badges/{annas_badge}.png").data).text
    report = browser.post("/verify", data={"text": text})
    assert 'class="cert"' in report.text and letterheads(report.text) == NOTHING
    for path in ("/", "/verify", "/nowhere"):
        assert letterheads(browser.get(path).text) == NOTHING
    assert letterheads(school.launch(ZANE).text) == NOTHING, "a frame is neutral"


def test_a_badge_that_is_not_valid_has_no_colour_of_its_issuer(browser, web_tool, annas_badge, clock):
    """A green one would say the opposite of the verdict."""
    give_look(web_tool, "#17643a")
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "issued in error", clock())
    assert letterheads(browser.get(f"/badges/{annas_badge}").text) == (True, True, False)


def test_each_issuer_has_its_own(app, web_tool):
    add_another_issuer(web_tool)
    give_look(web_tool)
    give_look(web_tool, "#1d3c8f", drawn(colour="blue"), slug="daugava-school")
    browser = browser_of(app)
    river, riga = (browser.get(f"/issuers/{slug}").text for slug in ("daugava-school", "riga-college"))
    assert "/issuers/daugava-school/accent.css" in river and "/issuers/riga-college/" not in river
    assert "/issuers/riga-college/accent.css" in riga and "daugava" not in riga
    sheets = [browser.get(f"/issuers/{slug}/accent.css").text for slug in ("daugava-school", "riga-college")]
    assert ["#1d3c8f" in sheet for sheet in sheets] == [True, False]
