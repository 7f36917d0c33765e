"""`python -m lti_tool issuer ...`, and what other commands take `--issuer` for, as an operator types them."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges.pictures import fit_logo, same_pixels
from lti_tool.commands.shared import open_tool
from lti_tool.store.models import DeploymentRow, IssuerProfileRow
from tests.fixtures import drawn, give_look, rows, template_data
from tests.lti_tool.commands.test_commands import ROOT, environment, run
from tests.lti_tool.commands.test_platforms import ADD

__all__ = ["environment", "run"]

DAUGAVA = """
slug = "daugava-school"
name = "Daugava School"
country = "LV"
locality = "Daugavpils"
registration = "40000000002"
legal_name.en = "Daugava School"
[[accreditations]]
code = "internal"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "daugava.toml"
    path.write_text(DAUGAVA, encoding="utf-8")
    return path


@pytest.fixture
def added(run, environment, file):
    code, output, error = run("issuer", "add", file)
    assert (code, json.loads(output)["id"]) == (1, "did:web:badges.example.org:issuers:daugava-school")
    assert "issuer confirm daugava-school" in error
    return file


def test_a_second_issuer_is_added_confirmed_and_listed(run, added):
    assert run("issuer", "confirm", "daugava-school")[0] == 0
    lines = [line.split("\t") for line in run("issuer", "list")[1].splitlines()]
    assert [(slug, confirmed == "not confirmed", name) for slug, _, confirmed, name in lines] == [
        ("riga-college", True, "Riga College"),
        ("daugava-school", False, "Daugava School"),
    ]
    assert run("issuer", "show")[0] == 1
    code, _, error = run("issuer", "show", "daugava-school")
    assert (code, "by operator:" in error) == (0, True)
    assert run("issuer", "show", "nobody")[0] == 2
    assert run("issuer", "add", added)[0] == 2


def test_letters_of_an_issuer_that_no_font_has_are_told(run, environment, file):
    file.write_text(DAUGAVA.replace("Daugava School", "Daugava \U00012000"), encoding="utf-8")
    error = run("issuer", "add", file)[2]
    assert "Left out of the picture or the certificate: \U00012000 in /name." in error
    assert "\U00012000 in /legal_name/en." in error
    assert "Left out" not in run("issuer", "show")[2]


def test_a_changed_file_is_taken_over_and_confirmed_again(run, added):
    assert run("issuer", "confirm", "daugava-school")[0] == 0
    added.write_text(DAUGAVA.replace('name = "Daugava School"', 'name = "Daugava University"', 1))
    assert run("issuer", "change", added)[0] == 1
    assert run("issuer", "confirm", "daugava-school")[0] == 0
    code, _, error = run("issuer", "change", ROOT / "config" / "issuer.example.toml")
    assert (code, "ISSUER_FILE" in error) == (2, True)
    added.write_text("slug = ")
    assert run("issuer", "change", added)[0] == 2


def test_keys_and_templates_are_those_of_the_issuer_that_is_named(run, added, tmp_path):
    theirs, own = run("keys", "list", "--issuer", "daugava-school")[1], run("keys", "list")[1]
    keys = [
        {line.split("\t")[2] for line in text.splitlines() if line.startswith("badges")}
        for text in (theirs, own)
    ]
    assert all(keys) and not keys[0] & keys[1]
    template = tmp_path / "template.toml"
    template.write_text('name.en = "River pilot"', encoding="utf-8")
    assert run("templates", "add", template, "--issuer", "daugava-school")[0] == 0
    assert run("templates", "list")[1] == ""
    assert len(run("templates", "list", "--issuer", "daugava-school")[1].splitlines()) == 1
    kid = sorted(keys[0])[0]
    assert run("keys", "compromised", kid)[0] == 0
    assert kid in run("keys", "list", "--issuer", "daugava-school")[1]


