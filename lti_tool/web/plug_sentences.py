"""What conditions and sources say, in the words of their own folders and the language of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, render_template
from markupsafe import Markup, escape

from lti_tool import conditions, plugs
from lti_tool.awarding.outcome_levels import BY_HAND
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.tree import (
    Group,
    Leaf,
    Node,
    demands,
    is_readable,
    is_short,
    leaves,
    only_limits,
)
from lti_tool.observations import CONFIRMED
from lti_tool.sources import SOURCES, is_for, is_open
from lti_tool.sources.found import Asked
from lti_tool.web.filters import day, exact_percent, isolated, moment, percent
from lti_tool.web.languages import page_language
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import plural_category


def set_up(app: Flask) -> None:
    """Makes the filters known to the pages."""
    # A blueprint without pages: it only adds the folder in which the conditions keep their parts of pages.
    app.register_blueprint(Blueprint("conditions", __name__, template_folder=next(iter(conditions.__path__))))
    app.jinja_env.filters.update(
        trace_sentences=trace_sentences,
        trace_lines=trace_lines,
        score_sentences=score_sentences,
        by_hand_sentences=by_hand_sentences,
        learner_sentences=learner_sentences,
    )
    app.jinja_env.filters["shown_as"] = lambda value, name: shown(name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One part of a trace in words: `state` as in `lti_tool.conditions.parts`, `inner` the parts of a group."""

    state: str
    sentence: Markup | str
    inner: Sequence[Line] = ()


def trace_sentences(trace: Mapping[str, Any]) -> Sequence[Markup]:
    """What decided, from a trace as JSON, for a teacher: a sentence for each condition that made the difference.

    Of a decision that was met these are the conditions that were met, else those that are not.
    """
    is_met = trace["state"] == "met"
    return _sentences((leaf for leaf in _leaves(trace) if (leaf["state"] == "met") == is_met), "teacher")


def trace_lines(trace: Mapping[str, Any]) -> Sequence[Line]:
    """The whole trace for a teacher, part by part; of parts of which one is enough, together."""
    if "parts" not in trace:
        told = sentence(trace, "teacher")
        return [Line(state=trace["state"], sentence=told)] if told else []
    lines = [line for part in trace["parts"] for line in trace_lines(part)]
    if trace["condition"] == "some":
        needed = _("%(number)s of these are needed:", number=trace["values"]["needed"])
        return [Line(state=trace["state"], sentence=needed, inner=lines)]
    if trace["condition"] != "any" or len(lines) < 2:
        return lines
    return [Line(state=trace["state"], sentence=_("One of these is enough:"), inner=lines)]


def learner_sentences(trace: Mapping[str, Any]) -> Sequence[Markup]:
    """The trace for the learner it is about.

    A condition speaks to them in the same way whether or not it is met, where what it read may be hidden from them.
    """
    return _sentences(_leaves(trace), "learner")


def _sentences(leaves: Iterable[Mapping[str, Any]], reader: str) -> Sequence[Markup]:
    """Each once; a code without a sentence for the reader (`teacher` or `learner`) is passed over."""
    found = (sentence(leaf, reader) for leaf in leaves)
    return list(dict.fromkeys(each for each in found if each))


def score_sentences(trace: Mapping[str, Any]) -> Sequence[Markup]:
    """What a trace says of a grade that was reached, for a teacher who is asked about something else."""
    reached = (
        leaf for leaf in _leaves(trace) if leaf["state"] == "met" and "score" in leaf.get("values", {})
    )
    return [sentence(leaf, "teacher") for leaf in reached]


def by_hand_sentences(trace: Mapping[str, Any]) -> Sequence[Markup]:
    """Why the learner of an award was awarded it by hand, for them; empty where a rule decided."""
    return _sentences((leaf for leaf in _leaves(trace) if leaf["condition"] == BY_HAND), "learner")


def sentence(part: Mapping[str, Any], reader: str) -> Markup:
    """The sentence of one condition's part; empty where it has none for the reader."""
    plugs_own = (CONDITIONS.get(part["condition"], conditions), conditions)
    told = (plugs.words(plug, page_language()).get(reader, {}) for plug in plugs_own)
    code = part.get("code", "")
    text = next((words[code] for words in told if code in words), "")
    values = {name: shown(name, value) for name, value in part.get("values", {}).items()}
    return escape(text).format_map(values) if text else Markup("")


