"""The page that tells a teacher on which roads their course comes to awards, and what each cannot see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from lti_tool.awarding.roads import Road, recommended, roads_of
from lti_tool.errors import NotAllowedError
from lti_tool.store.models import Course
from lti_tool.web.current import current_tool
from lti_tool.web.plug_sentences import road_words
from lti_tool.web.visits import current_teacher_visit

pages = Blueprint("roads", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadOnPage:
    """A road with its words: `name`, `sees`, and how it is opened (`opens`, empty where it always is)."""

    road: Road
    words: Mapping[str, str]
    cannot_see: Sequence[str]
    is_recommended: bool


@pages.post("/lti/app/course/roads")
def roads() -> str:
    """The page. Raises NotAllowedError for a visit outside of a course."""
    visit = current_teacher_visit()
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    with current_tool().store.read() as session:
        found = roads_of(session, session.get_one(Course, visit.course_id))
    best = recommended(found)
    listed = [
        RoadOnPage(road=road, words=words, cannot_see=cannot_see, is_recommended=road is best)
        for road in found
        for words, cannot_see in [road_words(road.source)]
    ]
    return render_template("teacher/roads.html", visit=visit, roads=listed)