def test_a_template_is_judged_by_the_authority_of_its_own_issuer(run, environment, file, tmp_path):
    """Riga College names no level above 7, Daugava School does."""
    file.write_text(f"{DAUGAVA}[authority]\nhighest_level = 8\n")
    assert run("issuer", "add", file)[0] == 1
    level = {"level": {"framework": "EQF", "value": 8}, "lki_level": 8, "cycle": "third"}
    template = tmp_path / "template.json"
    stated = template_data() | level | {"types_of_quality_assurance": [{"code": "internal"}]}
    template.write_text(json.dumps(stated, default=str), encoding="utf-8")
    code, _, error = run("templates", "add", template)
    assert (code, "/level/value: level_too_high" in error) == (2, True)
    code, output, error = run("templates", "add", template, "--issuer", "daugava-school")
    assert code == 0, error
    assert run("templates", "publish", output.split("\t")[0], "--yes")[:2] == (
        0,
        output.splitlines()[0].replace("draft", "published") + "\n",
    )


def test_a_platform_is_invited_or_added_for_an_issuer(run, added):
    assert run("platforms", "invite", "--issuer", "daugava-school")[0] == 0
    assert run("platforms", "invite", "--issuer", "nobody")[0] == 2
    assert run(*ADD, "--for", "daugava-school")[0] == 0
    assert run("platforms", "list")[1].endswith("\tenabled\tdaugava-school\n")


def test_a_permission_is_given_and_withdrawn(run, added):
    assert run(*ADD)[0] == 0
    for words, code in (
        (("permit", "daugava-school", "--platform", "1"), 0),
        (("permit", "daugava-school", "--platform", "1", "--course", "nowhere"), 2),
        (("permit", "daugava-school", "--platform", "9"), 2),
        (("withdraw", "daugava-school", "--platform", "1"), 0),
        (("withdraw", "daugava-school", "--platform", "1"), 2),
    ):
        assert run("issuer", *words)[0] == code, words


def test_a_changed_setting_is_refused_and_moving_makes_it_work(run, environment, added):
    assert run(*ADD)[0] == 0
    environment.setenv("TOOL_URL", "https://micro.riga.example")
    code, _, error = run("platforms", "list")
    assert (code, "TOOL_URL" in error, "python -m lti_tool issuer move" in error) == (2, True, True)
    code, output, error = run("issuer", "move")
    assert (code, "Restart the tool" in error) == (0, True)
    assert output.splitlines() == [
        "riga-college\tdid:web:micro.riga.example:issuers:riga-college",
        "daugava-school\tdid:web:micro.riga.example:issuers:daugava-school",
    ]
    assert "still uses https://badges.example.org/lti/" in run("platforms", "list")[1]
    assert "Nothing has moved" in run("issuer", "move")[2]


def test_a_further_issuer_moves_to_another_slug(run, added):
    code, output, _ = run("issuer", "move", "daugava-school", "daugava-university")
    assert (code, output.split("\t")[0]) == (0, "daugava-university")
    assert run("issuer", "move", "riga-college", "riga")[0] == 2
    assert run("issuer", "move", "daugava-university", "riga-college")[0] == 2
    assert run("issuer", "move", "daugava-university")[0] == 2


def test_events_of_one_issuer_are_listed_in_its_own_timezone(run, environment, file):
    file.write_text(DAUGAVA.replace("locality", 'timezone = "Pacific/Kiritimati"\nlocality', 1))
    assert run("issuer", "add", file)[0] == 1
    assert run("issuer", "confirm", "daugava-school")[0] == 0
    assert run("platforms", "invite", "--issuer", "daugava-school")[0] == 0
    assert run("platforms", "invite")[0] == 0
    assert run(*ADD, "--for", "daugava-school")[0] == 0
    assert run("platforms", "remove", "1")[0] == 0
    assert run("keys", "make", "P-256", "--issuer", "daugava-school")[0] == 0
    assert run("keys", "rotate", "lti")[0] == 0
    lines = [line.split("\t") for line in run("events", "--issuer", "daugava-school")[1].splitlines()]
    assert {at[-6:] for at, *_ in lines} == {"+14:00"}
    assert [what for _, _, what, *_ in lines if what != "key_made"] == [
        "issuer_added",
        "issuer_confirmed",
        "platform_invited",
        "registered",
        "registration_removed",
    ]
    assert sum(what == "key_made" for _, _, what, *_ in lines) == 3
    theirs = {line for line in run("events", "--json", "--issuer", "daugava-school")[1].splitlines()}
    own = {line for line in run("events", "--json", "--issuer", "riga-college")[1].splitlines()}
    every = {line for line in run("events", "--json")[1].splitlines()}
    assert theirs and own and not theirs & own
    shared = [json.loads(line)["about"].partition(":")[0] for line in every - theirs - own]
    assert set(shared) <= {"tool_key", "setting"}, "what all issuers share is of none"
    assert run("events", "--issuer", "nobody")[0] == 2


