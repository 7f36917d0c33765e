"""From the grade to the verified badge, with a real LMS, worker, database, broker and mail server."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from decimal import Decimal
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.commands.demo_server import CHOSEN
from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot, UnexpectedPageError
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Delivery, ObservationRow, Outbox
from lti_tool.web import server
from tests.fixtures import add_another_issuer, rows
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict
from tests.running_demo import run_demo as run_usual_demo
from tests.running_demo import wait

ROOT = Path(__file__).parents[2]
COURSE = "Data Literacy"
#: A part of the name of the badge placed there, and of its gradebook column.
BADGE = "Data literacy"
#: The platform is asked often: most of these tests wait for that.
run_demo = partial(run_usual_demo, poll_seconds=0.25)


@pytest.fixture(params=["sqlite", "postgresql and valkey"])
def backends(request):
    """Settings for the embedded database and broker, or for real ones."""
    if request.param == "sqlite":
        return {}
    return {
        "database_url": request.getfixturevalue("postgres_url"),
        "broker_url": request.getfixturevalue("valkey_url"),
    }


def place_badge(demo, robot, **choices):
    """The address of the badge's activity, once the teacher has opened it and the platform was asked about it."""
    robot.register(demo.registration_url)
    activity = robot.place_badge(COURSE, **choices)
    robot.open_activity("Zane", activity)
    wait(lambda: [rule for rule in rows(demo.tool, AwardRule) if rule.checked_at])
    return activity


def sent_deliveries(tool):
    return [row for row in rows(tool, Delivery) if row.status == "sent"]


def failed_deliveries(tool):
    """The delivery jobs that failed once or more, and wait for their next attempt."""
    return [row for row in rows(tool, Outbox) if row.task == "deliver" and row.attempts]


def test_from_the_grade_to_the_verifier(backends, tmp_path, smtp):
    with run_demo(tmp_path, **backends, smtp_url=smtp.url) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        activity = place_badge(demo, robot)
        assert not robot.may_open("Anna", activity)
        robot.give_grades(COURSE, complete=12)
        wait(lambda: len(sent_deliveries(tool)) == 12)

        page = robot.open_activity("Anna", activity)
        (path,) = set(re.findall(r'href="(/badges/[0-9a-f-]+)\.png"', page.html))
        address = f"{tool.tool_url}{path}"
        public = robot.http.get(address, timeout=10)
        assert public.status_code == 200
        png = robot.http.get(f"{address}.png", timeout=10).content
        assert verify(png, tool.find_key, tool.find_status, tool.clock()).verdict == "verified"
        answer = robot.http.post(
            f"{tool.tool_url}/verify",
            files={"file": ("badge.png", png, "image/png")},
            headers={"Accept": "application/json"},
            timeout=10,
        )
        assert answer.json()["verdict"] == "verified"

        (mail,) = [mail for mail in smtp.mails if "Anna" in mail["To"]]
        (attachment,) = mail.iter_attachments()
        assert attachment.get_content() == png
        assert len(rows(tool, CredentialRow)) == len(rows(tool, Award)) == 12
        assert len(smtp.mails) == 12


@contextmanager
def another_lms(demo, registration_url):
    """A second LMS beside the demo's own, until the block ends: its address."""
    listener = server.listen(0)
    url = f"http://lms.localhost:{listener.getsockname()[1]}"
    running = server.serve(
        create_lms(url=url, tool_url=demo.tool_url, registration_url=registration_url), listener
    )
    yield url
    running.shutdown()
    running.server_close()
    listener.close()