def page_sentence(condition: str, code: str, **values: Any) -> Markup:
    """A sentence of a condition's table `page`; where it has several forms, that of the `number` among the values."""
    text = plugs.words(CONDITIONS[condition], page_language())["page"][code]
    if not isinstance(text, str):
        text = text[plural_category(values["number"])]
    return escape(text).format_map({name: shown(name, str(value)) for name, value in values.items()})


def shown(name: str, value: str) -> Markup | str:
    """A value of a part as its name says: a time, a day, or a score from 0 to 1."""
    if name == "at" or name.endswith("_at"):
        return moment(datetime.fromisoformat(value))
    if name.endswith("_on"):
        return day(datetime.fromisoformat(value))
    if name in ("name", "by_name", "reason"):
        return isolated(value)
    if name.endswith("minimum"):
        return exact_percent(Decimal(value))
    return percent(Decimal(value)) if name == "score" else escape(value)


def rule_sentences(tree: Node, wording: str) -> Sequence[Markup]:
    """What a rule asks for: `wording` is `automatic` or `confirmed` for teachers, `learner` for learners.

    `unseen` is for teachers whose platform does not show who may open a link; where a condition has no words of its own
    for that, those of `automatic` are said. Of a condition with an option that cannot be read it is only said that it
    cannot.
    """
    if not is_short(tree) and (
        whole := whole_sentence(tree, "learner" if wording == "learner" else "teacher")
    ):
        return [whole]
    beside = demands(tree)
    return [_rule_sentence(leaf, wording) for leaf in leaves(tree) if leaf not in beside and leaf.options]


def terms(tree: Node) -> Sequence[Markup]:
    """All that a rule asks for, for a teacher who is to confirm it: its occasion, and what stands beside it."""
    if not is_short(tree) and (whole := whole_sentence(tree, "teacher")):
        return [whole]
    wording = "confirmed" if confirms_each(tree) else "automatic"
    told = (_rule_sentence(leaf, wording) for leaf in leaves(tree) if leaf.options is not None)
    return [sentence for sentence in told if sentence]


def whole_sentence(tree: Node, reader: str) -> Markup:
    """What a rule of parts asks for, in one sentence for the reader (`teacher` or `learner`).

    Empty where a part of it cannot be read, or has no words for it.
    """
    if not is_readable(tree) or not all(_words_as_part(leaf, reader) for leaf in leaves(tree)):
        return Markup("")
    terms = _joined(tree, reader)
    if reader == "learner":
        return escape(_("You get this badge when %(terms)s.")) % {"terms": terms}
    return escape(_("Learners get this badge when %(terms)s.")) % {"terms": terms}


def _joined(node: Node, reader: str) -> Markup:
    """A part, or all or any of several, as a part of a sentence. What only limits the others comes last."""
    if isinstance(node, Leaf):
        return _filled_in(_words_as_part(node, reader), node)
    told = [_inner(each, reader) for each in sorted(node.nodes, key=only_limits)]
    if node.kind == "some":
        parts = Markup("; ").join(told)
        return escape(_("%(number)s of these: %(parts)s")) % {"number": node.needed, "parts": parts}
    # Commas part what stands beside a group, so that nobody reads the group as ending later than it does.
    if any(isinstance(each, Group) for each in node.nodes):
        return escape(_(", and ") if node.kind == "all" else _(", or ")).join(told)
    *others, last = told
    word = escape(_(" and ") if node.kind == "all" else _(" or "))
    return word.join([Markup(", ").join(others), last] if others else [last])


def _inner(node: Node, reader: str) -> Markup:
    joined = _joined(node, reader)
    if isinstance(node, Group) and node.kind == "any" and len(node.nodes) > 1:
        return escape(_("either %(parts)s")) % {"parts": joined}
    return joined


def _words_as_part(leaf: Leaf, reader: str) -> str:
    condition = CONDITIONS.get(leaf.condition)
    words: Mapping[str, str] = plugs.words(condition, page_language()).get("part", {}) if condition else {}
    return words.get(reader, "")


def part_title(name: str) -> str:
    """What a condition is called in the list of parts; empty where it can be no part."""
    return str(plugs.words(CONDITIONS[name], page_language()).get("part", {}).get("title", ""))


