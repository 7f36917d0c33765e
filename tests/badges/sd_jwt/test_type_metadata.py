"""The document of our type says of each claim what is true of the badges that are issued of it."""

from __future__ import annotations

from typing import Any

import pytest

from badges.credential import GivenEvidence
from badges.disclosure import part_paths
from badges.sd_jwt.claims import as_claims
from badges.sd_jwt.type_metadata import CardLook, type_metadata
from badges.sentences import LANGUAGES
from tests.badges.conftest import NOW
from tests.badges.sd_jwt.conftest import VCT


def selected(claims: Any, path: list[Any]) -> list[tuple[Any, ...]]:
    """The places that a claim path selects, as the standard evaluates it."""
    places: list[tuple[tuple[Any, ...], Any]] = [((), claims)]
    for step in path:
        found: list[tuple[tuple[Any, ...], Any]] = []
        for place, value in places:
            if step is None:
                assert isinstance(value, list)
                found += [((*place, at), item) for at, item in enumerate(value)]
            else:
                assert isinstance(value, dict)
                found += [((*place, step), value[step])] if step in value else []
        places = found
    return [place for place, _ in places]


@pytest.mark.parametrize("template", ["solar", "data_literacy"])
def test_each_claim_is_where_it_says_and_as_it_says(built: Any, request: Any, template: str) -> None:
    credential = built(
        request.getfixturevalue(template), evidence=(GivenEvidence(url="https://x.example", name="Roof"),)
    )
    claims, hidden = as_claims(credential, VCT, NOW), {*part_paths(credential)}
    told: set[tuple[Any, ...]] = set()
    for claim in type_metadata(VCT)["claims"]:
        places = selected(claims, claim["path"])
        assert places or not claim["mandatory"], claim["path"]
        assert all((place in hidden) == (claim["sd"] == "always") for place in places), claim["path"]
        told |= {*places}
    assert hidden <= told


def test_it_speaks_every_language_and_carries_its_address() -> None:
    document = type_metadata(VCT)
    assert document["vct"] == VCT
    for displayed in (document["display"], *(claim["display"] for claim in document["claims"])):
        assert [each["locale"] for each in displayed] == [each["lang"] for each in displayed] == [*LANGUAGES]
        assert all(each.get("name") or each.get("label") for each in displayed)


def test_an_issuer_s_card_has_its_colour_and_logo() -> None:
    def simple(look: CardLook | None) -> Any:
        return type_metadata(VCT, look)["display"][0]["rendering"]["simple"]

    assert simple(None).keys() == {"background_color", "text_color"}
    look = CardLook(
        logo_url="https://x.example/logo.png", logo_text="Riga College", background="#123456", text="#fff000"
    )
    assert simple(look) == {
        "logo": {"uri": "https://x.example/logo.png", "alt_text": "Riga College"},
        "background_color": "#123456",
        "text_color": "#fff000",
    }
    assert simple(CardLook(logo_url="https://x.example/logo.png"))["logo"] == {
        "uri": "https://x.example/logo.png"
    }
