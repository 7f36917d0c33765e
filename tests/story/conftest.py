"""A Moodle in which the tool is registered, and a course in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compiled_statements import compiled_statements_are_shared  # noqa: F401
from tests.made_once import (  # noqa: F401
    forms_are_compiled_once,
    pictures_are_drawn_once,
    private_keys_are_read_once,
)
from tests.story.moodle_course import Moodle, MoodleCourse, running_moodle


@pytest.fixture(scope="module")
def moodle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moodle]:
    with running_moodle(tmp_path_factory.mktemp("moodle")) as moodle:
        yield moodle


@pytest.fixture
def course(moodle: Moodle) -> MoodleCourse:
    return moodle.new_course()
