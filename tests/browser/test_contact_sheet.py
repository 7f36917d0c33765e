"""The contact sheet has each picture once, those of one page beside each other, from narrow to wide."""

import re

from tests.browser.contact_sheet import main

NAMES = ("badge-lv-phone", "badge-en-desktop", "badge-en-phone", "badge-revoked-en-dark", "story-1-a", "en")


def test_the_pictures_of_a_page_stand_in_one_row(tmp_path):
    (tmp_path / "shots").mkdir()
    for name in NAMES:
        (tmp_path / "shots" / f"{name}.png").write_bytes(b"")
    main(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    rows = {
        row: re.findall(r'src="shots/([^"]+)\.png"', pictures)
        for row, pictures in re.findall(r'<section id="([^"]+)">(.*?)</section>', page)
    }
    assert rows == {
        "badge": ["badge-en-phone", "badge-en-desktop", "badge-lv-phone"],
        "badge-revoked": ["badge-revoked-en-dark"],
        "en": ["en"],
        "story-1-a": ["story-1-a"],
    }
