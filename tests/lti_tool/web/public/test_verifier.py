"""A stranger checks a badge."""

import json
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdf
import pytest
from sqlalchemy.exc import OperationalError

from badges.sentences import sentences
from badges.verify import Check, Report, Verdict, verify
from badges.verify.verdict import decide_verdict
from lti_tool.publishing import own_documents
from lti_tool.store import queries
from lti_tool.store.models import VerificationCount
from lti_tool.web.public import verification_answers, verifier
from signing import did
from tests.badges.pdf.pdf_files import pdf_with_catalog
from tests.badges.verify.hosted import HOSTED, ISSUER, Web, pages, redirect
from tests.lti_tool.web.conftest import every_place_taken, text_of


@pytest.fixture
def drop(browser):
    def drop(file, name="badge.png", **headers):
        # Put together by hand: the test client would leave a temporary file open for a form of this size.
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + file + b"\r\n--x--\r\n"
        return browser.post(
            "/verify", data=body, content_type="multipart/form-data; boundary=x", headers=headers
        )

    return drop


@pytest.fixture
def png(browser, annas_badge):
    return browser.get(f"/badges/{annas_badge}.png").data


def test_an_uploaded_picture_is_verified(drop, png):
    page = drop(png)
    words = text_of(page)
    assert "This badge is genuine and valid" in words
    questions = ("Was it changed?", "Who issued it?", "Is it still valid?", "Is it this person?")
    for subject in (*questions, "What it certifies"):
        assert subject in words
    assert "Chooses a chart that shows what matters" in words


def test_a_certificate_that_may_not_be_printed_is_checked_too(drop, browser, annas_badge):
    certificate = browser.get(f"/badges/{annas_badge}.pdf").data
    writer = pypdf.PdfWriter(clone_from=BytesIO(certificate))
    writer.encrypt(user_password="", owner_password="of the college", algorithm="AES-256")
    protected = BytesIO()
    writer.write(protected)
    for file in (certificate, protected.getvalue()):
        assert "This badge is genuine and valid" in text_of(drop(file, "certificate.pdf"))


def test_a_document_made_to_exhaust_its_reader_is_refused(drop):
    # More parts than are read, so that it does not matter how far a machine comes in the time allowed.
    files = b"<</EF<</F 4 0 R>>>>" * 100_000
    page = drop(pdf_with_catalog(b"", page=b"/AF[" + files + b"]"), "certificate.pdf")
    assert "too many parts" in text_of(page)


def test_a_pasted_text_is_verified(browser, annas_badge):
    text = browser.get(f"/badges/{annas_badge}.json").text
    assert "genuine and valid" in text_of(browser.post("/verify", data={"text": text}))


def test_the_pasted_or_dropped_address_of_a_badge_is_verified(drop, browser, annas_badge):
    address = f"https://badges.example.org/badges/{annas_badge}"
    for page in (
        browser.post("/verify", data={"text": f" {address}\n"}),
        drop(f"[InternetShortcut]\r\nURL={address}\r\n".encode(), "badge.url"),
    ):
        assert "genuine and valid" in text_of(page)


def test_an_address_that_does_not_answer_is_amber_and_says_what_to_do(browser):
    page = browser.post("/verify", data={"text": "https://nowhere.example.net/badge"})
    assert "This address could not be checked No badge was found at this web address: it did" in text_of(page)
    assert 'class="verdict unsure"' in page.text


def test_the_badge_in_a_zip_or_a_mail_is_verified(drop, png):
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("badge.png", png)
    mail = EmailMessage()
    mail.add_attachment(png, maintype="image", subtype="png", filename="badge.png")
    for file, name in ((packed.getvalue(), "badge.zip"), (mail.as_bytes(), "badge.eml")):
        assert "genuine and valid" in text_of(drop(file, name))


@pytest.mark.parametrize(
    "file", [b"\xff\xd8\xff\xe0\0\x10JFIF", b"RIFF\x24\0\0\0WEBPVP8 ", b"GIF89a\1\0\1\0"]
)
def test_a_converted_picture_has_lost_its_badge(drop, file):
    words = text_of(drop(file, "badge.jpg"))
    assert "a converted picture has lost its badge. Ask for the original file: PNG, PDF or JSON" in words