def test_a_day_of_events_begins_where_the_issuer_is(run, environment, file):
    file.write_text(DAUGAVA.replace("locality", 'timezone = "Pacific/Kiritimati"\nlocality', 1))
    assert run("issuer", "add", file)[0] == 1
    added = json.loads(run("events", "--json", "--what", "issuer_added", "--issuer", "daugava-school")[1])
    there = datetime.fromisoformat(added["at"]).astimezone(ZoneInfo("Pacific/Kiritimati"))
    for day, found in ((there.date(), 1), (there.date() + timedelta(days=1), 0)):
        listed = run(
            "events", "--issuer", "daugava-school", "--what", "issuer_added", "--since", day.isoformat()
        )
        assert listed[1].count("issuer_added") == found, day


def test_deployments_are_dated_where_the_platforms_issuer_is(run, environment, file, tool, clock):
    """It is a day later at the end of the Pacific."""
    file.write_text(DAUGAVA.replace("locality", 'timezone = "Pacific/Kiritimati"\nlocality', 1))
    assert run("issuer", "add", file)[0] == 1
    assert run(*ADD, "--for", "daugava-school")[0] == 0
    with tool.store.begin() as session:
        session.query(DeploymentRow).one().first_seen_at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    assert run("platforms", "deployments", "1")[1] == "1\t2026-11-29\n"


def test_the_profile_is_written_with_the_logo_that_it_names_and_the_next_start_takes_it(
    run, environment, tmp_path, monkeypatch
):
    folder = tmp_path / "config"
    folder.mkdir()
    file, logo = folder / "issuer.toml", folder / "logo.png"
    give_look(open_tool(), logo=drawn(colour="blue"))
    assert run("issuer", "show", "--out", file)[0] == 2 and not file.exists()
    # A picture that is nobody's of ours stays.
    logo.write_bytes(drawn(colour="green"))
    code, _, error = run("issuer", "show", "--toml", "--out", file)
    assert (code, "is another picture" in error, file.exists()) == (2, True, False)
    assert logo.read_bytes() == drawn(colour="green")
    logo.unlink()
    code, output, error = run("issuer", "show", "--toml", "--out", file)
    assert (code, output) == (0, "") and str(logo) in error
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, logo)] == [0o644, 0o644]
    # The logo that its own file names is brought up to date.
    give_look(open_tool(), logo=drawn(colour="red"))
    assert run("issuer", "show", "--toml", "--out", file)[0] == 0
    assert same_pixels(logo.read_bytes(), fit_logo(drawn(colour="red")))
    monkeypatch.setenv("ISSUER_FILE", str(file))
    tool = open_tool()
    assert tool.issuer.look.logo and rows(tool, IssuerProfileRow)[-1].version == 3
    # The file of another issuer stays too.
    file.write_text(DAUGAVA, encoding="utf-8")
    monkeypatch.setenv("ISSUER_FILE", str(ROOT / "config" / "issuer.example.toml"))
    assert run("issuer", "show", "--toml", "--out", file)[0] == 2
    assert file.read_text(encoding="utf-8") == DAUGAVA
