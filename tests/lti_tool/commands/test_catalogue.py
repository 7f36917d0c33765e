"""`catalogue list`, `add` and `remove`, as an operator types them."""

from __future__ import annotations

from lti_tool.store.models import Event
from tests.catalogue import guided
from tests.fixtures import publish, rows
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]


def test_a_template_is_put_in_and_taken_out(run, environment, tool, published):
    complete = publish(tool, **guided(name={"en": "A complete course"}))
    lacks = "target-group, leads-to, recognition, cost, accessibility"
    first, second = (
        f"{complete}\t1\tnot in it\tA complete course\n",
        f"{published}\t1\tnot in it\tData literacy for decision makers\t{lacks}\n",
    )
    assert run("catalogue", "list") == (0, first + second, "")
    shown = f"{complete}\t1\tshown\tA complete course\n"
    assert run("catalogue", "add", complete[:13]) == (0, shown, "")
    assert run("catalogue", "add", published)[1].startswith(f"{published}\t1\tnot shown\t")
    assert run("catalogue", "remove", complete) == (0, "", "")
    assert run("catalogue", "list")[1].startswith(first)
    acts = [row.what for row in rows(tool, Event) if row.actor_kind == "operator" and row.about == complete]
    assert acts == ["template_listed", "template_unlisted"]


def test_one_that_is_not_published_is_refused_in_a_sentence(run, environment, tool):
    code, output, error = run("catalogue", "add", "0000")
    assert (code, output) == (2, "") and "there is no template" in error
