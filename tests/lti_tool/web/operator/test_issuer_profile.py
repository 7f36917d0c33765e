"""The settings of an issuer on pages: the same rules as its file, saved as versions, confirmed by an owner."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from html import unescape

import pytest

from lti_tool.issuing.issuer_file import read_file
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.store import queries
from lti_tool.store.models import IssuerProfileRow
from lti_tool.web.operator.issuer_parts import ACCREDITATIONS, PARTS
from lti_tool.web.operator.issuer_words import differences
from lti_tool.wiring import build_tool
from signing.errors import UnusableKeyError
from tests.fixtures import ROOT, add_another_issuer, change_issuer, rows, settings_for
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.operator.test_roles_on_pages import newest_key

HOME = "/operator/issuers/riga-college"


def form_of(page):
    """What the fields of the page's form hold, as a browser would send it."""
    form = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        found = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if found.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if found.get("name", "").startswith("/") or found.get("name") in ("version", "_form"):
            form[found["name"]] = unescape(found.get("value", ""))
    for name, inside in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page.text, re.S):
        form[name] = unescape(inside).removeprefix("\n")
    for name, inside in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        if name.startswith("/"):
            form[name] = unescape(chosen[1]) if chosen else ""
    return form


def save(somebody, page, **changes):
    """Sends the form of the page with other values in some fields, named as in the file, with __ for /."""
    form = form_of(somebody.get(f"{HOME}/{page}"))
    named = {f"/{name.replace('__', '/')}": value for name, value in changes.items()}
    return somebody.send(f"{HOME}/{page}", **form | named)


def start_again(tool, folder, clock, **settings):
    """As a restart does, on the same database."""
    url = tool.store.engine.url.render_as_string(hide_password=False)
    build_tool(settings_for(url, folder, **settings), clock).store.close()


def versions(tool):
    return [(row.version, row.source, row.created_by) for row in rows(tool, IssuerProfileRow)]


@pytest.mark.parametrize("page", [part.code for part in PARTS])
def test_a_form_that_is_sent_as_it_came_changes_nothing(join, web_tool, published, page):
    answer = save(join(), page)
    assert (answer.status_code, answer.location) == (303, f"{HOME}/{page}?done=saved")
    assert len(versions(web_tool)) == 1


def test_what_is_saved_is_a_new_version_by_the_operator_and_outlives_a_start(
    join, web_tool, published, tmp_path, clock
):
    owner = join()
    assert save(owner, "profile", email="hello@riga-college.example").status_code == 303
    assert versions(web_tool)[-1][:2] == (2, "page") and "operator:" in versions(web_tool)[-1][2]
    with web_tool.store.read() as session:
        (act,) = [each for each in queries.events.events(session) if each.what == "issuer_changed"]
    assert (act.why, act.data, act.actor) == ("profile", {"version": 2}, versions(web_tool)[-1][2])
    start_again(web_tool, tmp_path, clock)
    assert web_tool.issuer.profile.email == "hello@riga-college.example"


