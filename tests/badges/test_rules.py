"""Our rules and the schema files of 1EdTech accept and refuse the same documents: samples, and changes of them."""

from __future__ import annotations

import base64
import copy
import json
import math
import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from badges.schemas.rules import find_breach
from badges.template.model import Template
from signing.json_text import Json
from signing.timestamps import from_timestamp
from tests.amounts import amount

CHANGED = amount("changes of sample badges judged by both", small=30, full=600)
#: The official validator takes seconds for a hundred of these.
MEMBERS = amount("members of the fullest badge held to their kind, at most", small=100, full=1_000)
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(from_timestamp(value))


@formats.checks("date", raises=ValueError)
def is_date(value: object) -> bool:
    return not isinstance(value, str) or (
        bool(re.fullmatch(r"[0-9-]{10}", value)) and bool(date.fromisoformat(value))
    )


def sample(name: str, shared: Path) -> Json:
    file = shared / "data/vectors" / name
    text = file.read_text(encoding="utf-8").strip()
    if file.suffix == ".jwt":
        payload = text.split(".")[1]
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    document: Json = json.loads(text)
    return document


FULL = "spec/examples_fullOpenBadge__00_Complete-OpenBadgeCredential.json"
SAMPLES = [
    FULL,
    "1edtech/simple.json",
    "1edtech/simple_v1.json",
    "1edtech/simple-err-credential-subject-type.json",
    "1edtech/simple-err-expired.json",
    "1edtech/simple-err-proof-value.json",
    "1edtech/bit-string-list/testlist",
    "1edtech/bit-string-list/credential-status-revoked.json",
    "spec/appendixD_1EdTech-University-Degree-for-Example-St_875.jwt",
    "spec/appendixD_Robot-Programming-Skill-Credential_1486.jwt",
    "spec/appendixD_SDE-endorsement_1231.jwt",
    "spec/appendixD_Solve-and-graph-linear-equations-and-ine_1662.jwt",
    "spec/appendixD_Teamwork-Badge_71.jwt",
    "spec/examples_achievementAlignmentCase__00_Achievement-alignment-CASE.json",
    "spec/examples_achievementAlignmentCe__00_Achievement-alignment-Credential-Engine.json",
    "spec/examples_basicOpenBadgeCredential__00_Sample-OpenBadgeCredential.json",
    "spec/examples_skillAssertionCase__00_Skill-Assertion-CASE.json",
    "spec/examples_skillAssertionCtdl__00_Skill-Assertion-Credential-Registry.json",
    "spec/impl_linked-data-proof-ob__signed.json",
]
#: Schema file of 1EdTech -> the same question to our rules.
OURS: dict[str, Callable[[Json], bool]] = {
    "ob_v3p0_achievementcredential_schema.json": lambda document: (
        find_breach(document, "AchievementCredential") is None
    ),
    "ob_v3p0_endorsementcredential_schema.json": lambda document: (
        find_breach(document, "EndorsementCredential") is None
    ),
    "ob_v3p0_profile_schema.json": lambda document: find_breach(document, "Profile") is None,
    "lenient/ob_v3p0_achievementcredential_schema.json": lambda document: (
        find_breach(document, "AchievementCredential", "loose") is None
    ),
    "any_achievementcredential_schema.json": lambda document: (
        find_breach(document, "AchievementCredential", "loose") is None
        or find_breach(document, "AchievementCredential1", "loose") is None
    ),
}
JUNK: list[Any] = [
    None, True, 7, 2.5, "", "x", "ext:Own", "2026-02-30", "2026-02-03T04:05:06Z", "2026-02-03T04:05:06", "lv-LV",
    "a.b.c", [], {}, ["x"], [7], [[]], {"en": "x"}, {"en": 7}, {"english": "x"}, {"id": "x", "type": ["Profile"]},
    ["VerifiableCredential"], ["VerifiableCredential", "EndorsementCredential"], "Achievement", "Image", ["Image"],
    "https://www.w3.org/2018/credentials/v1", "Completed", "1999-12-31",
]  # fmt: skip


@pytest.fixture(scope="session", params=OURS)
def schema(
    request: pytest.FixtureRequest, shared: Path
) -> tuple[Draft201909Validator, Callable[[Json], bool]]:
    text = (shared / "data/schemas" / request.param).read_text(encoding="utf-8")
    return Draft201909Validator(json.loads(text), format_checker=formats), OURS[request.param]


def same(
    schema: tuple[Draft201909Validator, Callable[[Json], bool]], document: Json, description: str
) -> bool:
    """Whether the document is valid, which the schema file and our rules have to agree on."""
    official, ours = schema
    is_valid = official.is_valid(document)
    assert ours(document) == is_valid, description
    return is_valid


def test_each_sample_gets_the_same_verdict(schema: Any, shared: Path) -> None:
    documents = {name: sample(name, shared) for name in SAMPLES}
    documents["the issuer of a badge"] = documents[FULL]["issuer"]
    assert {same(schema, document, name) for name, document in documents.items()} == {True, False}


@pytest.mark.parametrize("seed", range(2))
def test_after_any_change_of_a_sample_the_verdicts_are_equal(schema: Any, shared: Path, seed: int) -> None:
    randomness = random.Random(seed)
    for _ in range(CHANGED):
        name = randomness.choice(SAMPLES)
        document = sample(name, shared)
        if isinstance(document["issuer"], dict) and randomness.random() < 0.2:
            document = document["issuer"]
        changes = [change(document, randomness) for _ in range(randomness.randint(1, 2))]
        same(schema, document, " / ".join([name, *changes]))


