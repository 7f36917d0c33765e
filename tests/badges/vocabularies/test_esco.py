"""ESCO's own CSV files are read and joined by IRI; damaged and malicious ones are refused."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.errors import VocabularyError
from badges.template.model import read_template
from badges.vocabularies import Vocabulary, shipped_vocabulary
from badges.vocabularies import esco as esco_files
from badges.vocabularies.esco import read_esco

COLUMNS = (
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,"
    "modifiedDate,scopeNote,definition,inScheme,description"
).split(",")
WIRE = "http://data.europa.eu/esco/skill/11111111-1111-4111-8111-111111111111"
WELD = "http://data.europa.eu/esco/skill/22222222-2222-4222-8222-222222222222"
INITIATIVE = "http://data.europa.eu/esco/skill/001115fb-569f-4ee6-8381-c6807ef2527f"


def _row(iri: str, label: str, others: str = "", **more: str) -> dict[str, str]:
    return {
        "conceptType": "KnowledgeSkillCompetence",
        "conceptUri": iri,
        "skillType": "skill/competence",
        "reuseLevel": "sector-specific",
        "preferredLabel": label,
        "altLabels": others,
        "status": "released",
        "modifiedDate": "2024-05-15T10:00:00Z",
        **more,
    }


def _csv(*rows: dict[str, str], columns: list[str] = COLUMNS, start: str = "") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return (start + text.getvalue()).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return packed.getvalue()


def _read(known: Vocabulary | None = None, **files: bytes) -> Vocabulary:
    named = {f"skills_{language}.csv": content for language, content in files.items()}
    return read_esco(named, known or shipped_vocabulary("esco"))


def _problem(**files: bytes) -> str:
    with pytest.raises(VocabularyError) as caught:
        _read(**files)
    return str(caught.value)


ENGLISH = _csv(
    _row(WIRE, "install wiring", "lay cables\nwire houses"), _row(WELD, "weld metal"), start="\ufeff"
)
LATVIAN = _csv(_row(WIRE, "ierīkot elektroinstalāciju", "vilkt vadus"))


def test_languages_are_joined_by_the_iri_of_the_skill() -> None:
    skills = _read(en=ENGLISH, lv=LATVIAN)
    assert [skill.label["en"] for skill in skills] == ["install wiring", "weld metal"]
    wire = skills.with_iri(WIRE)
    assert wire and wire.label == {"en": "install wiring", "lv": "ierīkot elektroinstalāciju"}
    assert wire.other_names == ("lay cables", "wire houses", "vilkt vadus")
    assert wire.more == {"type": "skill"}
    assert skills.date == "2024-05-15"
    assert [found.iri for found in skills.search("cables lay", "lv")] == [WIRE]
    assert [found.iri for found in skills.search("elektroinst", "en")] == [WIRE]


def test_a_language_may_come_later_and_a_new_release_keeps_the_others() -> None:
    first = _read(en=ENGLISH)
    second = _read(first, lv=LATVIAN)
    assert second["11111111-1111-4111-8111-111111111111"].label["lv"] == "ierīkot elektroinstalāciju"
    third = _read(second, en=_csv(_row(WIRE, "install electrical wiring")))
    assert [dict(skill.label) for skill in third] == [
        {"en": "install electrical wiring", "lv": "ierīkot elektroinstalāciju"}
    ]


def test_a_skill_that_ships_keeps_its_latvian_name_until_there_is_another() -> None:
    skills = _read(en=_csv(_row(INITIATIVE, "show initiative")))
    assert [skill.label["lv"] for skill in skills] == ["izrādīt iniciatīvu"]


def test_the_zip_of_the_download_page_is_read_as_it_is() -> None:
    bundle = _zip(
        {
            "ESCO/skills_en.csv": ENGLISH,
            "ESCO/skills_lv.csv": LATVIAN,
            "ESCO/occupations_en.csv": b"not read",
        }
    )
    assert list(read_esco({"esco.zip": bundle}, shipped_vocabulary("esco"))) == list(
        _read(en=ENGLISH, lv=LATVIAN)
    )


def test_every_skill_can_be_used_in_a_template() -> None:
    long = _csv(_row(WIRE, "w" * 300))
    skills = _read(en=long, lv=LATVIAN, ar=_csv(_row(WIRE, "توصيل الأسلاك")))
    [wire] = skills
    assert wire.label.keys() == {"en", "lv"}
    outcome = {"text": {"en": "Installs wiring."}, "esco": [{"iri": wire.iri, "label": dict(wire.label)}]}
    assert read_template({"name": {"en": "Wiring"}, "learning_outcomes": [outcome]}).learning_outcomes[0].esco
    with pytest.raises(VocabularyError, match="is no skills_en"):
        _read(ar=_csv(_row(WIRE, "x")))


def test_only_released_skills_are_read() -> None:
    skills = _read(
        en=_csv(_row(WIRE, "wire"), _row(WELD, "weld", status="obsolete"), _row("x", "y", conceptType="K"))
    )
    assert [skill.iri for skill in skills] == [WIRE]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            _csv(_row(WIRE, "a"), columns=["conceptUri", "preferredLabel"]),
            "lacks the columns conceptType, skillType",
        ),
        (b"", "lacks the columns"),
        (b"\xff\xfe\x00", "is not a CSV file in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "is not a CSV file in UTF-8"),
        (_csv(_row("http://evil.example/skill/1", "a")), "line 2 has a conceptUri that is not the address"),
        (_csv(_row("javascript:alert(1)", "a")), "conceptUri"),
        (_csv(_row(WIRE, "a"), _row(WIRE, "b")), "line 3 has"),
        (_csv(_row(WIRE, "=HYPERLINK(1)")), "a formula"),
        (_csv(_row(WIRE, "<script>x</script>")), "has a preferredLabel that has characters"),
        (_csv(_row(WIRE, "")), "has a preferredLabel that is not a text"),
        (_csv(_row(WIRE, "x" * 501)), "is longer than 500 characters"),
        (_csv(_row(WIRE, "x" * 200_000)), "is not a CSV file"),
    ],
)
def test_a_file_that_is_not_escos_is_refused_with_the_line_of_the_problem(
    content: bytes, problem: str
) -> None:
    assert problem in _problem(en=content)


def test_other_names_that_no_skill_has_are_left_out() -> None:
    [wire] = _read(en=_csv(_row(WIRE, "wire", "=1+1\n<b>\n" + "x" * 600 + "\nlay cables\n\nwire")))
    assert wire.other_names == ("lay cables",)


def test_at_most_20_problems_are_reported() -> None:
    rows = [_row(f"http://evil.example/{number}", "a") for number in range(1000)]
    assert _problem(en=_csv(*rows)).count("conceptUri") <= 20


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esco_files, "MAX_FILE_BYTES", 1_000_000)
    bundle = _zip({"skills_en.csv": b"0" * 3_000_000})
    assert len(bundle) < 10_000
    with pytest.raises(VocabularyError, match="unpacks to more than"):
        read_esco({"esco.zip": bundle}, shipped_vocabulary("esco"))
    assert "is larger than" in _problem(en=b"0" * 1_000_001)


def test_a_broken_or_empty_zip_and_a_file_of_another_name_are_refused() -> None:
    whole = _zip({"skills_en.csv": ENGLISH})
    for content in (whole[:50], _zip({"readme.txt": b""})):
        with pytest.raises(VocabularyError):
            read_esco({"esco.zip": content}, shipped_vocabulary("esco"))
    with pytest.raises(VocabularyError, match=r"is no skills_en\.csv"):
        read_esco({"occupations_en.csv": ENGLISH}, shipped_vocabulary("esco"))


@given(st.sampled_from([ENGLISH, LATVIAN, _zip({"skills_en.csv": ENGLISH})]), st.data())
def test_any_file_is_read_or_refused(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content)))
    changed = content[:at] + data.draw(st.binary(max_size=12)) + content[at + data.draw(st.integers(0, 40)) :]
    for name in ("skills_en.csv", "esco.zip"):
        try:
            skills = read_esco({name: changed}, shipped_vocabulary("esco"))
        except VocabularyError as error:
            assert error.problems
        else:
            assert all(skill.label["en"] for skill in skills)


def test_more_rows_than_esco_will_ever_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esco_files, "MOST_CONCEPTS", 3)
    rows = [_row(f"{WIRE[:-1]}{number}", f"skill {number}") for number in range(5)]
    assert "holds more than 3 skills" in _problem(en=_csv(*rows))
