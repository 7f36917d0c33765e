"""The commands, run as an operator types them."""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from badges.issuer import read_issuer
from lti_tool import __version__
from lti_tool.awarding import awards
from lti_tool.commands import main
from lti_tool.commands.main import READER_GONE
from lti_tool.errors import OutgoingError
from lti_tool.issuing import legal_identity
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.outgoing import Outgoing
from lti_tool.publishing import credentials, issuer_documents, status_lists
from lti_tool.store import events, queries
from lti_tool.store.models import CredentialRow
from lti_tool.templates import approval_requests, approvals, versions
from signing import did
from signing.errors import UnusableKeyError
from signing.seals.jades import verify_seal
from tests.fixtures import (
    ANNA,
    SECRETS,
    WITH_TEXTS,
    ZANE,
    change_issuer,
    complete,
    run_due_jobs,
    template_data,
)
from tests.seal_certificates import COLLEGE, PASSWORD, certificate, key, pkcs12_file

ROOT = Path(__file__).parents[3]
ANOTHER_KEY = "OTg3NjU0MzIxMDogb2YgYW5vdGhlciBjb21wdXRlciE"
TEMPLATE = ROOT / "lti_tool" / "demo" / "templates" / "data-literacy.toml"


@pytest.fixture
def environment(empty_sqlite_url, tmp_path, monkeypatch):
    for name, value in {
        "TOOL_URL": "https://badges.example.org",
        "DATABASE_URL": empty_sqlite_url,
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def badge(tool, clock, platform, rule_id, tmp_path):
    """A folder with a badge, issued just now, as PNG, JSON and JWT, and what its issuer publishes."""
    clock.now = datetime.now(UTC)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        row = session.query(CredentialRow).options(*WITH_TEXTS).one()
    folder = tmp_path / "badge"
    folder.mkdir()
    (folder / "badge.png").write_bytes(credentials.badge(tool, row.id).png)
    (folder / "badge.json").write_text(row.text, encoding="utf-8")
    (folder / "badge.jwt").write_text(row.jwt, encoding="utf-8")
    documents = {
        "did.json": json.dumps(issuer_documents.did_document(tool, "riga-college")),
        "jwks.json": json.dumps(issuer_documents.jwks(tool, "riga-college")),
        "status-list.json": status_lists.status_list(tool, row.status_list_id).text,
    }
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(capsys):
    """A function that runs a command and gives its exit code, standard output and standard error."""

    def run(*words):
        code = main.main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def verify(run, folder, name, *more):
    return run("verify", folder / name, "--documents", folder, *more)


@pytest.mark.parametrize("name", ["badge.png", "badge.json", "badge.jwt"])
def test_a_badge_verifies_in_each_of_its_forms(run, badge, name):
    code, output, _ = verify(run, badge, name, "--json")
    report = json.loads(output)
    assert (code, report["verdict"]) == (0, "verified"), report
    assert {check["name"] for check in report["checks"]} >= {"parsed", "proof", "status"}


def test_the_exit_code_is_1_for_a_changed_badge_and_2_for_no_badge(run, badge):
    text = (badge / "badge.json").read_text(encoding="utf-8")
    (badge / "changed.json").write_text(text.replace("Anna", "Hanna"), encoding="utf-8")
    (badge / "no-badge.png").write_bytes(b"no badge")
    assert verify(run, badge, "changed.json")[0] == 1
    assert verify(run, badge, "no-badge.png")[0] == 2
    assert verify(run, badge, "no-such-file.png")[0] == 2


@pytest.mark.parametrize(
    ("who", "code", "answer"),
    [
        ("ANNA  bērziņa", 0, "recipient_matches"),
        ("Anna Berzina", 0, "recipient_spelled_otherwise"),
        ("Zane Ozola", 1, "another_recipient"),
    ],
)
def test_whose_badge_it_is_can_be_asked(run, badge, who, code, answer):
    found, output, _ = verify(run, badge, "badge.json", "--recipient", who, "--json")
    report = json.loads(output)
    assert (found, report["verdict"]) == (code, "wrong_recipient" if code else "verified")
    assert answer in [check["code"] for check in report["checks"] if check["name"] == "recipient"]


def test_without_the_issuers_documents_nothing_is_called_verified(run, badge):
    (badge / "did.json").write_text(json.dumps({"id": "did:web:elsewhere.example.org"}), encoding="utf-8")
    code, output, _ = verify(run, badge, "badge.json")
    assert code == 1
    assert output.startswith("unverifiable")


def test_documents_beside_the_file_are_pointed_out_and_not_used_unasked(run, badge, monkeypatch):
    def fetch(self, url):
        raise OutgoingError("there is no network here")

    monkeypatch.setattr(Outgoing, "fetch", fetch)
    code, output, error = run("verify", badge / "badge.png")
    assert code == 1
    assert output.startswith("unverifiable")
    assert f"--documents {badge}" in error


def test_a_folder_without_documents_is_an_error_that_names_what_is_missing(run, badge, tmp_path):
    code, _, error = run("verify", badge / "badge.json", "--documents", tmp_path)
    assert code == 2
    assert "did.json" in error


PAGE = "https://college.example.org/badges/1"


def test_the_saved_documents_of_any_issuer_are_texts_by_their_addresses(run, badge, tmp_path):
    names = ("did.json", "status-list.json", "jwks.json")
    did_document, status_list, keys = (
        json.loads((badge / name).read_text(encoding="utf-8")) for name in names
    )
    did_address = did.did_web_url(did_document["id"])
    pages = {
        did_address: json.dumps(did_document),
        status_list["id"]: json.dumps(status_list),
        PAGE: (badge / "badge.json").read_text(encoding="utf-8"),
    } | {did_address.replace("did.json", f"keys/{key['kid']}.json"): json.dumps(key) for key in keys["keys"]}
    (tmp_path / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    capital = PAGE.replace("https", "Https")
    for file in (badge / "badge.json", badge / "badge.jwt", badge / "badge.png", PAGE, capital):
        code, output, _ = run("verify", file, "--documents", tmp_path)
        assert (code, output.split(":")[0]) == (0, "verified"), output
    # Beside the documents of the demo they add to what can be fetched.
    (badge / "pages.json").write_text(json.dumps({PAGE: pages[PAGE]}), encoding="utf-8")
    assert run("verify", PAGE, "--documents", badge)[0] == 0
    assert run("verify", badge / "badge.png", "--documents", badge)[0] == 0
    (tmp_path / "pages.json").write_text("{}", encoding="utf-8")
    code, output, _ = run("verify", badge / "badge.json", "--documents", tmp_path)
    assert (code, output.split(":")[0]) == (1, "unverifiable")


@pytest.mark.parametrize(
    "text", ["[]", "no JSON", '{"https://a.example": {}}', '{"https://a.example": null}']
)
def test_pages_that_are_not_texts_by_address_are_an_error_that_names_the_file(run, badge, tmp_path, text):
    (tmp_path / "pages.json").write_text(text, encoding="utf-8")
    code, _, error = run("verify", badge / "badge.json", "--documents", tmp_path)
    assert (code, "pages.json" in error) == (2, True)


def test_a_folder_with_half_of_the_issuers_documents_names_what_is_missing(run, badge):
    (badge / "pages.json").write_text("{}", encoding="utf-8")
    (badge / "jwks.json").unlink()
    code, _, error = verify(run, badge, "badge.json")
    assert (code, "jwks.json" in error) == (2, True)


def test_a_closed_pipe_is_no_error(badge):
    """`verify ... | head -1`: the pipe is closed before anything is written to it."""
    command = [
        sys.executable,
        "-m",
        "lti_tool",
        "verify",
        str(badge / "badge.json"),
        "--documents",
        str(badge),
    ]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (READER_GONE, "")


def test_the_version_is_told_and_stands_in_one_place():
    command = [sys.executable, "-m", "lti_tool", "--version"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout == f"Nozimite {__version__}\n"
    sources = (path for part in ("lti_tool", "docker", "config") for path in (ROOT / part).rglob("*.*"))
    stated = [
        path.name
        for path in sources
        if path.suffix in (".py", ".yml", ".toml") and __version__ in path.read_text(encoding="utf-8")
    ]
    assert stated == ["__init__.py"]


def test_verify_needs_no_settings_and_loads_no_web_server():
    program = (
        "import sys\nfrom lti_tool.commands.main import main\nmain(['verify', 'no-such-file'])\n"
        "from lti_tool.commands import verification\n"
        "print([m for m in ('flask', 'sqlalchemy', 'celery', 'pylti1p3') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_command_reads_settings_through_config_alone():
    """So that each is trimmed, checked and explained in one place."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "lti_tool").rglob("*.py")}
    assert [
        name for name, text in sources.items() if re.search(r"os\.environ(\.get\(|\[)|getenv", text)
    ] == []


def test_a_missing_setting_is_named(run, environment):
    environment.delenv("TOOL_URL")
    environment.setenv("LOG_FORMAT", "yaml")
    code, _, error = run("platforms", "list")
    assert (code, "TOOL_URL is not set" in error, "set -a; . config/nozimite.env" in error) == (2, True, True)
    assert "LOG_FORMAT must be json or console" in error


def test_another_key_encryption_key_is_named_at_the_start(run, environment):
    assert run("migrate")[0] == 0
    environment.setenv("KEY_ENCRYPTION_KEY", ANOTHER_KEY)
    code, _, error = run("migrate")
    assert (code, "KEY_ENCRYPTION_KEY" in error) == (2, True)


def test_an_invitation_is_an_address_and_a_platform_can_be_added_by_hand(run, environment):
    code, output, _ = run("platforms", "invite")
    assert code == 0
    assert output.startswith("https://badges.example.org/lti/register?code=")
    code, output, _ = run(
        *("platforms", "add", "--issuer", "https://canvas.instructure.com", "--client-id", "10000000000068"),
        *("--auth-url", "https://sso.canvaslms.com/api/lti/authorize_redirect"),
        *("--token-url", "https://sso.canvaslms.com/login/oauth2/token"),
        *("--jwks-url", "https://sso.canvaslms.com/api/lti/security/jwks", "--product", "canvas"),
    )
    assert code == 0
    assert "https://badges.example.org/lti/jwks.json" in output
    assert "10000000000068" in run("platforms", "list")[1]


@pytest.fixture
def waiting(tool, course_id, environment):
    """The id of a teacher's draft that waits for approval."""
    with tool.store.begin() as session:
        by = events.person(queries.people.person_of(session, 1, ZANE.user_id).id)
        row = versions.add(session, template_data(), tool.clock(), course_id=course_id, by=by)
        approvals.publish_or_ask(session, row, tool.issuer.profile, tool.clock(), by)
        return row.template_id


def test_the_operator_sees_what_waits_and_approves_it(run, waiting):
    line = run("templates", "waiting")[1].splitlines()
    assert line == [
        f"{waiting}\t1\t2026-11-21T11:00+02:00\tquality@riga-college.example\tData literacy for decision makers"
    ]
    assert run("templates", "approve", waiting[:8], "--yes")[1] == (
        f"{waiting}\t1\tpublished\tData literacy for decision makers\n"
    )
    assert run("templates", "waiting")[1] == ""
    code, _, error = run("templates", "approve", waiting)
    assert code == 2 and "does not wait for approval" in error
    assert "approval_asked\ttemplate:" in run("events", "--what", "approval_asked")[1]
    assert "operator:" in run("events", "--what", "template_approved")[1]


def test_the_operator_declines_what_waits_with_a_reason(run, waiting, tool):
    assert f"{waiting}\t1\tdraft" in run("templates", "decline", waiting, "--reason", "Too long.")[1]
    with tool.store.read() as session:
        request = approval_requests.newest_request(versions.find(session, waiting), tool.issuer.profile)
    assert (request.status, request.reason) == ("declined", "Too long.")
    assert run("templates", "waiting")[1] == ""


@pytest.mark.parametrize(
    ("approvers", "why"),
    [
        ("[]", "nobody: [authority] in ISSUER_FILE names no approver"),
        ('["zane@example.org"]', "nobody: the only approver has written it"),
    ],
)
def test_where_no_approver_can_answer_the_operator_is_told_why(
    run, environment, tmp_path, tool, course_id, approvers, why
):
    text = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    file = tmp_path / "issuer.toml"
    file.write_text(text.replace('approvers = ["quality@riga-college.example"]', f"approvers = {approvers}"))
    environment.setenv("ISSUER_FILE", str(file))
    profile = read_issuer(tomllib.loads(file.read_text(encoding="utf-8")), "https://badges.example.org")
    with tool.store.begin() as session:
        by = events.person(queries.people.person_of(session, 1, ZANE.user_id).id)
        row = versions.add(session, template_data(), tool.clock(), course_id=course_id, by=by)
        approvals.publish_or_ask(session, row, profile, tool.clock(), by)
    assert f"\t{why}\t" in run("templates", "waiting")[1]


def test_one_command_publishes_the_starter_badges(run, environment):
    code, output, _ = run("templates", "publish-starters")
    assert code == 0 and output.count("\tpublished\t") == 3 and "Digital safety basics" in output
    assert run("templates", "publish-starters")[:2] == (0, "")
    code, _, error = run("templates", "publish-starters", "/nowhere")
    assert code == 2 and "/nowhere" in error


@pytest.mark.parametrize("arguments", [(), ("--publish",)])
def test_a_template_that_claims_more_than_the_settings_allow_is_not_added(
    run, environment, tmp_path, arguments
):
    file = tmp_path / "doctor.toml"
    file.write_text('name.en = "Doctor of Medicine"\nlevel = {value = 8}\n', encoding="utf-8")
    code, output, error = run("templates", "add", file, *arguments)
    assert (code, output) == (2, "")
    assert error == (
        "The issuer's settings, [authority] in ISSUER_FILE, do not allow this: /level/value: level_too_high.\n"
    )
    assert run("templates", "list")[1] == ""


def test_a_mistake_in_the_settings_of_authority_stops_the_start_and_names_itself(run, environment, tmp_path):
    text = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    file = tmp_path / "issuer.toml"
    file.write_text(text.replace("highest_level = 7", "highest_level = 9"), encoding="utf-8")
    environment.setenv("ISSUER_FILE", str(file))
    code, _, error = run("templates", "list")
    assert code == 2 and "/authority/highest_level: out_of_range" in error


def test_a_template_goes_from_draft_to_published_to_retired(run, environment):
    code, output, _ = run("templates", "add", TEMPLATE)
    assert code == 0
    template_id, version, status, _ = output.splitlines()[0].split("\t")
    assert (version, status) == ("1", "draft")
    assert "published" in run("templates", "publish", template_id[:8], "--yes")[1]
    added = run("templates", "add", TEMPLATE, "--of", template_id, "--publish", "--yes")
    assert "\t2\tpublished" in added[1]
    assert "\t1\tretired" in run("templates", "retire", template_id, "--version", "1")[1]
    assert len(run("templates", "list")[1].splitlines()) == 2


@pytest.mark.parametrize(
    ("field", "element"),
    [
        ("learning_outcomes", "learning_outcomes"),
        ("workload_hours", "notional_workload"),
        ("level", "level"),
        ("assessments", "type_of_assessment"),
        ("forms_of_participation", "form_of_participation"),
        ("types_of_quality_assurance", "type_of_quality_assurance"),
    ],
)
def test_a_template_that_lacks_an_element_is_not_published_and_the_element_is_named(
    run, environment, tmp_path, field, element
):
    data = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    del data[field]
    file = tmp_path / "template.json"
    file.write_text(json.dumps(data, default=str), encoding="utf-8")
    code, _, error = run("templates", "add", file, "--publish")
    assert code == 2
    assert element in error
    assert run("templates", "list")[1] == ""


def test_a_template_with_mistakes_names_every_one(run, environment, tmp_path):
    file = tmp_path / "template.toml"
    file.write_text('workload_hours = "many"\nlevel = {framework = "EQF", value = 9}\n', encoding="utf-8")
    code, _, error = run("templates", "add", file)
    assert code == 2
    for name in ("name", "workload_hours", "/level/value"):
        assert name in error


def test_the_issuer_is_shown_and_confirmed(run, environment):
    code, output, error = run("issuer", "show")
    assert (code, json.loads(output)["country"]) == (1, "LV")
    assert "Not confirmed" in error
    assert run("issuer", "confirm")[0] == 0
    assert run("issuer", "show")[0] == 0


def test_the_extension_address_is_shown_and_not_moved_where_nothing_is_served(run, environment):
    address = "https://badges.example.org/eu-micro-credential/v1/context.jsonld\n"
    assert run("extension", "show") == (0, address, "")
    assert run("extension", "move", "http://localhost:1/")[0] == 2
    assert run("extension", "show") == (0, address, "")


ISSUER = ROOT / "config" / "issuer.example.toml"


CMF = "common_microcredential_framework"


def test_a_template_is_checked_against_every_framework_and_each_field_to_fix_is_named(run):
    code, output, _ = run("quality", TEMPLATE, "--issuer", ISSUER, "--framework", CMF)
    assert code == 1
    assert any(
        line.startswith("  FAIL: hours: Keep the workload") and line.endswith("[field: /workload_hours]")
        for line in output.splitlines()
    )


def test_of_frameworks_that_the_institution_did_not_choose_there_is_one_line(run, tmp_path):
    file = tmp_path / "issuer.toml"
    text = ISSUER.read_text("utf-8")
    file.write_text(text, "utf-8")
    code, output, _ = run("quality", TEMPLATE, "--issuer", file)
    lines = output.splitlines()
    assert len([line for line in lines if not line.startswith(" ")]) == 13
    assert "eu_annex_1: passes (EU micro-credential: Annex I, the elements)" in lines
    assert (code, "FAIL" in output) == (0, False)
    file.write_text(text.replace("# demands = [", f'demands = ["{CMF}"] # ['), "utf-8")
    code, output, _ = run("quality", TEMPLATE, "--issuer", file)
    assert (code, "  FAIL: hours: Keep the workload" in output) == (1, True)
    assert "  FAIL: employer-demand" not in output and "  FAIL: self-assessment" not in output
    reports = json.loads(run("quality", TEMPLATE, "--issuer", file, "--json")[1])
    assert [report["framework"] for report in reports if report["chosen"]] == ["eu_annex_1", CMF]


def test_what_the_latvian_regulations_have_of_each_element_is_printed(run):
    words = ("quality", TEMPLATE, "--issuer", ISSUER, "--framework", "latvia")
    lines = run(*words)[1].splitlines()
    assert (
        "  not: type_of_quality_assurance (furtherEducation), MK 52: The document has no place for it."
        in lines
    )
    (report,) = json.loads(run(*words, "--json")[1])
    assert len(report["elements"]) == 22
    assert {one["light"] for one in report["elements"]} == {"met", "partly", "not", "not_regulated"}


def test_one_framework_may_be_asked_for_in_latvian(run):
    words = ("quality", TEMPLATE, "--issuer", ISSUER, "--framework", "latvia", "--language", "lv")
    code, output, _ = run(*words)
    assert code == 0
    assert output.startswith("latvia: atbilst (Latvija:")
    code, output, _ = run(*words, "--json")
    (report,) = json.loads(output)
    assert (code, report["framework"], report["passes"]) == (0, "latvia", True)
    assert {rule["outcome"] for rule in report["rules"]} == {"pass", "not_applicable", "declaration_missing"}


def test_without_an_issuer_the_issuers_fields_are_named(run, monkeypatch):
    monkeypatch.delenv("ISSUER_FILE", raising=False)
    code, output, _ = run("quality", TEMPLATE, "--framework", "eu_annex_1")
    assert code == 1
    assert "[field: issuer:/country]" in output
    monkeypatch.setenv("ISSUER_FILE", f"  {ISSUER} ")
    assert run("quality", TEMPLATE, "--framework", "eu_annex_1")[0] == 0
    monkeypatch.setenv("ISSUER_FILE", "no-such-file.toml")
    code, _, error = run("quality", TEMPLATE)
    assert (code, "ISSUER_FILE cannot be read" in error) == (2, True)


def test_an_unknown_framework_or_a_file_that_is_no_template_is_an_error(run, tmp_path):
    code, _, error = run("quality", TEMPLATE, "--framework", "rome")
    assert (code, "eu_annex_1" in error) == (2, True)
    assert run("quality", tmp_path / "nothing.toml")[0] == 2
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    assert run("quality", tmp_path / "list.json")[0] == 2
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    assert run("quality", tmp_path / "deep.json")[0] == 2


def test_a_template_is_not_published_without_what_the_institution_demands(run, environment, tmp_path):
    file = tmp_path / "issuer.toml"
    text = ISSUER.read_text(encoding="utf-8").replace("# demands = [", "demands = [")
    file.write_text(text.replace('"latvia"', '"common_microcredential_framework"'), encoding="utf-8")
    environment.setenv("ISSUER_FILE", str(file))
    code, _, error = run("templates", "add", TEMPLATE, "--publish")
    assert (code, "common_microcredential_framework: hours" in error) == (2, True)
    file.write_text(text, encoding="utf-8")
    assert run("templates", "add", TEMPLATE, "--publish", "--yes")[0] == 0


def test_keys_are_listed_and_rotated(run, environment):
    before = run("keys", "list")[1].splitlines()
    assert len(before) == 3
    for kind in ("lti", "Ed25519", "P-256"):
        assert run("keys", "rotate", kind)[0] == 0
    after = run("keys", "list")[1]
    assert len(after.splitlines()) == 6
    assert after.count("retired") == 2


def key_of(run, kind):
    lines = [line.split("\t") for line in run("keys", "list")[1].splitlines()]
    return next(line[2] for line in lines if line[:2] == ["badges", kind] and line[-1] == "current")


def test_a_key_is_made_retired_and_marked_compromised(run, environment):
    first = key_of(run, "Ed25519")
    code, output, _ = run("keys", "make", "RSA-3072")
    assert code == 0
    assert key_of(run, "RSA") == output.strip()
    assert run("keys", "retire", output.strip())[0] == 0
    code, _, error = run("keys", "retire", first)
    assert (code, "rotate" in error) == (2, True)
    code, output, _ = run("keys", "compromised", first, "--since", "2026-11-01")
    assert (code, "revoked since 2026-11-01T00:00:00+02:00" in output) == (0, True)
    assert key_of(run, "Ed25519") != first
    assert "compromised since 2026-11-01" in run("keys", "list")[1]
    assert run("keys", "compromised", key_of(run, "P-256"))[0] == 0
    assert run("keys", "retire", "key-of-nobody")[0] == 2


def test_a_key_is_withdrawn_though_the_device_makes_no_other(run, environment, monkeypatch):
    def broken(_vault, _algorithm):
        raise UnusableKeyError("the device makes no key")

    stolen = key_of(run, "Ed25519")
    with monkeypatch.context() as while_broken:
        while_broken.setattr(DatabaseVault, "make_key", broken)
        code, output, told = run("keys", "compromised", stolen)
        assert (code, "is revoked since" in output) == (0, True)
        assert "No badge is made now" in told and "`keys make Ed25519 --issuer riga-college`" in told
    # The next command, as the next start, makes it where the device works again.
    assert key_of(run, "Ed25519") != stolen


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-07-01", "2026-07-01T00:00:00+03:00"),
        ("2026-07-01T14:30", "2026-07-01T14:30:00+03:00"),
        ("2026-07-01T14:30Z", "2026-07-01T17:30:00+03:00"),
        ("2026-07-01T14:30+01:00", "2026-07-01T16:30:00+03:00"),
    ],
)
def test_a_key_is_compromised_from_a_day_at_the_issuers_on(run, environment, since, expected):
    code, output, _ = run("keys", "compromised", key_of(run, "Ed25519"), "--since", since)
    assert (code, f"revoked since {expected}." in output) == (0, True), output


def test_a_recovery_sheet_is_printed_and_restores_the_keys_elsewhere(run, environment, tmp_path):
    keys = run("keys", "list")[1]
    code, output, error = run("keys", "recovery-sheet", "--out", tmp_path / "sheet.txt")
    assert (code, output) == (0, "")
    assert "RECOVERY SHEET" in run("keys", "recovery-sheet")[1]
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bare.sqlite'}")
    environment.setenv("KEY_ENCRYPTION_KEY", ANOTHER_KEY)
    environment.setattr(sys, "stdin", io.StringIO(error.split()[-1] + "\n"))
    nothing = ("--compromised", "none", "--revoked", "none")
    assert run("keys", "restore", tmp_path / "sheet.txt", *nothing)[0] == 0
    restored = run("keys", "list")[1]
    assert [line for line in restored.splitlines() if "lti" not in line] == [
        line for line in keys.splitlines() if "lti" not in line
    ]


@pytest.mark.parametrize("file", ["sheet.txt", "nothing.txt"])
def test_a_file_that_is_no_recovery_sheet_restores_nothing(run, environment, tmp_path, file):
    (tmp_path / "sheet.txt").write_text("a shopping list", encoding="utf-8")
    environment.setattr(sys, "stdin", io.StringIO("ABCD\n"))
    code, _, error = run("keys", "restore", tmp_path / file)
    assert (code, "Traceback" in error) == (2, False)


def test_a_badge_is_revoked_by_its_address(run, environment, badge, tool):
    with tool.store.read() as session:
        credential = session.query(CredentialRow).options(*WITH_TEXTS).one()
    address = tool.addresses.badge_page(credential.id)
    code, _, error = run("badges", "suspend", credential.id, "an inquiry")
    assert (code, "STATUS_PURPOSE" in error) == (2, True)
    # As a terminal passes it on: a letter apart from its mark.
    reason = unicodedata.normalize("NFD", "izsniegts kļūdas dēļ")
    assert run("badges", "revoke", address, reason)[:2] == (0, f"{address} is revoked\n")
    with tool.store.read() as session:
        assert session.query(CredentialRow).one().revocation_reason == "izsniegts kļūdas dēļ"
    assert run("badges", "revoke", credential.id, "\udce4")[0] == 2
    assert run("badges", "reinstate", credential.id)[0] == 2
    assert run("badges", "revoke", "nothing", "no reason")[0] == 2


def test_a_malformed_date_is_refused(run, environment):
    code, _, error = run("keys", "compromised", "key-1", "--since", "soon")
    assert (code, "is not a date" in error) == (2, True)


def test_the_worker_does_not_run_beside_an_embedded_one(run, environment):
    code, _, error = run("worker")
    assert (code, "BROKER_URL" in error) == (2, True)


def test_the_health_of_the_worker_is_an_exit_code(run, environment):
    assert run("migrate")[0] == 0
    assert run("worker", "--check")[0] == 0


def test_europass_writes_every_badge(environment, badge, run, tmp_path):
    out = tmp_path / "europass.zip"
    code, output, error = run("europass", "--out", out)
    assert (code, output.strip(), error) == (0, f"Badges written to {out}: 1", "")
    with zipfile.ZipFile(out) as packed:
        assert len(packed.namelist()) == 1
    assert run("europass", "--out", out, "--template", "no-such")[1].endswith(": 0\n")


def test_europass_seals_every_badge_where_there_is_a_seal(environment, badge, run, tmp_path):
    file, out = tmp_path / "seal.p12", tmp_path / "europass.zip"

    def use(**subject):
        file.write_bytes(pkcs12_file(key(), certificate(key(), COLLEGE | subject)))

    use()
    environment.setenv("SEAL_PKCS12_FILE", str(file))
    environment.setenv("SEAL_PKCS12_PASSWORD", PASSWORD)
    code, output, error = run("europass", "--out", out)
    assert (code, output.strip(), error) == (0, f"Badges sealed and written to {out}: 1", "")
    with zipfile.ZipFile(out) as packed:
        (name,) = packed.namelist()
        assert (
            json.loads(verify_seal(packed.read(name).decode()).document)["type"][1]
            == "EuropeanDigitalCredential"
        )
    out.unlink()
    assert run("europass", "--out", out, "--for-issuer")[1].strip() == f"Badges written to {out}: 1"
    with zipfile.ZipFile(out) as packed:
        assert json.loads(packed.read(packed.namelist()[0])).keys() == {"credential", "deliveryDetails"}
    out.unlink()
    use(organizationIdentifier="NTRLV-40000000002")
    code, output, error = run("europass", "--out", out)
    assert (code, output, out.exists()) == (2, "", False)
    assert "Nothing was sealed" in error and "NTRLV-40000000002" in error and PASSWORD not in error


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_europass_gets_no_badge_that_is_revoked_or_suspended(environment, tool, badge, run, tmp_path, act):
    with tool.store.begin() as session:
        row = session.query(CredentialRow).options(*WITH_TEXTS).one()
        if act == "suspend":
            # As one that was issued under STATUS_PURPOSE=suspension.
            row.status_list.purpose = "suspension"
        getattr(awards, act)(session, row.award, "an inquiry", tool.clock())
    code, output, _ = run("europass", "--out", tmp_path / "europass.zip")
    assert (code, output.endswith(": 0\n")) == (0, True)


def test_europass_says_what_a_badge_lacks_as_it_was_signed(
    environment, tool, clock, platform, rule_id, run, tmp_path
):
    change_issuer(tool, eidas_identifier=None)
    with tool.store.begin() as session:
        legal_identity.confirm(session, tool.issuer, clock())
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    # The issuer's file has the identifier, which comes too late for this badge.
    code, output, error = run("europass", "--out", tmp_path / "europass.zip")
    assert (code, output.endswith(": 0\n")) == (1, True)
    assert "/issuer/eIDASIdentifier: the issuer needs exactly one" in error