def test_every_member_of_the_full_example_must_be_of_its_kind(schema: Any, shared: Path) -> None:
    """Each member in turn, or MEMBERS of them far apart, is given a value it cannot have."""
    full = everything(shared)
    values = cycle([None, {"en": "x"}, 7, ["x"], "x", [{"en": "x"}], {"no": 7}])
    members = [*paths(full)]
    for path, value in zip(members[:: ceil(len(members) / MEMBERS)], values, strict=False):
        document = copy.deepcopy(full)
        put(document, path, value)
        same(schema, document, f"{path} = {value}")


def test_our_own_badges_have_the_strict_form(
    built: Callable[..., Json], solar: Template, data_literacy: Template
) -> None:
    for template in (solar, data_literacy):
        assert find_breach(built(template), "AchievementCredential") is None
        assert find_breach(built(template), "AchievementCredential", "loose") is None


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (["issuer", "image"], "https://example.org/a.png", "issuer.image"),
        (["credentialSubject", "result", 0, "status"], "Done", "credentialSubject.result[0].status"),
        (["validFrom"], "2026-11-21", "validFrom"),
        # To Python, True is 1.
        (["credentialSubject", "creditsEarned"], True, "credentialSubject.creditsEarned"),
        (["credentialSubject", "achievement", "tag"], ["x", 7], "credentialSubject.achievement.tag[1]"),
        (
            ["credentialSubject", "achievement", "type"],
            ["Achievement", 7],
            "credentialSubject.achievement.type",
        ),
        (["@context", 0], "https://example.org", "@context"),
        (["issuer", "type"], "Profile", "issuer.type"),
    ],
)
def test_a_breach_is_reported_by_its_path(
    built: Callable[..., Json], solar: Template, path: list[Any], value: Any, where: str
) -> None:
    document = built(solar)
    put(document, path, value)
    assert find_breach(document, "AchievementCredential") == where


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({}, None),
        ({"caption": 7}, "caption"),
        ({"type": {"en": "Image"}}, "type"),
        ({"other": 7}, "other"),
        ({"o" * 100_000: 7}, "o" * 60),
        # Half a surrogate pair, which neither a JSON text in UTF-8 nor the library has.
        ({"caption": "\ud800"}, None),
        ({"type": "Image\ud800"}, "type"),
        ({"\ud800": 7}, "?"),
    ],
)
def test_a_closed_class_has_no_other_members(members: Json, where: str | None) -> None:
    assert find_breach({"id": "x", "type": "Image"} | members, "Image") == where


DEEP = json.loads("[" * 300 + "]" * 300)


def test_more_depth_than_is_ever_read_changes_no_verdict() -> None:
    profile = {"id": "x", "type": ["Profile"], "other": DEEP}
    assert find_breach(profile, "Profile") is None
    assert find_breach(profile | {"\ud800": DEEP}, "Profile") is None
    assert find_breach(profile | {"\ud800": DEEP, "name": 7}, "Profile") == "name"
    assert find_breach(profile | {"name": DEEP}, "Profile") is not None


@pytest.mark.parametrize("value", [None, True, 7, "x", "\ud800", [], [{}], DEEP])
def test_what_is_no_object_breaks_the_class_as_a_whole(value: Any) -> None:
    assert find_breach(value, "Image") == find_breach(value, "Image", "loose") == "Image"


def test_a_number_may_be_of_any_size() -> None:
    for number in (0, -2.5, 10**400, -(10**5_000), math.inf, math.nan):
        place = {"type": "GeoCoordinates", "latitude": number, "longitude": 7}
        assert find_breach(place, "GeoCoordinates") is None
        assert find_breach(place | {"type": number}, "GeoCoordinates", "loose") == "type"


@pytest.mark.parametrize(
    ("day", "where"),
    [
        ("2024-02-29", None),
        ("2026-02-29", "dateOfBirth"),
        ("0000-01-01", "dateOfBirth"),
        ("٢٠٢٦-02-03", "dateOfBirth"),
        ("2026-02-03\n", "dateOfBirth"),
        ("2026-02-03T00:00:00Z", "dateOfBirth"),
        ("2026-02-03\ud800", "dateOfBirth"),
    ],
)
def test_a_date_is_a_day_of_the_calendar(day: str, where: str | None) -> None:
    profile = {"id": "x", "type": ["Profile"], "dateOfBirth": day}
    assert find_breach(profile, "Profile") == where


def test_only_the_loose_form_holds_the_evidence_of_an_endorsement_to_a_class(shared: Path) -> None:
    endorsement = sample("spec/appendixD_SDE-endorsement_1231.jwt", shared) | {"evidence": "x"}
    assert find_breach(endorsement, "EndorsementCredential") is None
    assert find_breach(endorsement, "EndorsementCredential", "loose") == "evidence"


def test_a_class_that_the_file_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        find_breach({}, "Assertion")


def everything(shared: Path) -> Json:
    """The full example of the standard, and what is not in it."""
    full = sample(FULL, shared)
    full["endorsementJwt"] = ["a.b.c"]
    full["termsOfUse"] = [{"type": "https://example.org/terms", "id": "https://example.org/1"}]
    full["issuer"]["dateOfBirth"] = "1999-12-31"
    return full


def change(document: Json, randomness: random.Random) -> str:
    """Change one member of the document; gives a description of the change."""
    path = randomness.choice([path for path in paths(document)] or [["id"]])
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    if randomness.random() < 0.3:
        del holder[last]
        return f"{path} gone"
    junk = [holder[last]] if randomness.random() < 0.2 else copy.deepcopy(randomness.choice(JUNK))
    holder[last] = junk
    return f"{path} = {junk!r:.60}"


def put(document: Any, path: list[Any], value: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def paths(value: Any) -> Iterator[list[Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield [key]
        yield from ([key, *path] for path in paths(item))
