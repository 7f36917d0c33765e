"""A seal that anybody made around a pack: nobody is believed because of it."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.fixtures import ANNA
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.learner.test_downloads import college_seal, served
from tests.lti_tool.web.learner.test_recognition_pack import ask, hand_in
from tests.seal_certificates import COLLEGE


def sealed_by(content: bytes, tool, **certified) -> bytes:
    return college_seal(**certified).seal_all([content.decode()], tool.clock())[0].encode()


def test_a_changed_pack_in_a_seal_that_fits_is_a_changed_pack(school, annas_badge, web_tool):
    """Whoever changes it can make a certificate with the name of the college, too."""
    pack = ask(school, school.launch(ANNA), annas_badge, form="json").get_json()
    pack["badges"][0]["elements"]["level"] = [{"en": "EQF: Level 8"}]
    answer = text_of(hand_in(school, sealed_by(json.dumps(pack).encode(), web_tool), "sealed.json"))
    assert "was changed after it was signed" in answer and "seal, which fits what is in it" in answer
    assert "does not say that it is this legal person" in answer and "Not checked here" in answer


def test_another_legal_person_around_a_genuine_pack_is_told_apart(school, annas_badge, web_tool):
    pack = ask(school, school.launch(ANNA), annas_badge, form="json").data
    other = COLLEGE | {"O": "Somebody <b>else</b>", "organizationIdentifier": "NTRLV-4"}
    page = hand_in(school, sealed_by(pack, web_tool, subject=other), "sealed.json")
    assert "Somebody &lt;b&gt;else&lt;/b&gt;" in page.text
    answer = text_of(page)
    assert "This recognition pack is as Riga College signed it." in answer
    assert "does not say that it is this legal person" in answer


def test_a_seal_around_a_seal_is_no_pack(school, annas_badge, web_tool):
    pack = ask(school, school.launch(ANNA), annas_badge, form="json").data
    twice = sealed_by(sealed_by(pack, web_tool), web_tool)
    assert "recognition pack" not in text_of(hand_in(school, twice, "sealed.json"))


def test_the_page_says_it_in_latvian_with_the_latvian_name(school, annas_badge, web_tool):
    pack = ask(school, school.launch(ANNA), annas_badge, form="json").data
    assert json.loads(pack)["issuer"]["name"] == dict(web_tool.issuer.profile.legal_name)
    page = hand_in(school, sealed_by(pack, web_tool), "sealed.json", query_string={"lang": "lv"})
    answer = text_of(page)
    assert f"parakstīja {web_tool.issuer.profile.legal_name['lv']}" in answer
    assert "Datnei ir elektroniskais zīmogs, kas atbilst saturam." in answer


# --- A file for Europass, which is sealed too, and is no badge


def europass(school, badge):
    data = {"_launch": hidden(school.launch(ANNA), "_launch")}
    return school.browser.post(f"/lti/app/badges/{badge}/europass", data=data).data


def test_a_sealed_file_for_europass_is_known_and_its_seal_is_checked(school, annas_badge, web_tool):
    with served(school, replace(web_tool, seal=college_seal())):
        sealed = europass(school, annas_badge)
    answer = text_of(hand_in(school, sealed, "europass.json"))
    assert "This is a European Digital Credential" in answer and "seal, which fits what is in it" in answer
    assert "names this legal person as its issuer" in answer and "Not checked here: who issued" in answer
    # It was said to have no signature, and that anybody could have written it.
    assert "anybody could have written" not in answer and "does not follow" not in answer
    changed = sealed.replace(b"Anna", b"Inna", 1)
    assert changed != sealed
    assert "does not fit what is in it" in text_of(hand_in(school, changed, "europass.json"))


def test_one_without_a_seal_could_be_anybodys(school, annas_badge):
    answer = text_of(hand_in(school, europass(school, annas_badge), "europass.json"))
    assert "This is a European Digital Credential" in answer and "anybody could have written it" in answer
    assert "legal person" not in answer and "Anna" not in answer


def test_a_seal_of_somebody_else_around_it_is_told_apart(school, annas_badge, web_tool):
    document = json.loads(europass(school, annas_badge))["credential"]
    other = COLLEGE | {"organizationIdentifier": "NTRLV-4"}
    sealed = sealed_by(json.dumps(document).encode(), web_tool, subject=other)
    answer = text_of(hand_in(school, sealed, "europass.json"))
    assert "does not name this legal person as its issuer" in answer


def test_a_program_gets_the_report_that_says_it_is_no_badge(school, annas_badge):
    file = europass(school, annas_badge)
    answer = hand_in(school, file, "europass.json", headers={"Accept": "application/json"}).get_json()
    assert answer["verdict"] != "verified"
