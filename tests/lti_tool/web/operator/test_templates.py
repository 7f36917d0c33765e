"""Templates on the pages of operators: read, approved, declined, retired, and written in the editor."""

from __future__ import annotations

import pytest

from lti_tool.operators import accounts
from lti_tool.store.events import person
from lti_tool.store.models import Event, TemplateVersion
from lti_tool.templates import approvals, versions
from tests.fixtures import add_another_issuer, change_authority, rows, template_data
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.operator.conftest import ROOT_ACCOUNT

HOME = "/operator/issuers/riga-college"
TEMPLATES = f"{HOME}/templates"


@pytest.fixture
def waiting(web_tool, published):
    """The address of a draft that waits for an answer."""
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), issuer_id=web_tool.issuer.id)
        approvals.publish_or_ask(session, row, web_tool.issuer.profile, web_tool.clock(), person(None))
        return f"{TEMPLATES}/{row.template_id}/{row.version}"


def status_of(tool, address):
    template_id, version = address.split("/")[-2:]
    found = rows(tool, TemplateVersion)
    return next(row.status for row in found if (row.template_id, row.version) == (template_id, int(version)))


def answer(somebody, address, **form):
    page = somebody.get(address)
    secret, draft = hidden(page, "_form"), hidden(page, "draft")
    return somebody.send(f"{address}/answer", _form=secret, **({"draft": draft} | form))


def test_every_version_is_listed_and_what_waits_first(join, waiting):
    page = text_of(join().get(TEMPLATES))
    assert page.index("Waiting for approval") < page.index("Published")
    assert "1 badge waits for approval." in text_of(join().get(HOME))


def test_a_draft_is_read_as_it_will_be_signed_and_approved(join, waiting, web_tool):
    ieva = join("approver")
    page = text_of(ieva.get(waiting))
    assert "Data literacy for decision makers" in page and "What it certifies" in page
    assert answer(ieva, waiting, answer="approved").location == TEMPLATES
    assert status_of(web_tool, waiting) == "published"
    acts = {row.what for row in rows(web_tool, Event) if row.actor == "account:1"}
    assert {"template_approved", "template_published"} <= acts, acts
    assert "Waiting for approval" not in text_of(ieva.get(TEMPLATES))
    assert "Approve and publish" not in text_of(ieva.get(waiting))


def test_a_draft_is_declined_with_a_reason(join, waiting, web_tool):
    ieva = join("approver")
    assert "Say what the teacher should change." in text_of(answer(ieva, waiting, answer="declined"))
    assert answer(ieva, waiting, answer="declined", reason="Name the level.").location == TEMPLATES
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).filter_by(status="draft").one()
        assert "Name the level." in [each.reason for each in row.approvals]
    assert "Name the level" not in str([vars(event) for event in rows(web_tool, Event)])


@pytest.mark.parametrize("form", [{}, {"answer": "perhaps"}], ids=str)
def test_an_answer_that_is_none_does_nothing(join, waiting, web_tool, form):
    assert answer(join(), waiting, **form).status_code == 400
    assert status_of(web_tool, waiting) == "draft"


def test_nobody_approves_what_they_have_not_seen(join, waiting, web_tool):
    """The teacher has changed the draft, and asked again, while the operator was reading."""
    ieva = join()
    page = ieva.get(waiting)
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).filter_by(status="draft").one()
        changed = row.body | {"name": {"en": "Another badge", "lv": "Cita"}}
        versions.save_draft(row, changed, web_tool.clock(), person(None))
        approvals.publish_or_ask(session, row, web_tool.issuer.profile, web_tool.clock(), person(None))
    form = {"_form": hidden(page, "_form"), "draft": hidden(page, "draft"), "answer": "approved"}
    assert ieva.send(f"{waiting}/answer", **form).status_code == 403
    assert status_of(web_tool, waiting) == "draft"


def test_a_published_version_is_retired(join, published, web_tool):
    ieva, address = join("manager"), f"{TEMPLATES}/{published}/1"
    assert ieva.press(address, f"{address}/retire").location == TEMPLATES
    assert status_of(web_tool, address) == "retired"


def test_an_unfinished_draft_is_read_in_the_editor_alone(join, web_tool, published):
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), issuer_id=web_tool.issuer.id)
        address = f"{TEMPLATES}/{row.template_id}/1"
    assert join().get(address).status_code == 404


