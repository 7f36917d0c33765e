"""A stranger checks several badges at once."""

import csv
import io
import re
from html import unescape
from threading import BoundedSemaphore
from urllib.parse import unquote

import pytest

from lti_tool import wiring
from lti_tool.web.public import batch
from tests.attacks.stranger import BADGE_ID, Stranger, subject
from tests.badges.verify.hosted import HOSTED, pages
from tests.lti_tool.web.conftest import text_of


@pytest.fixture
def png(browser, annas_badge):
    return browser.get(f"/badges/{annas_badge}.png").data


@pytest.fixture
def hand_in(browser):
    """Posts these files, by name, as a form does."""

    def hand_in(*files, buffered=True, **headers):
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
            + content
            for name, content in files
        ]
        body = b"\r\n".join([*parts, b"--x--\r\n"])
        media_type = "multipart/form-data; boundary=x"
        return browser.post("/verify", data=body, content_type=media_type, headers=headers, buffered=buffered)

    return hand_in


def table_of(page):
    address = unescape(re.search(r'href="(data:text/csv[^"]*)"', page.text)[1])
    text = unquote(address.partition(",")[2]).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def test_each_file_is_a_row_in_their_order(hand_in, png):
    page = hand_in(("anna.png", png), ("photo.jpg", b"\xff\xd8\xff\xe0"), ("toms.png", png))
    words = text_of(page)
    assert words.index("1/3 anna.png") < words.index("2/3 photo.jpg") < words.index("3/3 toms.png")
    assert words.count("This badge is genuine and valid") == 2
    assert "There is no badge in this picture" in words
    assert words.count("Anna Bērziņa") == 2
    assert "2 are genuine and valid; 1 needs your judgement; 0 are not to be relied on." in words


def test_the_table_for_a_spreadsheet_has_no_formulas(hand_in, png):
    name, said = "Data literacy for decision makers", "This badge is genuine and valid"
    page = hand_in(("=1+1.png", png), ("-2", b"x"), ("@3", b"x"), ("4.png", png))
    head, *rows = table_of(page)
    assert head == ["File", "Result", "Awarded to", "Badge", "Issuer", "verdict"]
    assert [row[0] for row in rows] == ["'=1+1.png", "'-2", "'@3", "4.png"]
    assert rows[3] == ["4.png", said, "Anna Bērziņa", name, "Riga College", "verified"]


def test_the_name_of_an_issuer_that_this_site_does_not_know_is_its_own_claim(hand_in, png):
    content = {"id": BADGE_ID, "name": "Welding", "credentialSubject": subject("Welding", "x", "y")}
    theirs = Stranger().secure("OpenBadgeCredential", "Riga College", content)
    page = hand_in(("theirs.json", theirs.encode()), ("a.png", png))
    words = text_of(page)
    assert words.count("Riga College (its own claim)") == 1
    assert (
        "Who issued it? Not known to this site. The badge names: Riga College. Identifier: did:key:" in words
    )
    _head, row, genuine = table_of(page)
    assert (row[4], genuine[4]) == ("Riga College (its own claim)", "Riga College")


def test_what_is_not_proven_is_said_to_be_so_in_the_table_too(hand_in, browser, annas_badge, png):
    forged = browser.get(f"/badges/{annas_badge}.json").text.replace("Riga College", "Liepaja College")
    page = hand_in(("forged.json", forged.encode()), ("a.png", png))
    assert text_of(page).count("Liepaja College (not proven)") == 1
    _head, row, genuine = table_of(page)
    assert row[2:] == [
        "Anna Bērziņa (not proven)",
        "Data literacy for decision makers (not proven)",
        "Liepaja College (not proven)",
        "changed",
    ]
    assert "(not proven)" not in "".join(genuine)


def test_the_names_of_files_are_foreign_words(hand_in, png):
    page = hand_in(("<script>x</script>.png", png), ("2.png", png))
    assert "<script>x" not in page.text and "&lt;script&gt;x" in page.text


def test_addresses_are_pasted_one_a_line(browser, annas_badge):
    address = f"https://badges.example.org/badges/{annas_badge}"
    page = browser.post("/verify", data={"text": f"{address}\n\n {address}.json\r\n"})
    assert text_of(page).count("This badge is genuine and valid") == 2