def why_not_offered(kinds: Collection[str], product: str) -> Sequence[str]:
    """How a course would get what tells these kinds of observations, in the words of the sources, the best first.

    Those alone that a platform of that product can have.
    """
    in_order = sorted(SOURCES.values(), key=_rank)
    telling = [source for source in in_order if source.GIVES & kinds and is_for(source, product)]
    told = (source_words(source.NAME)["source"].get("opens", "") for source in telling)
    return list(dict.fromkeys(text for text in told if text))


def _rank(source: Any) -> int:
    rank: int = source.RANK
    return rank


def copied_sentences(tree: Node) -> Sequence[str]:
    """What a teacher ought to check in a rule that came with a copy of a course."""
    told = (_words_of_rule(leaf).get("copied", "") for leaf in leaves(tree) if leaf.options is not None)
    return list(dict.fromkeys(text for text in told if text))


def confirms_each(tree: Node) -> bool:
    """Whether a demand of the rule is that somebody confirms each learner."""
    return any(CONFIRMED in CONDITIONS[leaf.condition].READS for leaf in demands(tree))


def gone_words(source: str) -> Mapping[str, str]:
    """Title and text for what a source no longer finds on the platform: a link, or its column."""
    found: Mapping[str, str] = plugs.words(SOURCES[source], page_language())["gone"]
    return found


def unseen_sentences(kinds: Collection[str], asked: Asked) -> Sequence[str]:
    """What the course's sources of these kinds of observations cannot see, which a teacher ought to know."""
    language = page_language()
    sources = [source for source in SOURCES.values() if source.GIVES & kinds and is_open(source, asked)]
    told = (plugs.words(source, language).get("cannot_see", {}) for source in sources)
    return [text for sentences in told for text in sentences.values()]


def source_words(name: str) -> Mapping[str, Any]:
    """The words of a source: its table `source`, and what it `cannot_see`, where there is any such thing."""
    return plugs.words(SOURCES[name], page_language())


def choice(name: str) -> Mapping[str, str]:
    """Title and hint of a condition that a badge can be placed with."""
    found: Mapping[str, str] = plugs.words(CONDITIONS[name], page_language())["choice"]
    return found


def form_of(
    name: str,
    typed: Mapping[str, str],
    problem: FormProblem | None = None,
    *,
    prefix: str = "",
    named: str = "",
    choices: Mapping[str, str] | None = None,
) -> Markup:
    """The condition's own part of a form, filled in with what was typed, with what is wrong with it.

    Empty where there is nothing to choose. The ids of its fields have the prefix, and their names begin with `named`.
    `choices` are what can be chosen in the course.
    """
    readers = ("read_form", "read_choice", "read_demand", "read_part")
    if not any(hasattr(CONDITIONS[name], reader) for reader in readers):
        return Markup("")
    words = plugs.words(CONDITIONS[name], page_language())["form"]
    text = render_template(
        f"{name}/form.html",
        words=words,
        typed=typed,
        prefix=prefix,
        named=named,
        choices=choices or {},
        problem=problem,
        problem_sentence=form_problem(name, problem) if problem else "",
    )
    # The fragment is a file of ours, and Jinja escapes what it fills in.
    return Markup(text)  # noqa: S704


def form_problem(name: str, problem: FormProblem) -> Markup:
    """What is wrong with the condition's part of a form, in its own words."""
    words = plugs.words(CONDITIONS[name], page_language())["form"]
    values = {each: shown(each, value) for each, value in problem.values.items()}
    return escape(words[problem.code]).format_map(values)


def _rule_sentence(leaf: Leaf, wording: str) -> Markup:
    if None in _values_of(leaf).values():
        unreadable = {"condition": leaf.condition, "code": "unreadable"}
        return sentence(unreadable, "learner" if wording == "learner" else "teacher")
    words = _words_of_rule(leaf)
    return _filled_in(words.get(wording, words.get("automatic", "")), leaf)


def _filled_in(text: str, leaf: Leaf) -> Markup:
    values = {name: shown(name, str(value)) for name, value in _values_of(leaf).items()}
    return escape(text).format_map(values)


def _values_of(leaf: Leaf) -> Mapping[str, Any]:
    options: Any = leaf.options
    return {field.name: getattr(options, field.name) for field in fields(options)}


def _words_of_rule(leaf: Leaf) -> Mapping[str, str]:
    found: Mapping[str, str] = plugs.words(CONDITIONS[leaf.condition], page_language()).get("rule", {})
    return found


def _leaves(trace: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    parts = trace.get("parts")
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [trace]
