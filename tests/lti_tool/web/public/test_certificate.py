"""What stands on the certificate of a page, of a credential that anybody may have written."""

import pytest

from badges.eu import elements
from lti_tool.web.public.certificate import certificate_of

PICTURE = "/achievements/3f2b8c1e-0000-4000-8000-000000000000/2/image.png"


@pytest.fixture
def shown(app):
    def shown(subject):
        credential = {"credentialSubject": subject}
        with app.test_request_context("/verify"):
            return certificate_of(credential, elements.read(credential))

    return shown


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("1", "Level 1 of 8 in the European Qualifications Framework (EQF)."),
        ("5", "that of short-cycle higher education."),
        ("6", "Level 6 of 8 in the European Qualifications Framework (EQF), that of a bachelor's degree."),
        ("8", "that of a doctorate. The badge itself is not a degree."),
    ],
)
def test_a_level_is_told_in_a_sentence(shown, level, said):
    concept = {"id": f"http://data.europa.eu/snb/eqf/{level}", "prefLabel": {"en": "Level 8"}}
    for stated in (concept, [concept], concept["id"]):
        assert said in shown({"achievement": {"eqfLevel": stated}}).level


@pytest.mark.parametrize("stated", [None, "9", {}, [{}], {"id": "http://data.europa.eu/snb/eqf/9"}, 7, True])
def test_what_is_no_level_is_told_in_none(shown, stated):
    assert shown({"achievement": {"eqfLevel": stated}}).level == ""


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ({"givenName": "Anna", "familyName": "Bērziņa"}, {"und": "Anna Bērziņa"}),
        ({"name": "Anna"}, {"und": "Anna"}),
        (
            {"identifier": [{"identityType": "name", "hashed": False, "identityHash": "Anna"}]},
            {"und": "Anna"},
        ),
        ({"identifier": [{"identityType": "name", "hashed": True, "identityHash": "sha256$1"}]}, {}),
        ({"identifier": {"identityType": "emailAddress", "hashed": False, "identityHash": "a@b.lv"}}, {}),
        ({"name": 7, "identifier": "Anna"}, {}),
    ],
)
def test_the_holder_is_whom_the_badge_names_and_no_address(shown, subject, name):
    assert shown(subject).holder == name


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"https://badges.example.org{PICTURE}", PICTURE),
        (f"https://old.example.org{PICTURE}", PICTURE),
        (f"https://badges.example.org{PICTURE}?x=1", PICTURE),
        ("https://badges.example.org/achievements/../verify", None),
        ("data:image/png;base64,AAAA", None),
        ("https://[", None),
        (7, None),
    ],
)
def test_only_a_picture_that_this_site_serves_is_shown(shown, address, path):
    assert shown({"achievement": {"image": {"id": address, "type": "Image"}}}).picture == path
