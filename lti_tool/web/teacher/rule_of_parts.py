"""The pages on which a teacher builds a rule from parts, for a badge that is being placed or one of the course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from markupsafe import Markup

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.awarding import candidates, gradebook, held_badges, placing, rule_changes
from lti_tool.awarding.looks import asked_about
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import Offered
from lti_tool.conditions.tree import Node, asks_less, read_tree, reads
from lti_tool.errors import NotAllowedError, PlatformError
from lti_tool.observations import ACTIVITY_COMPLETED, RESULT
from lti_tool.sources import kinds_found
from lti_tool.store import Session, queries
from lti_tool.store.models import Course, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.filters import error_sentence
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plug_sentences import form_of, form_problem, part_title, whole_sentence, why_not_offered
from lti_tool.web.teacher import link_badge, placement
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.teacher.overdue import review_problem
from lti_tool.web.teacher.rule_draft import (
    Choices,
    Draft,
    DraftGroup,
    DraftPart,
    can_be_part,
    drafted,
    pressed,
    read_draft,
    rule_of,
)
from lti_tool.web.teacher.rule_form import Problem, chosen_rule
from lti_tool.web.teacher.who_would import Switch, terms_of, who_would
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit, current_visit
from lti_tool.web.visits import rule_of as visited_rule

pages = Blueprint("rule_of_parts", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What the rule is for: the badge, its link as far as there is one, and the addresses of form and way back.

    `offered` is what there is to choose from, `kinds` what the sources of the course can find. `fields` go with every
    form. `current` is the rule that the link has now.
    """

    visit: Visit
    template: TemplateVersion
    resource: str
    action: str
    back: str
    fields: Mapping[str, str]
    offered: Offered
    kinds: frozenset[str]
    current: Node | None = None

    @property
    def name(self) -> Texts:
        return stored_template(self.template.body).name

    @property
    def choices(self) -> Choices:
        """What can be chosen of the conditions that choose something in the course, by their names."""
        choosing = ((name, each) for name, each in CONDITIONS.items() if hasattr(each, "choices"))
        return {name: each.choices(self.offered) for name, each in choosing}


@pages.post("/lti/app/parts")
def build_for_link() -> str:
    """The rule of a badge that is being placed, or of a link without a badge.

    Raises NotFoundError where there is no link to have it, NoAuthorError for whoever may place none.
    """
    visit = current_visit()
    if visit.deep_linking is None:
        visit = current_teacher_visit()
    placement.check_may_place(visit)
    with current_tool().store.read() as session:
        link = None if visit.deep_linking else link_badge.link_without_badge(session, visit)
        row = queries.templates.published_template(
            session, request.form.get("badge", ""), visit.registration.id, visit.course_id
        )
        if row is None:
            return placement.choose_badge_page(visit, Problem(sentence=_("Choose a badge first.")))
        overdue = review_problem(session, row)
        if overdue is not None:
            return placement.choose_badge_page(visit, overdue)
        target = _target(
            session,
            visit,
            row,
            resource=link.link_id if link is not None else "",
            action="/lti/app/parts",
            back="/lti/app/choose" if visit.deep_linking else "/lti/app/link/choose",
            fields={"badge": row.template_id}
            | ({"gradebook": "yes"} if placement.is_for_gradebook() else {}),
        )
    draft, tree = _asked(target)
    if tree is None or isinstance(tree, Problem):
        # What is wrong with the form on which the badge is chosen is said there.
        if draft is None and tree is not None:
            return placement.choose_badge_page(visit, tree)
        return _builder_page(target, draft or Draft(), tree)
    problem = placement.gradebook_problem(visit, tree)
    if problem is not None:
        fields = {"badge": target.template.template_id}
        return _builder_page(
            replace(target, fields=fields),
            draft or drafted(tree, page_issuer().profile.zone) or Draft(),
            problem,
        )
    use = _("Place this badge") if visit.deep_linking else _("Use this badge")
    page = _who_first(target, tree, use)
    if page is not None:
        return page
    if visit.deep_linking:
        return placement.link_page(visit, target.template, tree)
    return link_badge.give_badge(visit, target.template, tree)