def test_a_changed_badge_is_red(browser, annas_badge):
    text = browser.get(f"/badges/{annas_badge}.json").text.replace("Data literacy", "Brain surgery")
    page = browser.post("/verify", data={"text": text})
    words = text_of(page)
    assert "This badge was changed" in words
    assert "Do not rely on this badge" in words
    assert "Not proven The badge names: Riga College" in words
    assert "<q><bdi>Riga College</bdi></q>" in page.text and "<strong><bdi>Riga College" not in page.text
    assert "genuine" not in words


def test_an_unreachable_status_list_is_never_valid(drop, png, monkeypatch):
    def unreachable(publisher, list_id):
        raise OSError

    monkeypatch.setattr(own_documents, "status_list", unreachable)
    words = text_of(drop(png))
    assert "could not be checked fully" in words
    assert "That does not mean that the badge is valid" in words


def test_an_unknown_issuer_is_amber_and_not_red(drop, png, monkeypatch):
    original = verification_answers.answers_of
    monkeypatch.setattr(verifier, "answers_of", lambda report, _own: original(report, lambda _id: False))
    page = drop(png)
    assert "this site does not know its issuer" in text_of(page)
    assert "Not known to this site Address: badges.example.org The badge names: Riga College" in text_of(page)
    assert "<strong><bdi>Riga College" not in page.text
    assert "It checks badges of any issuer, and answers only for its own." in text_of(page)
    assert 'class="verdict unsure"' in page.text and "light no" not in page.text


@pytest.mark.parametrize(
    "file, sentence",
    [
        (b"", "the file or the text is empty"),
        (b"hello", "neither a picture with a badge nor the text of a badge"),
        (b'{"a": ', "cannot be read to its end"),
        (b"\x89PNG\r\n\x1a\nxx", "the end of the file is missing"),
        (b"\xff\xfe\x00", "neither a picture"),
    ],
)
def test_a_file_without_a_badge_says_what_to_do(drop, file, sentence):
    page = drop(file)
    assert page.status_code == 200
    assert sentence in text_of(page)


def test_a_picture_without_a_badge_says_how_it_may_have_been_lost(drop, browser, web_tool, published):
    from lti_tool.store.models import TemplateVersion

    with web_tool.store.read() as session:
        plain = session.query(TemplateVersion).one().picture
    page = drop(plain)
    assert "<h1>There is no badge in this file</h1>" in page.text and "A screenshot" in text_of(page)


def test_a_program_gets_the_report_as_json(browser, png):
    answer = browser.post(
        "/verify", data=png, content_type="image/png", headers={"Accept": "application/json"}
    )
    assert answer.json["verdict"] == "verified"
    assert {check["name"] for check in answer.json["checks"]} >= {"proof", "status", "key_of_issuer"}


def test_a_file_over_5_mb_is_answered_with_413(drop):
    page = drop(b"x" * (5 * 1024 * 1024 + 1))
    assert page.status_code == 413
    assert "up to 5 MB" in text_of(page)
    page = drop(b"x" * (6 * 1024 * 1024))
    assert (page.status_code, "up to 5 MB" in text_of(page)) == (413, True)


def test_a_file_of_5_mb_is_read(drop):
    assert drop(b"x" * (5 * 1024 * 1024)).status_code == 200


def test_too_many_simultaneous_verifications_are_answered_with_503_at_once(drop, png, browser, annas_badge):
    with every_place_taken():
        page, program = drop(png), drop(png, Accept="application/json")
        own = browser.get(f"/badges/{annas_badge}")
    for answer in (page, program):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
    assert "Try again in a moment" in text_of(page)
    assert program.json["error"] == "busy"
    assert "genuine and valid" in text_of(own)