def test_a_program_gets_the_reports_as_json(hand_in, png):
    answer = hand_in(("a.png", png), ("b.txt", b"nothing"), Accept="application/json")
    reports = answer.json["reports"]
    assert [each["file"] for each in reports] == ["a.png", "b.txt"]
    assert [each["report"]["verdict"] for each in reports] == ["verified", "unusable"]


def test_one_file_and_empty_fields_are_no_batch(hand_in, png):
    page = hand_in(("a.png", png), ("", b""))
    assert 'class="verdict yes"' in page.text and "1/1" not in text_of(page)


def test_an_address_is_asked_once_for_all_files(hand_in, browser, network):
    asked = []
    answers = pages()

    def answer(method, url, **_):
        asked.append(url)
        return original(method, url, **_)

    original, network.request = network.request, answer
    network.table |= {url: body for url, body in answers.items() if isinstance(body, dict)}
    hand_in(*((f"{number}.url", f"[InternetShortcut]\nURL={HOSTED}\n".encode()) for number in range(5)))
    assert asked and len(asked) == len(set(asked))


def links_to(number):
    """So many files, each of which leads to a host of its own that cannot be reached."""
    return [
        (f"{each}.url", f"[InternetShortcut]\nURL=https://host-{each}.example/badge\n".encode())
        for each in range(number)
    ]


def test_all_files_share_the_requests_of_one_batch(hand_in, network, monkeypatch):
    asked = []
    original = network.request
    monkeypatch.setattr(
        network, "request", lambda method, url, **more: asked.append(url) or original(method, url)
    )
    assert (wiring.BATCH_FETCHES, wiring.BATCH_SECONDS) == (200, 60)
    monkeypatch.setattr(wiring, "BATCH_FETCHES", 3)
    hand_in(*links_to(5))
    assert len(asked) == 3


def test_all_files_share_the_time_of_one_batch(hand_in, network, monkeypatch):
    monkeypatch.setattr(wiring, "BATCH_SECONDS", 0)
    monkeypatch.setattr(network, "request", lambda *_, **__: pytest.fail("no time is left to ask anybody"))
    hand_in(*links_to(2))


def test_files_of_more_than_20_mb_together_are_refused(hand_in):
    assert hand_in(*((f"{number}.txt", b"x" * 5_000_000) for number in range(4))).status_code == 200
    assert hand_in(*((f"{number}.txt", b"x" * 5_000_000) for number in range(5))).status_code == 413


def test_more_files_than_a_batch_has_are_refused(hand_in):
    files = [(f"{number}.txt", b"x") for number in range(batch.MOST_FILES + 1)]
    assert hand_in(*files).status_code == 413
    assert text_of(hand_in(*files[:-1])).count("There is no badge in this file") == batch.MOST_FILES


def test_a_visitor_has_one_batch_at_a_time(hand_in, png):
    first = hand_in(("a.png", png), ("b.png", png), buffered=False)
    rows = iter(first.response)
    while b"a.png" not in next(rows):
        pass
    busy = hand_in(("c.png", png), ("d.png", png))
    assert busy.status_code == 503 and "Retry-After" in busy.headers
    assert hand_in(("e.png", png)).status_code == 200
    first.close()
    assert hand_in(("c.png", png), ("d.png", png)).status_code == 200


def test_a_visitor_who_goes_away_at_once_holds_no_place(hand_in, png, monkeypatch):
    monkeypatch.setattr(batch, "_running", BoundedSemaphore(1))
    hand_in(("a.png", png), ("b.png", png), buffered=False).close()
    assert hand_in(("a.png", png), ("b.png", png)).status_code == 200


def test_a_process_has_so_many_batches_at_once(hand_in, png, monkeypatch):
    monkeypatch.setattr(batch, "_running", BoundedSemaphore(1))
    with batch._running:
        assert hand_in(("a.png", png), ("b.png", png)).status_code == 503
    assert hand_in(("a.png", png), ("b.png", png)).status_code == 200


def test_a_batch_that_ended_with_its_process_lets_the_next_one_begin_later(hand_in, png, clock):
    first = hand_in(("a.png", png), ("b.png", png), buffered=False)
    next(iter(first.response))
    clock.advance(minutes=5)
    assert hand_in(("c.png", png), ("d.png", png)).status_code == 200
    first.close()