@pages.post("/lti/app/rules/<int:rule_id>/parts")
def build_for_rule(rule_id: int) -> str:
    """The rule of a badge of the course, as it is now or as it is being changed.

    Raises NotFoundError where the course has no such badge, NotAllowedError while a change waits to be settled.
    """
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.read() as session:
        rule = visited_rule(session, visit, rule_id)
        version = queries.rules.active_version(session, rule.id)
        if version is None or queries.rules.proposed_version(session, rule.id) is not None:
            raise NotAllowedError("settle what has changed in the activity first")
        version_id = version.id
        target = _target(
            session,
            visit,
            version.template_version,
            resource=rule.link.link_id,
            action=f"/lti/app/rules/{rule.id}/parts",
            back="/lti/app/course",
            fields={"version": str(version_id)},
            current=read_tree(version.tree),
        )
    draft, tree = _asked(target)
    draft = draft or Draft()
    if tree is not None and request.form.get("version") != str(version_id):
        sentence = _(
            "Somebody has changed this rule meanwhile. Check yours, and continue if it is still right."
        )
        return _builder_page(target, draft, Problem(sentence=sentence))
    if tree is None or isinstance(tree, Problem):
        return _builder_page(target, draft, tree)
    with tool.store.read() as session:
        rule = visited_rule(session, visit, rule_id)
        if rule.column_url is not None and gradebook.refusal(session, rule, tree) is not None:
            sentence = _(
                "The gradebook shows this badge, and the rule would depend on that. Switch that off first."
            )
            return _builder_page(target, draft, Problem(sentence=sentence))
    page = _who_first(target, tree, _("Use this rule"))
    if page is not None:
        return page
    with tool.store.begin() as session:
        rule = visited_rule(session, visit, rule_id)
        rule_changes.set_tree(session, rule, version_id, tree, visit.person_id, tool.clock())
    return course_page(visit, Notice(text=_("Saved. This applies to all badges awarded from now on.")))


def _target(
    session: Session,
    visit: Visit,
    template: TemplateVersion,
    *,
    resource: str,
    action: str,
    back: str,
    fields: Mapping[str, str],
    current: Node | None = None,
) -> _Target:
    course = session.get(Course, visit.course_id) if visit.course_id is not None else None
    about_course = queries.observations.about_course(session, course.id) if course is not None else ()
    badges = held_badges.can_be_asked_for(session, template, visit.registration.id, visit.course_id)
    kinds = kinds_found(asked_about(session, course) if course is not None else None)
    # A link gets a grade column of its own only while it is placed.
    has_column = visit.deep_linking is not None or (current is not None and RESULT in reads(current))
    return _Target(
        visit=visit,
        template=template,
        resource=resource,
        action=action,
        back=back,
        fields=fields,
        offered=Offered(course=about_course, badges=badges),
        kinds=kinds if has_column else kinds - {RESULT},
        current=current,
    )


def _asked(target: _Target) -> tuple[Draft | None, Node | Problem | None]:
    """The draft as the form has it, and its rule, where the form asks for that; no draft for the short form's rule."""
    zone = page_issuer().profile.zone
    button = request.form.get("do", "")
    is_wanted = button.split(" ")[0] in ("who", "use")
    if request.form.get("building") != "yes":
        short = None
        if target.current is None:
            required = placing.required_score(target.template)
            short = chosen_rule(request.form, zone, placement.occasions_for(target.visit), required)
            if is_wanted:
                return None, short
        start = target.current if target.current is not None else short
        known = drafted(start, zone) if start is not None and not isinstance(start, Problem) else None
        return known or Draft(), None
    draft = pressed(read_draft(request.form), button, request.form)
    if not is_wanted:
        return draft, None
    tree = rule_of(draft, target.choices, zone)
    return draft, tree if isinstance(tree, Problem) else _checked(target, tree)


