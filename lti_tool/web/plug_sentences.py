"""What conditions say, in the words of their own folders and the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, render_template
from markupsafe import Markup, escape

from lti_tool import conditions, plugs
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.tree import Leaf, Node, demands, leaves
from lti_tool.web.filters import moment, percent
from lti_tool.web.languages import page_language


def set_up(app: Flask) -> None:
    """Makes the filters known to the pages."""
    # A blueprint without pages: it only adds the folder in which the conditions keep their parts of forms.
    app.register_blueprint(Blueprint("conditions", __name__, template_folder=next(iter(conditions.__path__))))
    app.jinja_env.filters.update(trace_sentences=trace_sentences, score_sentences=score_sentences)


def trace_sentences(trace: Mapping[str, Any], reader: str = "teacher") -> Sequence[Markup]:
    """What decided, from a trace as JSON: a sentence for each condition that made the difference.

    Of a decision that was met these are the conditions that were met, else those that are not. `reader` is `teacher`
    or `learner`; a code without a sentence for the reader is passed over.
    """
    is_met = trace["state"] == "met"
    told = []
    for leaf in _leaves(trace):
        if (leaf["state"] == "met") == is_met:
            found = sentence(leaf, reader)
            if found and found not in told:
                told.append(found)
    return told


def score_sentences(trace: Mapping[str, Any]) -> Sequence[Markup]:
    """What a trace says of a grade that was reached, for a teacher who is asked about something else."""
    reached = (
        leaf for leaf in _leaves(trace) if leaf["state"] == "met" and "score" in leaf.get("values", {})
    )
    return [sentence(leaf, "teacher") for leaf in reached]


def sentence(part: Mapping[str, Any], reader: str) -> Markup:
    """The sentence of one condition's part; empty where it has none for the reader."""
    plug = CONDITIONS.get(part["condition"], conditions)
    text = plugs.words(plug, page_language()).get(reader, {}).get(part.get("code", ""), "")
    values = {name: shown(name, value) for name, value in part.get("values", {}).items()}
    return escape(text).format_map(values) if text else Markup("")


def shown(name: str, value: str) -> Markup | str:
    """A value of a part as its name says: a time, or a score from 0 to 1."""
    if name.endswith("_at"):
        return moment(datetime.fromisoformat(value))
    return percent(Decimal(value)) if name in ("score", "minimum") else escape(value)


def rule_sentences(tree: Node, wording: str) -> Sequence[Markup]:
    """What a rule asks for: `wording` is `automatic` or `confirmed` for teachers, `learner` for learners."""
    beside = demands(tree)
    return [_rule_sentence(leaf, wording) for leaf in leaves(tree) if leaf not in beside and leaf.options]


def choice(name: str) -> Mapping[str, str]:
    """Title and hint of a condition that a badge can be placed with."""
    found: Mapping[str, str] = plugs.words(CONDITIONS[name], page_language())["choice"]
    return found


def form_of(name: str, typed: Mapping[str, str]) -> Markup:
    """The condition's own part of a form, filled in with what was typed; empty where there is nothing to choose."""
    if not hasattr(CONDITIONS[name], "read_form"):
        return Markup("")
    words = plugs.words(CONDITIONS[name], page_language())["form"]
    # The fragment is a file of ours, and Jinja escapes what it fills in.
    return Markup(render_template(f"{name}/form.html", words=words, typed=typed))  # noqa: S704


def form_problem(name: str, problem: FormProblem) -> str:
    """What is wrong with the condition's part of a form, in its own words."""
    words = plugs.words(CONDITIONS[name], page_language())["form"]
    return str(words[problem.code]).format_map(problem.values)


def _rule_sentence(leaf: Leaf, wording: str) -> Markup:
    words = plugs.words(CONDITIONS[leaf.condition], page_language()).get("rule", {})
    options: Any = leaf.options
    values = {
        field.name: shown(field.name, str(value))
        for field in fields(options)
        if (value := getattr(options, field.name)) is not None
    }
    return escape(words.get(wording, "")).format_map(values)


def _leaves(trace: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    parts = trace.get("parts")
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [trace]