@pytest.mark.parametrize(
    ("code", "headline", "short"),
    [
        ("bad_signature", "This badge was changed", "Changed"),
        ("malformed", "The signature of this badge does not prove its content", "Not proven"),
        ("claims_disagree", "The signature of this badge does not prove its content", "Not proven"),
        ("unreadable_claim", "The signature of this badge does not prove its content", "Not proven"),
        ("wrong_iss", "This badge was not issued by the issuer it names", "Not proven"),
        ("key_revoked", "This badge could not be checked fully", "Not proven"),
    ],
)
def test_a_badge_is_called_changed_only_where_that_is_proven(app, code, headline, short):
    checks = [("proof", "failed", code)]
    checks += [(name, "unknown", "not_checked") for name in ("key_of_issuer", "status", "validity")]
    made = tuple(Check(name=name, outcome=outcome, code=said) for name, outcome, said in checks)
    report = Report(checks=made, credential={"issuer": "did:web:own"}, verdict=decide_verdict(made))
    with app.test_request_context("/verify"):
        found = verification_answers.answers_of(report, "did:web:own".__eq__)
        assert (str(found.headline), str(found.answers[0].summary)) == (headline, short)


@pytest.mark.parametrize(
    ("code", "summary"), [("no_zone", "Could not be checked"), ("no_dates", "Dates cannot be read")]
)
def test_dates_that_leave_the_validity_open_are_never_called_valid(app, code, summary):
    checks = [("proof", "passed", "signature_holds"), ("key_of_issuer", "passed", "key_of_issuer")]
    checks += [("status", "passed", "not_revoked"), ("validity", "unknown", code)]
    made = tuple(Check(name=name, outcome=outcome, code=said) for name, outcome, said in checks)
    report = Report(checks=made, credential={"issuer": "did:web:own"}, verdict=decide_verdict(made))
    with app.test_request_context("/verify"):
        found = verification_answers.answers_of(report, "did:web:own".__eq__)
        validity = found.answers[2]
        assert (found.light, validity.light, str(validity.summary)) == ("unsure", "unsure", summary)


def test_a_badge_of_open_badges_2_shows_what_its_issuer_serves_and_the_issuer_by_its_address(app):
    web = Web(pages())
    file = web.pages[HOSTED] | {"badge": {"name": "Surgery", "issuer": {"name": "Harvard"}}}
    other = "https://badges.example.org"
    web.pages[f"{other}/issuer"] = web.pages[ISSUER] | {
        "verification": {"allowedOrigins": ["college.example.org", "badges.example.org"]}
    }
    for target, host in ((None, "college.example.org"), (f"{other}/issuer", "badges.example.org")):
        if target:
            web.pages[ISSUER] = redirect(target)
        report = verify(
            json.dumps(file).encode(), did.key_in_proof, web.fetch, datetime.now(UTC), fetch=web.fetch
        )
        with app.test_request_context("/verify"):
            found = verification_answers.answers_of(report, "did:web:own".__eq__)
        assert (report.verdict, found.name) == ("verified", {"und": "Solar panels"})
        quoted = [str(words.text) for answer in found.answers for words in answer.quoted]
        assert quoted == [host, "Riga College"]


def test_a_file_without_a_badge_is_amber(drop):
    page = drop(b"\xff\xd8\xff\xe0 a photograph")
    assert 'class="verdict unsure"' in page.text
    words = text_of(page)
    assert "There is no badge in this picture" in words and "Ask for the original file" in words


CLAIM = "Chooses a chart that shows what matters"


