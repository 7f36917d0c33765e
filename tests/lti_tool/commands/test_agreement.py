"""A command publishes nothing silently: it shows what will be signed, and asks."""

from __future__ import annotations

import io
import re
import sys

import pytest

from lti_tool.store import events, queries
from lti_tool.templates import approvals, versions
from tests.fixtures import ZANE, template_data
from tests.lti_tool.commands.test_commands import TEMPLATE, environment, run

__all__ = ["environment", "run"]


@pytest.fixture
def answer(monkeypatch):
    """Types an answer, in place of nobody."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def draft(tool, environment):
    """The id of a draft of the institution."""
    with tool.store.begin() as session:
        return versions.add(session, template_data() | {"required_value": "70"}, tool.clock()).template_id


def status(tool, template_id):
    with tool.store.read() as session:
        return versions.find(session, template_id).status


def test_what_will_be_signed_is_shown_in_each_language_before_anything_is_published(run, answer, tool, draft):
    answer("n\n")
    code, output, error = run("templates", "publish", draft[:8])
    assert (code, output, status(tool, draft)) == (1, "", "draft")
    for text in (
        "Riga College signs this for every learner who gets the badge",
        "[en] Data literacy for decision makers",
        "[lv] Datu pratība lēmumu pieņēmējiem",
        "The result has to be at least 70 %.",
        "Rezultātam jābūt vismaz 70 %.",
        "Judges whether a data set can answer the question it is used for.",
        "Publish this? [y/N]",
        "Nothing was published.",
    ):
        assert text in error, text
    answer("y\n")
    code, output, _ = run("templates", "publish", draft[:8])
    assert (code, status(tool, draft)) == (0, "published")
    assert output == f"{draft}\t1\tpublished\tData literacy for decision makers\n"


def test_where_nobody_answers_nothing_is_published(run, answer, tool, draft):
    assert run("templates", "publish", draft)[0] not in (0, 2)
    assert status(tool, draft) == "draft"


def test_a_script_says_yes_or_names_the_draft_that_was_read(run, answer, tool, draft):
    answer("n\n")
    shown = re.search(r"^Draft: ([0-9a-f]{64})$", run("templates", "publish", draft)[2], re.MULTILINE)[1]
    with tool.store.begin() as session:
        row = versions.find_locked(session, draft)
        versions.save_draft(row, row.body | {"name": {"en": "Doctor of Medicine"}}, tool.clock())
    code, _, error = run("templates", "publish", draft, "--draft", shown)
    assert (code, "not the one of this hash" in error, status(tool, draft)) == (2, True, "draft")
    shown = re.search(r"^Draft: ([0-9a-f]{64})$", error, re.MULTILINE)[1]
    assert run("templates", "publish", draft, "--draft", shown)[0] == 0
    assert status(tool, draft) == "published"
    code, output, error = run("templates", "add", TEMPLATE, "--publish", "--yes")
    assert (code, output.splitlines()[0].split("\t")[2]) == (0, "published")
    assert "signs this for every learner" in error


def test_what_is_changed_while_the_operator_reads_is_not_published(run, monkeypatch, tool, draft):
    class Reading(io.StringIO):
        def readline(self, *size):
            with tool.store.begin() as session:
                row = versions.find_locked(session, draft)
                versions.save_draft(row, row.body | {"name": {"en": "Doctor of Medicine"}}, tool.clock())
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Reading())
    code, _, error = run("templates", "publish", draft)
    assert (code, "was changed after it was shown" in error, status(tool, draft)) == (2, True, "draft")


def test_a_file_is_a_draft_until_the_operator_agrees(run, answer, tool, environment):
    answer("n\n")
    code, output, error = run("templates", "add", TEMPLATE, "--publish")
    assert (code, output.splitlines()[0].split("\t")[2]) == (1, "draft")
    assert "Nothing was published." in error
    answer("y\n")
    code, output, _ = run("templates", "add", TEMPLATE, "--publish")
    assert (code, output.count("\tpublished\t"), output.count("\tdraft\t")) == (0, 1, 0)


def test_what_a_teacher_asks_for_is_shown_before_it_is_approved(run, answer, tool, course_id, environment):
    with tool.store.begin() as session:
        by = events.person(queries.people.person_of(session, 1, ZANE.user_id).id)
        row = versions.add(session, template_data(), tool.clock(), course_id=course_id, by=by)
        approvals.publish_or_ask(session, row, tool.issuer.profile, tool.clock(), by)
        asked = row.template_id
    answer("n\n")
    code, _, error = run("templates", "approve", asked)
    assert (code, status(tool, asked), "[lv] Datu pratība" in error) == (1, "draft", True)
    answer("y\n")
    assert run("templates", "approve", asked)[0] == 0
    assert status(tool, asked) == "published"


def test_what_cannot_be_published_is_not_asked_about(run, answer, tool, environment):
    with tool.store.begin() as session:
        bare = versions.add(session, {"name": {"en": "Bare"}}, tool.clock()).template_id
    code, _, error = run("templates", "publish", bare, "--yes")
    assert (code, "signs this" in error) == (2, False)