def _checked(target: _Target, tree: Node) -> Node | Problem:
    """The rule, or why the badge may not be awarded by it."""
    less = asks_less(tree, placing.required_score(target.template))
    if less is not None:
        return Problem(sentence=form_problem(*less))
    if not reads(tree) <= target.kinds:
        return Problem(sentence=_("This course cannot tell one of the parts. Remove it."))
    with current_tool().store.read() as session:
        why = held_badges.refusal(session, target.template, tree)
    if why is not None:
        return Problem(sentence=_("This badge cannot ask for that other badge. Choose another one."))
    return tree


def _who_first(target: _Target, tree: Node, use: Sentence) -> str | None:
    terms = terms_of(target.visit.course_id, target.resource, target.template, tree)
    is_built = request.form.get("building") == "yes"
    switch = Switch(action=target.action, use=use, back=target.action if is_built else target.back)
    return who_would(target.visit, terms, switch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A part on the page: its title and its form. `why_not` says why the course cannot tell it; empty where it can."""

    part: DraftPart
    title: str
    form: Markup
    why_not: Sequence[str]


def _builder_page(target: _Target, draft: Draft, problem: Problem | None) -> str:
    trouble = _read_activities_first(target, draft)
    course_id = target.visit.course_id
    if course_id is not None:
        with current_tool().store.read() as session:
            about = queries.observations.about_course(session, course_id)
        target = replace(target, offered=replace(target.offered, course=about))
    zone = page_issuer().profile.zone
    tree = rule_of(draft, target.choices, zone)
    names = [name for name in CONDITIONS if can_be_part(name)]
    return render_template(
        "teacher/parts.html",
        visit=target.visit,
        target=target,
        draft=draft,
        shown={part.number: _shown(target, part, problem) for part in draft.parts()},
        groups={node.number for node in draft.nodes if isinstance(node, DraftGroup)},
        sentence=None if isinstance(tree, Problem) else whole_sentence(tree, "teacher"),
        offered={name: part_title(name) for name in names if target.kinds >= CONDITIONS[name].READS},
        not_offered={
            part_title(name): why_not_offered(
                CONDITIONS[name].READS - target.kinds, target.visit.registration.product
            )
            for name in names
            if not target.kinds >= CONDITIONS[name].READS
        },
        problem=problem,
        cannot_show=target.current is not None and not draft.nodes and request.form.get("building") != "yes",
        trouble=error_sentence(trouble.as_json()) if trouble is not None else None,
    )


def _read_activities_first(target: _Target, draft: Draft) -> PlatformError | None:
    """Asks the platform for the activities of the course where a part is about one and none is known, or on a press.

    Returns why that cannot be done now.
    """
    course_id = target.visit.course_id
    about = [part for part in draft.parts() if ACTIVITY_COMPLETED in CONDITIONS[part.condition].READS]
    if not about or course_id is None:
        return None
    is_known = any(target.choices.get(part.condition) for part in about)
    if is_known and request.form.get("do") != "ask":
        return None
    tool = current_tool()
    return candidates.read_activities(tool.store, tool.connect, course_id, tool.clock())


def _shown(target: _Target, part: DraftPart, problem: Problem | None) -> _Shown:
    of = problem.of.get(part.prefix) if problem is not None else None
    required = placing.required_score(target.template)
    suggest = getattr(CONDITIONS[part.condition], "typed_for", None)
    typed = suggest(required) if not part.typed and suggest and required is not None else part.typed
    return _Shown(
        part=part,
        title=part_title(part.condition),
        form=form_of(
            part.condition,
            typed,
            of,
            prefix=part.prefix,
            named=part.prefix,
            choices=target.choices.get(part.condition),
        ),
        why_not=why_not_offered(
            CONDITIONS[part.condition].READS - target.kinds, target.visit.registration.product
        ),
    )