def claimed(page):
    """What stands in the part of the page that is closed until somebody opens it."""
    found = re.search(r'<details class="card claimed">(.*?)</details>', page.text, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("change", ["forged", "unsigned", "signed by another"])
def test_claims_that_are_not_proven_are_closed_behind_a_warning(browser, annas_badge, change):
    badge = json.loads(browser.get(f"/badges/{annas_badge}.json").text)
    if change == "forged":
        badge["name"] = "Brain surgery"
    elif change == "unsigned":
        del badge["proof"]
    else:
        badge["issuer"]["id"] = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    page = browser.post("/verify", data={"text": json.dumps(badge)})
    inside = claimed(page)
    assert CLAIM in inside and "All 11 mandatory elements" in inside and "Nothing of it is proven" in inside
    outside = page.text.replace(inside, "")
    assert CLAIM not in outside and "mandatory" not in outside and "What it certifies" not in outside
    assert inside.index("Nothing of it is proven") < inside.index(CLAIM)


def test_claims_that_are_proven_are_open(drop, png):
    page = drop(png)
    assert claimed(page) == "" and "What it certifies" in text_of(page)


def certificate(page):
    """What stands beside the verdict: its classes, its words, the address of its picture."""
    kind, inside = re.search(r'<article class="([^"]+)">(.*?)</article>', page.text, re.DOTALL).groups()
    picture = re.search(r'<img src="([^"]+)"', inside)
    return kind, " ".join(re.sub(r"<[^>]+>", " ", inside).split()), picture and picture[1]


def test_who_earned_what_from_whom_comes_first(drop, png):
    page = drop(png)
    kind, words, picture = certificate(page)
    assert kind == "cert" and re.fullmatch(r"/achievements/[0-9a-f-]+/1/image\.png", picture)
    order = (
        "Level",
        "Workload",
        "Anna Bērziņa",
        "Data literacy",
        "from Riga College",
        "that of a master's degree",
    )
    places = [words.replace("&#39;", "'").index(each) for each in order]
    assert places == sorted(places)
    assert page.text.index("</article>") < page.text.index("Was it changed?")


def test_what_is_not_proven_is_a_claim_without_a_picture(browser, annas_badge):
    text = browser.get(f"/badges/{annas_badge}.json").text.replace("Data literacy", "Brain surgery")
    kind, words, picture = certificate(browser.post("/verify", data={"text": text}))
    assert (kind, picture) == ("cert claimed", None)
    assert words.startswith("Claimed, not proven Claimed holder: Anna Bērziņa Brain surgery")
    assert words.endswith("claims to be from Riga College")


def told_of(app, verdict, in_open_badges_3=None, **codes):
    """The answers to a report with these findings, each an outcome and a code."""
    found = {"proof": ("passed", "signature_holds"), "key_of_issuer": ("passed", "key_of_issuer")}
    found |= {"status": ("passed", "not_revoked"), "validity": ("passed", "no_end")} | codes
    checks = tuple(Check(name=name, outcome=outcome, code=code) for name, (outcome, code) in found.items())
    report = Report(
        checks=checks,
        credential={"issuer": "did:web:own"},
        verdict=verdict,
        in_open_badges_3=in_open_badges_3,
    )
    with app.test_request_context("/verify"):
        answers = verification_answers.answers_of(report, "did:web:own".__eq__)
        return answers, str(answers.headline)


def test_an_unsigned_badge_is_red_and_says_that_anybody_could_have_written_it(app):
    nothing = ("unknown", "not_checked")
    answers, headline = told_of(
        app, "unsigned", proof=("unknown", "no_proof"), key_of_issuer=nothing, status=nothing
    )
    assert headline == "This badge is not signed: anybody could have written it"
    assert {answers.light, *(answer.light for answer in answers.answers[:3])} == {"no"}
    assert not answers.is_proven


@pytest.mark.parametrize(
    ("verdict", "codes", "is_proven"),
    [
        ("verified", {}, True),
        ("verified", {"proof": ("warning", "claims_left_out")}, True),
        ("revoked", {"status": ("failed", "revoked")}, True),
        ("expired", {"validity": ("failed", "expired")}, True),
        ("unverifiable", {"status": ("unknown", "list_not_reached")}, True),
        ("unverifiable", {"key_of_issuer": ("unknown", "issuer_not_reached")}, False),
        ("unverifiable", {"proof": ("unknown", "key_not_found")}, False),
        ("wrong_issuer", {"key_of_issuer": ("failed", "key_of_another")}, False),
        ("changed", {"proof": ("failed", "bad_signature")}, False),
    ],
    ids=str,
)
def test_only_what_the_issuer_signed_is_proven(app, verdict, codes, is_proven):
    assert told_of(app, verdict, **codes)[0].is_proven is is_proven


def test_nonsense_is_not_counted_as_stated(app):
    achievement = {"mode": [{"prefLabel": {"en": "telepathy"}}], "volumeOfLearning": "PT0H"}
    credential = {"issuer": "did:web:own", "credentialSubject": {"achievement": achievement}}
    checks = [
        ("proof", "signature_holds"),
        ("key_of_issuer",) * 2,
        ("status", "not_revoked"),
        ("validity", "no_end"),
    ]
    report = Report(
        checks=tuple(Check(name=name, outcome="passed", code=code) for name, code in checks),
        credential=credential,
        verdict="verified",
    )
    with app.test_request_context("/verify"):
        found = verification_answers.answers_of(report, "did:web:own".__eq__)
        macros = app.jinja_env.get_template("_macros.html").make_module({})
        words = str(macros.elements(found.readings))
    assert found.mandatory == 0
    assert words.count("Not counted: this is not a recognised value.") == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "All 11 mandatory elements of an EU micro-credential are stated."),
        ({"mode": []}, "that are stated: 10 of 11."),
        (
            {"mode": [{"prefLabel": {"en": "telepathy"}}], "volumeOfLearning": "PT0H"},
            "that are stated: 9 of 11.",
        ),
    ],
    ids=str,
)
def test_all_11_elements_are_said_to_be_stated_only_where_each_is(browser, annas_badge, change, sentence):
    badge = json.loads(browser.get(f"/badges/{annas_badge}.json").text)
    achievement = badge["credentialSubject"]["achievement"]
    achievement.update(change)
    if change:
        achievement.pop("creditPoint", None)
    words = text_of(browser.post("/verify", data={"text": json.dumps(badge)}))
    assert sentence in words
    assert words.count("mandatory elements") + words.count("Mandatory elements") == 1