def test_no_template_of_another_issuer_is_read_or_answered(join, waiting, web_tool):
    other = add_another_issuer(web_tool)
    ieva, juris = join(), join(issuer_id=other.id)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    assert "Data literacy" not in juris.get(f"/operator/issuers/{slug}/templates").text
    theirs = waiting.replace("riga-college", slug)
    assert (juris.get(waiting).status_code, juris.get(theirs).status_code) == (404, 404)
    form = {"_form": hidden(juris.get("/operator/account"), "_form"), "answer": "approved"}
    draft = hidden(ieva.get(waiting), "draft")
    for address in (waiting, theirs):
        assert juris.send(f"{address}/answer", draft=draft, **form).status_code == 404
        assert juris.send(f"{address}/retire", **form).status_code == 404
    assert status_of(web_tool, waiting) == "draft"
    assert ieva.get(f"{TEMPLATES}/{other.template_id}/1").status_code == 404


# --- The editor


def open_editor(somebody):
    """The list of templates in the editor."""
    begun = somebody.press(TEMPLATES, f"{TEMPLATES}/editor")
    assert begun.location.startswith("/lti/editor?code=")
    return somebody.send("/lti/editor", code=hidden(somebody.get(begun.location), "code"))


def write(somebody, page):
    return somebody.send("/lti/app/templates/new", _launch=hidden(page, "_launch"))


def test_the_editor_opens_from_here_and_its_acts_are_those_of_the_account(join, published, web_tool):
    ieva = join("manager")
    page = open_editor(ieva)
    assert page.status_code == 200 and "Data literacy for decision makers" in page.text
    assert write(ieva, page).status_code == 200
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).filter_by(status="draft").one()
        assert row.issuer_id == web_tool.issuer.id
    signed_in = [row for row in rows(web_tool, Event) if row.what == "signed_in"]
    assert [row.actor for row in signed_in] == ["account:1"]


def publish_in_editor(somebody, address):
    """What comes once the draft at an operators' address is published in the editor, as far as that is permitted."""
    template_id, version = address.split("/")[-2:]
    editor, secret = f"/lti/app/templates/{template_id}/{version}", hidden(open_editor(somebody), "_launch")
    shown = somebody.send(f"{editor}/publish", _launch=secret)
    return shown, somebody.send(f"{editor}/publish", _launch=secret, draft=hidden(shown, "draft"))


def test_who_may_not_approve_does_not_do_so_in_the_editor(join, waiting, web_tool):
    manager, owner = join("manager"), join("owner")
    _, answer = publish_in_editor(manager, waiting)
    assert "Your role does not permit you to approve it." in text_of(answer)
    assert status_of(web_tool, waiting) == "draft"
    publish_in_editor(owner, waiting)
    assert status_of(web_tool, waiting) == "published"


def test_a_draft_of_who_may_not_approve_waits_for_somebody_who_may(join, published, web_tool):
    manager = join("manager")
    with web_tool.store.begin() as session:
        row = versions.add(session, template_data(), web_tool.clock(), issuer_id=web_tool.issuer.id)
        address = f"{TEMPLATES}/{row.template_id}/{row.version}"
    shown, answer = publish_in_editor(manager, address)
    assert "Somebody at your institution approves it first" in text_of(shown)
    assert "Waiting for approval" in text_of(answer) and status_of(web_tool, address) == "draft"
    assert "Approve and publish" in text_of(join("approver").get(address))


def test_where_nothing_needs_approval_a_manager_publishes_and_approves_nothing(join, waiting, web_tool):
    change_authority(web_tool, needs_approval=False)
    publish_in_editor(join("manager"), waiting)
    assert status_of(web_tool, waiting) == "published"
    assert "template_approved" not in {row.what for row in rows(web_tool, Event)}


def test_the_editor_ends_with_the_session_that_opened_it(join, published, web_tool, clock):
    ieva = join("manager")
    page = open_editor(ieva)
    ieva.press(HOME, "/operator/sign-out")
    assert write(ieva, page).location == "/operator/sign-in"
    assert [row.status for row in rows(web_tool, TemplateVersion)] == ["published"]


def test_the_editor_ends_with_the_role(join, published, web_tool, clock):
    ieva = join("manager")
    page = open_editor(ieva)
    with web_tool.store.begin() as session:
        row = accounts.find(session, 1)
        accounts.take_role(session, row, web_tool.issuer.id, "manager", clock(), ROOT_ACCOUNT)
        accounts.give_role(session, row, web_tool.issuer.id, "support", clock(), ROOT_ACCOUNT)
    assert write(ieva, page).status_code == 403


def test_an_editor_that_somebody_else_opened_writes_nothing(join, new_browser, published):
    ieva, juris = join("manager"), join("owner", name="Juris")
    page = open_editor(ieva)
    assert write(juris, page).location == "/operator/sign-in"
    assert write(new_browser(), page).location == "/operator/sign-in"
    begun = ieva.press(TEMPLATES, f"{TEMPLATES}/editor")
    code = begun.location.rpartition("=")[2]
    stolen = juris.send("/lti/editor", code=code)
    assert stolen.location == "/operator/sign-in" and "_launch" not in stolen.text