@pytest.mark.parametrize(
    ("page", "field", "typed", "said"),
    [
        ("profile", "email", "anna", "Enter an e-mail address"),
        ("profile", "name", "", "Fill this in."),
        ("profile", "timezone", "Riga", "such as Europe/Riga"),
        ("profile", "url", "javascript:alert(1)", "Enter the full web address"),
        ("profile", "legal_name__lv", "<b>x</b>", "contains HTML"),
        ("authority", "authority__highest_level", "9", "Enter a whole number from 1 to 8"),
        ("authority", "authority__approvers", "ieva@riga-college.example\nnobody", "Enter an e-mail address"),
        ("rules", "awarding__reused_domains", "Riga College", "Enter domains"),
        ("rules", "privacy__notice_url", "http://riga-college.example", "beginning with https://"),
        ("rules", "privacy__awards_years", "0", "Enter a whole number from 1 to 100"),
        ("rules", "feedback__later_months", "61", "Enter a whole number from 0 to 60"),
        ("rules", "feedback__later_months", "-1", "Enter a whole number from 0 to 60"),
        ("mails", "mail__opening__en", "See evil.example", "would become a link"),
        ("mails", "mail__closing__lv", "Sveiki, {name}", "{learner}, {badge}, {issuer}"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_what_was_typed_stays(
    join, web_tool, published, page, field, typed, said
):
    answer = save(join(), page, **{field: typed})
    assert answer.status_code == 200 and len(versions(web_tool)) == 1
    pointer = f"/{field.replace('__', '/')}"
    wrong = re.search(rf'<p class="wrong" id="wrong:{pointer}" data-problem\s*>(.*?)</p>', answer.text)
    assert wrong and said in unescape(wrong[1])
    assert form_of(answer)[pointer] == typed


def test_an_operator_says_that_learners_are_never_asked_later(join, web_tool, published):
    ieva = join()
    assert web_tool.issuer.feedback.later_months == 6
    for typed, months in (("0", 0), ("12", 12), ("", 6)):
        assert save(ieva, "rules", feedback__later_months=typed).status_code == 303
        assert form_of(ieva.get(f"{HOME}/rules"))["/feedback/later_months"] == typed
        assert web_tool.issuer.feedback.later_months == months


def test_whoever_saves_second_is_told_and_keeps_what_they_typed(join, web_tool, published):
    ieva, juris = join(), join()
    form = form_of(juris.get(f"{HOME}/profile"))
    assert save(ieva, "profile", email="ieva@riga-college.example").status_code == 303
    told = juris.send(f"{HOME}/profile", **form | {"/email": "juris@riga-college.example"})
    assert "somebody else has saved version 2" in text_of(told)
    assert web_tool.issuer.profile.email == "ieva@riga-college.example"
    again = juris.send(f"{HOME}/profile", **form_of(told))
    assert again.status_code == 303 and web_tool.issuer.profile.email == "juris@riga-college.example"


@pytest.mark.parametrize(
    ("page", "draft"),
    [
        ("profile", {"add": "/also_in"}),
        ("profile", {"remove": "/also_in/0"}),
        ("mails", {"show": "yes"}),
        ("look", {"show": "yes"}),
    ],
)
def test_a_draft_stays_the_form_that_it_was_and_takes_nothing_from_whoever_saved_meanwhile(
    join, web_tool, published, page, draft
):
    ieva, juris = join(), join()
    form = form_of(juris.get(f"{HOME}/{page}"))
    assert save(ieva, "profile", email="ieva@riga-college.example").status_code == 303
    draft_page = juris.send(f"{HOME}/{page}", **form | draft)
    # The page of the look has the form of its logo too, below.
    drafted = form_of(draft_page) | {"version": hidden(draft_page, "version")}
    assert drafted["version"] == "1" and "Not saved yet" in text_of(draft_page)
    told = juris.send(f"{HOME}/{page}", **drafted)
    assert "somebody else has saved version 2" in text_of(told) and len(versions(web_tool)) == 2


@pytest.mark.parametrize("page", ["profile", "authority", "rules", "declarations", "mails"])
def test_nothing_is_saved_for_whoever_showed_long_ago_who_they_are(join, web_tool, published, clock, page):
    owner = join()
    clock.advance(minutes=6)
    answer = save(owner, page)
    assert answer.status_code == 200 and "show again that it is you" in text_of(answer)
    assert len(versions(web_tool)) == 1


def test_a_changed_identity_is_shown_beside_the_old_one_and_confirmed(join, web_tool, published):
    owner = join()
    answer = save(owner, "profile", legal_name__en="Riga University")
    assert answer.location.endswith("/profile?done=saved#confirm") and web_tool.issuer.confirmed_at is None
    page = owner.get(f"{HOME}/profile")
    said = text_of(page)
    assert "en: Riga College" in said and "en: Riga University" in said
    assert "Confirm the legal identity" in said and "Confirm" not in text_of(
        join("manager").get(f"{HOME}/profile")
    )
    confirmed = owner.press(f"{HOME}/profile", f"{HOME}/profile/confirm", version=hidden(page, "version"))
    assert confirmed.status_code == 303 and web_tool.issuer.confirmed_at is not None
    assert web_tool.issuer.confirmed_by.startswith("operator:")


def test_nobody_confirms_a_version_that_they_did_not_see(join, web_tool, published, clock):
    owner = join()
    save(owner, "profile", legal_name__en="Riga University")
    change_issuer(web_tool, legal_name={"en": "Another"})
    refused = owner.press(f"{HOME}/profile", f"{HOME}/profile/confirm", version="2")
    assert refused.status_code == 403 and web_tool.issuer.confirmed_at is None
    clock.advance(minutes=6)
    asked = owner.press(f"{HOME}/profile", f"{HOME}/profile/confirm", version="3")
    assert asked.location.startswith("/operator/confirm?to=") and web_tool.issuer.confirmed_at is None


def test_the_page_says_what_the_file_has_changed_back(join, web_tool, published, tmp_path, clock):
    owner = join()
    save(owner, "profile", email="hello@riga-college.example")
    file = tmp_path / "issuer.toml"
    example = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    file.write_text(example.replace('locality = "Rīga"', 'locality = "Ogre"'), encoding="utf-8")
    start_again(web_tool, tmp_path, clock, issuer_file=file)
    said = text_of(owner.get(f"{HOME}/profile"))
    assert "taken over as version 3" in said and "and counts: E-mail" in said
    save(owner, "profile", email="hello@riga-college.example")
    assert "taken over as version" not in text_of(owner.get(f"{HOME}/profile"))


def test_a_file_that_repeats_what_pages_said_is_not_said_to_have_changed_it_back(
    join, web_tool, published, tmp_path, clock
):
    owner = join()
    save(owner, "profile", email="one@riga-college.example")
    save(owner, "profile", email="two@riga-college.example")
    file = tmp_path / "issuer.toml"
    file.write_text(owner.get(f"{HOME}/profile/file").text, encoding="utf-8")
    start_again(web_tool, tmp_path, clock, issuer_file=file)
    assert versions(web_tool)[-1][:2] == (3, "file")
    assert "taken over as version" not in text_of(owner.get(f"{HOME}/profile"))


def test_the_profile_is_given_as_the_file_that_says_the_same(join, web_tool, published, tmp_path):
    owner = join()
    save(owner, "authority", authority__highest_level="5")
    answer = owner.get(f"{HOME}/profile/file")
    assert "attachment" in answer.headers["Content-Disposition"]
    (tmp_path / "issuer.toml").write_text(answer.text, encoding="utf-8")
    data = read_file(tmp_path / "issuer.toml").data
    assert data["authority"]["highest_level"] == 5 and data["slug"] == "riga-college"
    assert tomllib.loads(answer.text) == data


def test_a_row_is_added_and_taken_away_before_anything_is_saved(join, web_tool, published):
    owner = join()
    form = form_of(owner.get(f"{HOME}/profile"))
    more = owner.send(f"{HOME}/profile", **form, add="/identifiers")
    assert "/identifiers/0/type" in form_of(more) and "Not saved yet" in text_of(more)
    filled = form_of(more) | {"/identifiers/0/type": "ext:PIC", "/identifiers/0/value": "999"}
    less = owner.send(f"{HOME}/profile", **filled, remove="/identifiers/0")
    assert "ext:PIC" not in less.text and len(versions(web_tool)) == 1
    assert owner.send(f"{HOME}/profile", **filled).status_code == 303
    assert web_tool.issuer.profile.identifiers == (("ext:PIC", "999"),)


def test_the_preview_of_the_mail_has_what_was_typed_and_saves_nothing(join, web_tool, published):
    manager = join("manager")
    form = form_of(manager.get(f"{HOME}/mails"))
    typed = form | {"/mail/opening/en": "Well done, {learner}!", "/mail/opening/lv": "Malacis, {learner}!"}
    shown = text_of(manager.send(f"{HOME}/mails", **typed, show="yes"))
    assert "Well done, Anna Bērziņa!" in shown and "Malacis, Anna Bērziņa!" in shown
    assert len(versions(web_tool)) == 1
    assert manager.send(f"{HOME}/mails", **typed).status_code == 303
    assert web_tool.issuer.mail_policy.opening["lv"] == "Malacis, {learner}!"


def test_a_paragraph_in_a_language_that_has_no_field_stays(join, web_tool, published):
    manager = join("manager")
    form = form_of(manager.get(f"{HOME}/mails")) | {"/mail/opening/de": "Gratulation!"}
    assert manager.send(f"{HOME}/mails", **form).status_code == 303
    form = form_of(manager.get(f"{HOME}/mails")) | {"/mail/opening/en": "Well done!"}
    assert manager.send(f"{HOME}/mails", **form).status_code == 303
    assert web_tool.issuer.mail_policy.opening == {"de": "Gratulation!", "en": "Well done!"}


def test_a_manager_changes_the_mails_and_nothing_else_by_that_form(join, web_tool, published):
    form = form_of(join("manager").get(f"{HOME}/mails"))
    answer = save(join("manager"), "mails", mail__attach_badge="no", email="x@evil.example", name="Evil")
    assert answer.status_code == 303 and form["version"] == "1"
    assert not web_tool.issuer.mail_policy.attach_badge
    assert web_tool.issuer.profile.email == "badges@riga-college.example"


# --- Accreditations


def test_an_accreditation_is_added_ended_and_taken_out(join, web_tool, published):
    owner = join()
    count = len(web_tool.issuer.profile.accreditations)
    form = form_of(owner.get(f"{HOME}/accreditations/new"))
    added = owner.send(
        f"{HOME}/accreditations/new", **form | {"/code": "internal", "/agency/en": "Ourselves"}
    )
    assert added.location.endswith("#confirm")
    assert web_tool.issuer.profile.accreditations[-1].agency == {"en": "Ourselves"}
    number = count + 1
    soon = (web_tool.clock() + timedelta(days=30)).date().isoformat()
    form = form_of(owner.get(f"{HOME}/accreditations/{number}")) | {"/valid_until": soon}
    assert owner.send(f"{HOME}/accreditations/{number}", **form).status_code == 303
    page = owner.get(f"{HOME}/accreditations")
    assert text_of(page).count("Ends soon") == 1
    removed = owner.press(
        f"{HOME}/accreditations", f"{HOME}/accreditations/{number}/remove", version=hidden(page, "version")
    )
    assert removed.status_code == 303 and len(web_tool.issuer.profile.accreditations) == count


def test_a_wrong_accreditation_is_not_saved_and_an_absent_one_is_not_found(join, web_tool, published):
    owner = join()
    form = form_of(owner.get(f"{HOME}/accreditations/1"))
    wrong = form | {"/valid_from": "2026-01-02", "/valid_until": "2026-01-01", "/url": "x"}
    answer = owner.send(f"{HOME}/accreditations/1", **wrong)
    assert answer.status_code == 200 and "The end date is before the start date" in text_of(answer)
    assert form_of(answer)["/url"] == "x" and len(versions(web_tool)) == 1
    for number in ("0", "99"):
        assert owner.get(f"{HOME}/accreditations/{number}").status_code == 404
        assert owner.send(f"{HOME}/accreditations/{number}", **form).status_code == 404


def test_a_form_of_an_older_list_never_takes_the_place_of_another_accreditation(join, web_tool, published):
    ieva, juris = join(), join()
    form = form_of(juris.get(f"{HOME}/accreditations/1")) | {"/reference": "AI-9999"}
    new = form_of(ieva.get(f"{HOME}/accreditations/new")) | {"/code": "internal"}
    assert ieva.send(f"{HOME}/accreditations/new", **new).status_code == 303
    for _again in range(2):
        told = juris.send(f"{HOME}/accreditations/1", **form)
        assert "open it anew" in text_of(told) and form_of(told)["/reference"] == "AI-9999"
        form = form_of(told)
    assert "AI-9999" not in str(web_tool.issuer.profile.accreditations)


# --- Words


def test_differences_name_each_field_that_says_something_else():
    old = {"name": "A", "country": "LV", "accreditations": [{"code": "internal", "agency": {"en": "X"}}]}
    new = {"name": "B", "country": "LV", "accreditations": []}
    name, accreditations = differences(old, new)
    assert (name.before, name.after) == (["A"], ["B"])
    assert accreditations.label is ACCREDITATIONS.label and accreditations.after == ()
    assert differences(old, old) == []


# --- Keys


def test_keys_are_rotated_retired_and_withdrawn(join, web_tool, published):
    owner = join()
    pressed = owner.press(f"{HOME}/keys", f"{HOME}/keys/rotate", kind="Ed25519")
    assert pressed.status_code == 303
    with web_tool.store.read() as session:
        keys = queries.issuers.signing_keys(session, web_tool.issuer.id)
        old = next(row for row in keys if row.algorithm == "Ed25519" and row.retired_at is not None)
    alone = next(row.kid for row in keys if row.algorithm == "P-256")
    told = owner.press(f"{HOME}/keys", f"{HOME}/keys/retire", key=alone)
    assert "the only one of its kind" in text_of(told)
    withdrawn = owner.press(f"{HOME}/keys", f"{HOME}/keys/compromised", key=old.kid, since="2026-11-01")
    assert "The key is withdrawn" in text_of(withdrawn) and "Withdrawn since" in text_of(withdrawn)
    assert owner.press(f"{HOME}/keys", f"{HOME}/keys/compromised", key=old.kid, since="x").status_code == 200
    with web_tool.store.read() as session:
        acts = [
            (each.what, each.actor.partition(":")[0])
            for each in queries.events.events(session)
            if each.what.startswith("key_") and each.actor != "tool"
        ]
    assert acts == [("key_retired", "operator"), ("key_made", "operator"), ("key_compromised", "operator")]


def test_keys_of_another_issuer_and_those_of_the_tool_are_out_of_reach(join, web_tool, published):
    other = add_another_issuer(web_tool)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
        lti = queries.issuers.tool_key_rows(session)[0].kid
    stranger = join(issuer_id=other.id)
    home = f"/operator/issuers/{slug}/keys"
    assert "Keys for platforms" not in text_of(stranger.get(home))
    for act in ("retire", "compromised"):
        for kid in (newest_key(web_tool), lti, "none"):
            assert stranger.press(home, f"{home}/{act}", key=kid).status_code == 404
    assert stranger.press(home, f"{home}/rotate", kind="lti").status_code == 400
    assert "Keys for platforms" in text_of(join().get(f"{HOME}/keys"))


def test_keys_ask_again_who_it_is(join, web_tool, published, clock):
    owner, before = join(), newest_key(web_tool)
    clock.advance(minutes=6)
    asked = owner.press(f"{HOME}/keys", f"{HOME}/keys/rotate", kind="Ed25519")
    assert asked.location == f"/operator/confirm?to={HOME}/keys" and newest_key(web_tool) == before


def test_a_stolen_key_is_withdrawn_though_the_device_makes_no_other(join, web_tool, published, monkeypatch):
    def broken(_vault, _algorithm):
        raise UnusableKeyError("the device makes no key")

    monkeypatch.setattr(DatabaseVault, "make_key", broken)
    owner, kid = join(), newest_key(web_tool)
    told = owner.press(f"{HOME}/keys", f"{HOME}/keys/compromised", key=kid)
    said = text_of(told)
    assert told.status_code == 200 and "The key is withdrawn" in said and "Withdrawn since" in said
    assert "No badge is made now" in said and "press “Sign with a new key”" in said
    assert "No badge is made now" in text_of(join("manager").get(f"{HOME}/keys"))
    monkeypatch.undo()
    (kind,) = re.findall(r"no key of the kind (\S+) that signs", said)
    assert owner.press(f"{HOME}/keys", f"{HOME}/keys/rotate", kind=kind).status_code == 303
    assert "No badge is made now" not in text_of(owner.get(f"{HOME}/keys"))