def test_criteria_are_shown_as_markdown(browser, annas_badge):
    badge = json.loads(browser.get(f"/badges/{annas_badge}.json").text)
    narrative = "- Read **all** of it\n- [Pass](https://a.example)"
    badge["credentialSubject"]["achievement"]["criteria"]["narrative"] = narrative
    del badge["credentialSubject"]["achievement"]["requirement"]
    page = browser.post("/verify", data={"text": json.dumps(badge)})
    assert "<ul><li><bdi>Read <strong>all</strong> of it</bdi></li>" in page.text
    assert "Pass (https://a.example)" in page.text and 'href="https://a.example' not in page.text


def test_a_badge_that_its_issuer_serves_is_not_called_signed(app):
    shown = {
        "issuer": {"id": "https://school.example/issuer", "name": "School of Welding"},
        "evidence": [{"id": "https://school.example/work", "name": "A frame"}, {"id": "urn:uuid:1"}],
        "credentialSubject": {"narrative": "Welds *well*.", "achievement": {"name": "Welding"}},
    }
    answers, _ = told_of(app, "verified", proof=("passed", "hosted"), in_open_badges_3=shown)
    with app.test_request_context("/verify"):
        issuer = answers.answers[1]
        assert [quoted.text for quoted in issuer.quoted] == ["school.example", "School of Welding"]
        assert "is published at this address" in str(issuer.explanations[0])
    assert answers.name == {"und": "Welding"}
    narrative, frame = answers.evidence
    assert (narrative.narrative, frame.name) == ({"und": "Welds *well*."}, {"und": "A frame"})
    assert frame.address == "https://school.example/work"


def test_a_badge_whose_address_did_not_answer_says_so(app):
    checks = (
        Check(name="parsed", outcome="passed", code="read_png"),
        Check(name="proof", outcome="unknown", code="hosted_not_reached"),
    )
    with app.test_request_context("/verify"):
        report = Report(checks=checks, credential=None, verdict="unverifiable")
        found = verification_answers.answers_of(report, lambda _id: False)
        assert str(found.headline) == "This badge could not be checked fully"
        assert "did not answer" in str(found.unreadable)


def test_there_is_a_headline_for_every_verdict():
    assert set(verification_answers.HEADLINES) == set(Verdict.__args__)


