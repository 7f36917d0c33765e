"""Who is a learner, as lists of members and launches tell it."""

import pytest

from lti_tool.values import INSTRUCTOR, LEARNER, TEST_USER, Member


@pytest.mark.parametrize(
    ("roles", "active", "learns"),
    [
        ((LEARNER,), True, True),
        ((LEARNER,), False, False),
        ((LEARNER, INSTRUCTOR), True, False),
        ((LEARNER, TEST_USER), True, False),
        ((INSTRUCTOR,), True, False),
    ],
    ids=["learner", "one who left", "staff too", "a teacher's student view", "staff"],
)
def test_a_member_with_another_role_is_no_learner(roles, active, learns):
    assert Member(user_id="7", roles=roles, active=active).is_learner is learns