def test_two_issuers_live_side_by_side_and_see_nothing_of_each_other(backends, tmp_path, smtp):
    with run_demo(tmp_path, **backends, smtp_url=smtp.url) as demo:
        tool = demo.tool
        daugava = add_another_issuer(tool)
        invitation = f"{tool.tool_url}/lti/register?code={daugava.code}"
        with another_lms(demo, invitation) as their_lms:
            schools = {
                tool.issuer.id: (Robot(demo.lms_url), demo.registration_url, "Data literacy"),
                daugava.id: (Robot(their_lms), invitation, "River pilot"),
            }
            pages = {}
            for issuer_id, (robot, url, badge) in schools.items():
                robot.register(url)
                activity = robot.place_badge(COURSE, badge)
                robot.open_activity("Zane", activity)
                pages[issuer_id] = activity
            wait(lambda: len([rule for rule in rows(tool, AwardRule) if rule.checked_at]) == 2)
            for issuer_id, (robot, _, _) in schools.items():
                (other,) = (theirs for key, (_, _, theirs) in schools.items() if key != issuer_id)
                with pytest.raises(UnexpectedPageError):
                    robot.place_badge(COURSE, other)
                assert other not in robot.open_activity("Zane", pages[issuer_id]).text
                robot.give_grades(COURSE, complete=12)
            wait(lambda: len(sent_deliveries(tool)) == 24)

            slugs = {tool.issuer.id: "riga-college", daugava.id: "daugava-school"}
            for row in rows(tool, CredentialRow):
                credential = json.loads(row.text)
                assert credential["issuer"]["id"].rpartition(":")[2] == slugs[row.issuer_id]
                name = credential["credentialSubject"]["achievement"]["name"]
                assert name.startswith(schools[row.issuer_id][2])
                report = verify(row.text.encode(), tool.find_key, tool.find_status, tool.clock())
                assert report.verdict == "verified"
            kids = {row.issuer_id: set() for row in rows(tool, CredentialRow)}
            for row in rows(tool, CredentialRow):
                kids[row.issuer_id] |= {row.status_list_id, *row.signed_with}
            assert set(kids) == set(schools)
            assert not set.intersection(*kids.values())
            senders = [(mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in smtp.mails]
            assert len(senders) == 24
            for subject, text in senders:
                assert ("River pilot" in subject + text) is ("Daugava School" in subject + text)
                assert ("Data literacy" in subject + text) is ("Riga College" in subject + text)
            for issuer_id, (robot, _, _) in schools.items():
                name, other = ("Riga College", "Daugava School")[:: 1 if issuer_id == tool.issuer.id else -1]
                for person in ("Anna", "Zane"):
                    page = robot.open_activity(person, pages[issuer_id])
                    assert other not in page.text, name


@pytest.fixture(scope="module")
def demo_once(tmp_path_factory):
    """The process that ran `demo --once`, with what it printed, and the folder of its files."""
    out = tmp_path_factory.mktemp("demo-once")
    environment = {name: value for name, value in os.environ.items() if name not in CHOSEN}
    command = [sys.executable, "-m", "lti_tool", "demo", "--once", "--out", str(out)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    return done, out


def test_an_independent_verifier_accepts_every_badge_but_the_revoked_and_no_tampered_one(demo_once):
    done, out = demo_once
    assert done.returncode == 0
    did_document, status_list = (
        json.loads((out / name).read_text(encoding="utf-8")) for name in ("did.json", "status-list.json")
    )
    documents = {did_document["id"]: did_document}
    lists = {status_list["id"]: json.dumps(status_list)}
    texts = [baked_text(path) for path in sorted(out.glob("badge-*.png"))]
    tokens = [path.read_text(encoding="utf-8") for path in sorted(out.glob("badge-*.jwt"))]
    for badges in (texts, tokens):
        assert [openbadgeslib_verdict(text, documents) for text in badges] == [VERIFIED] * 12
        verdicts = [openbadgeslib_verdict(text, documents, lists) for text in badges]
        assert verdicts.count(VERIFIED) == 11
    tampered = texts[0].replace("MicroCredential", "Certification")
    assert openbadgeslib_verdict(tampered, documents) != VERIFIED


def baked_text(path):
    """The credential in a picture, as Pillow reads it."""
    with Image.open(path) as image:
        return image.text["openbadgecredential"]


def test_demo_once_writes_its_files_and_counts(demo_once):
    done, out = demo_once
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    counts = {name: summary[name] for name in ("learners", "completed", "issued", "delivered", "revoked")}
    assert counts == {"learners": 30, "completed": 12, "issued": 12, "delivered": 12, "revoked": 1}
    assert "The approver opened the link in the e-mail and approved it." in done.stdout
    mails = {path.name.split("-")[0] for path in (out / "mails").glob("approval-*.eml")}
    assert mails == {"approval"}  # one asks the approver, one tells the teacher
    # Whose badge was revoked is told so too, perhaps after the demo has ended.
    others = [
        path
        for path in (out / "mails").glob("*.eml")
        if path.name.split("-")[0] not in ("approval", "notice")
    ]
    assert len(others) == 12
    assert len(list(out.glob("*.png"))) == 12
    verdicts = [file["verdict"] for file in summary["files"]]
    assert sorted(verdicts) == ["revoked"] + ["verified"] * 11
    for name in ("did.json", "jwks.json", "status-list.json"):
        assert json.loads((out / name).read_text(encoding="utf-8"))
    for secret in ("Anna", "Bērziņa", "@example.org", "eyJ"):
        assert secret not in done.stdout + done.stderr


def test_an_unreachable_mail_server_delays_no_badge_and_loses_no_mail(backends, tmp_path, smtp):
    smtp.answer = "451 try later"
    with run_demo(tmp_path, **backends, smtp_url=smtp.url) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        activity = place_badge(demo, robot)
        robot.give_grades(COURSE, complete=3)
        wait(lambda: len(rows(tool, CredentialRow)) == 3)
        assert ".png" in robot.open_activity("Anna", activity).html
        wait(lambda: len(failed_deliveries(tool)) == 3)
        assert sent_deliveries(tool) == []
        smtp.answer = None
        # They wait ten seconds for their next attempt; the test ends that at once.
        with tool.store.begin() as session:
            for job in session.query(Outbox).filter_by(task="deliver"):
                job.due_at = tool.clock()
        wait(lambda: len(sent_deliveries(tool)) == 3)
    assert len(smtp.mails) == 3


def test_an_unreachable_lms_is_asked_again_and_no_completion_is_lost(backends, tmp_path):
    with run_demo(tmp_path, **backends) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        place_badge(demo, robot)
        with tool.store.begin() as session:
            course = session.query(AwardRule).one().course
            course.memberships_url, address = "http://lms.localhost:9/nobody", course.memberships_url
        robot.give_grades(COURSE, complete=2)
        wait(lambda: [rule for rule in rows(tool, AwardRule) if rule.trouble])
        with tool.store.begin() as session:
            session.query(AwardRule).one().course.memberships_url = address
        wait(lambda: len(rows(tool, CredentialRow)) == 2)
        # A check that began before the address was corrected may end last and report its error; the next one clears it.
        wait(lambda: [rule.trouble for rule in rows(tool, AwardRule)] == [None])


def test_a_revoked_badge_says_so_on_its_page_and_in_every_check(tmp_path):
    with run_demo(tmp_path) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        place_badge(demo, robot)
        robot.give_grades(COURSE, complete=2)
        wait(lambda: len(rows(tool, CredentialRow)) == 2)
        with tool.store.begin() as session:
            award = queries.awards.awards_of_rule(session, 1)[0]
            awards.revoke(session, award, "issued in error", tool.clock())
            credential_id, text = award.credential.id, award.credential.text
        page = robot.http.get(f"{tool.tool_url}/badges/{credential_id}", timeout=10)
        assert "revoked" in page.text.lower()
        assert robot.http.get(f"{tool.tool_url}/badges/{credential_id}.png", timeout=10).status_code == 410
        # Whoever has the file from before is told so by every check.
        report = verify(text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert report.verdict == "revoked"


#: The badge gets a column of its own, and everybody may open it: only the grade counts.
BY_GRADE = {
    "minimum_percent": None,
    "more_fields": {"condition": "result_at_least", "result_at_least.minimum": "60", "confirmed.each": "no"},
}


def test_a_grade_typed_into_the_badges_own_column_is_a_badge(tmp_path):
    with run_demo(tmp_path) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        activity = place_badge(demo, robot, **BY_GRADE)
        robot.type_grades(COURSE, "Toms", "59", column=BADGE)
        robot.type_grades(COURSE, "Anna", "60", column=BADGE)
        wait(lambda: len(sent_deliveries(tool)) == 1)

        (award,) = rows(tool, Award)
        assert (award.trace["code"], award.score) == ("reached", Decimal("0.6"))
        (credential,) = rows(tool, CredentialRow)
        assert f"/badges/{credential.id}.png" in robot.open_activity("Anna", activity).html
        assert "/badges/" not in robot.open_activity("Toms", activity).html
        (mail,) = (tmp_path / "mail").glob("*.eml")
        assert "Anna" in message_from_bytes(mail.read_bytes(), policy=policy.default)["To"]
        report = verify(credential.text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert report.verdict == "verified"
        (result,) = json.loads(credential.text)["credentialSubject"]["result"]
        assert result["value"] == "60"


def test_a_grade_in_a_hidden_column_waits_for_the_teachers_confirmation(tmp_path):
    with run_demo(tmp_path) as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        by_grade = {
            "condition": "result_at_least",
            "result_at_least.minimum": "60",
        }  # without a choice a teacher confirms
        activity = place_badge(demo, robot, minimum_percent=None, more_fields=by_grade)
        robot.hide_column(COURSE, BADGE)
        robot.type_grades(COURSE, "Anna", "75", column=BADGE)
        wait(lambda: [row for row in rows(tool, ObservationRow) if row.kind == "result"])
        assert "/badges/" not in robot.open_activity("Anna", activity).html
        assert rows(tool, Award) == []

        page = robot.open_activity("Zane", activity)
        to_list, *_ = [form for form in page.forms if form.action.endswith("/people")]
        page = robot.submit(to_list, {"roster_show": "waits"}, referrer=page.url)
        assert "75" in page.text
        robot.submit(find_form(page, "/tick"), referrer=page.url)
        wait(lambda: len(sent_deliveries(tool)) == 1)
        (award,) = rows(tool, Award)
        codes = [part["code"] for part in award.trace["parts"]]
        assert (codes, award.score) == (["reached", "confirmed"], Decimal("0.75"))


def test_on_canvas_a_learner_who_opens_the_restricted_link_is_awarded(tmp_path):
    with run_demo(tmp_path, product="canvas") as demo:
        tool, robot = demo.tool, Robot(demo.lms_url)
        activity = place_badge(demo, robot)
        page = robot.open_activity("Zane", activity)
        robot.submit(find_form(page, "/says/link_opened_to_them"), referrer=page.url)
        (said,) = [row for row in rows(tool, ObservationRow) if row.kind == "restriction_confirmed"]
        assert said.value["place"].startswith("module ")
        robot.give_grades(COURSE, complete=12)
        wait(lambda: [rule for rule in rows(tool, AwardRule) if rule.checked_at > said.seen_at])
        assert rows(tool, Award) == []

        robot.open_activity("Anna", activity)
        wait(lambda: len(sent_deliveries(tool)) == 1)
        (award,) = rows(tool, Award)
        assert award.trace["code"] == "opened_while_confirmed"
        (credential,) = rows(tool, CredentialRow)
        assert f"/badges/{credential.id}.png" in robot.open_activity("Anna", activity).html
        report = verify(credential.text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert report.verdict == "verified"


def find_form(page, action_ending):
    """The page's form whose action ends so."""
    (form,) = [form for form in page.forms if form.action.endswith(action_ending)]
    return form


def test_the_health_page_answers_and_the_outbox_has_entries(tmp_path):
    with run_demo(tmp_path) as demo:
        robot = Robot(demo.lms_url)
        assert robot.http.get(f"{demo.tool_url}/healthz", timeout=10).status_code == 200
        assert robot.http.get(f"{demo.tool_url}/readyz", timeout=10).status_code == 200
        assert rows(demo.tool, Outbox)