@pytest.mark.parametrize("language", ["en", "lv"])
def test_every_code_has_the_sentence_of_the_verifier(app, language):
    """Whatever check found it: the page has no words of its own for a code."""
    with app.test_request_context(f"/verify?lang={language}"):
        for name, codes in sentences().items():
            for code, texts in codes.items() if name != "verdict" else ():
                check = Check(name=name, outcome="warning", code=code)
                told = {
                    *verification_answers.technical_remarks([check]),
                    verification_answers.check_sentence(check),
                }
                assert told == {texts[language]}, (name, code)


@pytest.mark.parametrize(
    ("changes", "lights"),
    [
        ({}, ("yes", "yes", "yes", "off")),
        ({"proof": ("warning", "claims_left_out")}, ("yes", "yes", "yes", "off")),
        ({"status": ("warning", "list_too_short")}, ("yes", "yes", "yes", "off")),
        ({"status": ("unknown", "list_not_reached")}, ("yes", "yes", "unsure", "off")),
        ({"status": ("failed", "revoked")}, ("yes", "yes", "no", "off")),
        ({"validity": ("failed", "no_dates")}, ("yes", "yes", "no", "off")),
        ({"proof": ("failed", "bad_signature")}, ("no", "yes", "unsure", "off")),
        ({"proof": ("unknown", "key_not_found")}, ("unsure", "yes", "unsure", "off")),
        ({"key_of_issuer": ("failed", "key_of_another")}, ("yes", "no", "unsure", "off")),
    ],
    ids=str,
)
def test_green_is_only_for_what_was_proven(app, changes, lights):
    sound = {
        "proof": ("passed", "signature_holds"),
        "key_of_issuer": ("passed", "key_of_issuer"),
        "status": ("passed", "not_revoked"),
        "validity": ("passed", "no_end"),
    }
    checks = tuple(
        Check(name=name, outcome=outcome, code=code) for name, (outcome, code) in (sound | changes).items()
    )
    report = Report(checks=checks, credential={"issuer": "did:web:own"}, verdict="verified")
    with app.test_request_context("/verify"):
        found = verification_answers.answers_of(report, "did:web:own".__eq__)
    assert tuple(answer.light for answer in found.answers) == lights


def test_the_pages_load_nothing_from_other_sites():
    for template in Path(verifier.__file__).parent.rglob("*.html"):
        loads = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]*)"', template.read_text())
        assert loads == [], template


def test_an_issuer_that_is_only_a_key_is_not_said_to_have_an_address(app):
    shown = {"issuer": {"id": "did:key:z6Mk", "name": "School of Welding"}, "credentialSubject": {}}
    answers, _ = told_of(app, "verified", proof=("passed", "signature_holds"), in_open_badges_3=shown)
    with app.test_request_context("/verify"):
        issuer = answers.answers[1]
        assert [str(quoted.label) for quoted in issuer.quoted] == ["The badge names", "Identifier"]
        assert "Anybody can make such an identifier" in str(issuer.explanations[0])


def checked(tool):
    with tool.store.read() as session:
        return [(row.issuer_id, row.number) for row in session.query(VerificationCount)]


def test_a_genuine_badge_is_counted_for_its_issuer_and_a_changed_one_is_not(
    drop, browser, annas_badge, web_tool
):
    text = browser.get(f"/badges/{annas_badge}.json").text
    drop(text.encode(), "badge.json")
    drop(text.encode(), "badge.json", Accept="application/json")
    assert checked(web_tool) == [(web_tool.issuer.id, 2)]
    drop(text.replace("Anna", "Zane").encode(), "badge.json")
    drop(b"{}", "badge.json")
    assert checked(web_tool) == [(web_tool.issuer.id, 2)]


def test_a_check_is_answered_where_it_cannot_be_counted(drop, png, web_tool, monkeypatch):
    def fail(*_words):
        raise OperationalError("INSERT", {}, Exception("read-only"))

    monkeypatch.setattr(queries.verifications, "count_one", fail)
    assert "This badge is genuine and valid" in text_of(drop(png))
    assert checked(web_tool) == []
