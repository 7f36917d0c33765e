"""One definition of learner and staff, for every form in which platforms send it."""

import pytest

from lti_tool.observations.roles import MEMBERSHIP, TEST_USER, is_present, role_uris, standing
from lti_tool.platforms.service_values import merge_members, read_member
from lti_tool.values import Launch, Member
from tests.fixtures import ANNA, launch_of

INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"


def as_launch(roles) -> Launch:
    return launch_of(ANNA, 1, roles=role_uris(roles))


def as_member(roles) -> Member:
    return read_member({"user_id": "7", "roles": roles})


@pytest.mark.parametrize("read", [as_launch, as_member], ids=["launch", "member list"])
@pytest.mark.parametrize(
    ("roles", "is_what"),
    [
        ([f"{MEMBERSHIP}#Learner"], "learner"),
        (["Learner"], "learner"),
        (["learner"], "learner"),
        ("Learner", "learner"),
        (["urn:lti:role:ims/lis/Learner"], "learner"),
        (["urn:lti:role:ims/lis/Learner/GuestLearner"], "learner"),
        ([f"{MEMBERSHIP}/Learner#NonCreditLearner"], "learner"),
        ([f"{MEMBERSHIP}#Learner".replace("http:", "https:")], "learner"),
        ([f"{MEMBERSHIP}#Learner", f"{INSTITUTION}#Instructor", f"{INSTITUTION}#Administrator"], "learner"),
        ([f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Mentor"], "learner"),
        ([f"{MEMBERSHIP}#Instructor"], "staff"),
        (["Instructor"], "staff"),
        ("Learner,Instructor", "staff"),
        (["Learner", "Instructor"], "staff"),
        (["Learner", f"{MEMBERSHIP}/Instructor#TeachingAssistant"], "staff"),
        (["urn:lti:role:ims/lis/TeachingAssistant"], "staff"),
        (["TeachingAssistant", "Learner"], "staff"),
        (["urn:lti:role:ims/lis/Instructor/Grader", "Learner"], "staff"),
        (["ContentDeveloper", "Learner"], "staff"),
        ([f"{MEMBERSHIP}#Administrator", "Learner"], "staff"),
        ([f"{MEMBERSHIP}/Administrator#Support"], "staff"),
        (["Learner", TEST_USER], "neither"),
        (["Learner", f"{MEMBERSHIP}#Manager"], "neither"),
        ([f"{MEMBERSHIP}#Manager"], "neither"),
        ([f"{MEMBERSHIP}#Mentor"], "neither"),
        ([f"{INSTITUTION}#Student"], "neither"),
        ([f"{INSTITUTION}#Learner", "urn:lti:instrole:ims/lis/Learner"], "neither"),
        (["urn:lti:sysrole:ims/lis/SysAdmin"], "neither"),
        ([], "neither"),
        (None, "neither"),
        ([7, None, ""], "neither"),
    ],
    ids=str,
)
def test_a_launch_and_a_member_list_mean_the_same_by_the_same_roles(read, roles, is_what):
    assert read(roles).standing == is_what


@pytest.mark.parametrize(
    ("status", "takes_part"),
    [
        ("Active", True),
        ("active", True),
        (None, True),
        ("", True),
        ("http://purl.imsglobal.org/vocab/lis/v2/status#Active", True),
        ("liss:Active", True),
        ("Inactive", False),
        ("http://purl.imsglobal.org/vocab/lis/v2/status#Inactive", False),
        ("Deleted", False),
        ("Suspended", False),
        (7, False),
    ],
)
def test_the_status_of_a_member_is_a_word_or_a_uri(status, takes_part):
    assert is_present(status) == takes_part


def test_who_takes_part_no_longer_is_absent():
    assert read_member({"user_id": "7", "roles": ["Learner"], "status": "Inactive"}).standing == "absent"


@pytest.mark.parametrize("order", [1, -1])
def test_a_member_who_is_listed_twice_has_the_roles_of_both_entries(order):
    entries = [
        {"user_id": "7", "roles": ["Learner"]},
        {"user_id": "7", "roles": ["Instructor"], "name": "Anna"},
    ]
    (member,) = merge_members(read_member(entry) for entry in entries[::order])
    assert (member.standing, member.name) == ("staff", "Anna")


@pytest.mark.parametrize("order", [1, -1])
def test_an_entry_that_has_ended_says_nothing_beside_one_that_goes_on(order):
    entries = [
        {"user_id": "7", "roles": ["Instructor"], "status": "Inactive"},
        {"user_id": "7", "roles": ["Learner"], "status": "Active"},
    ]
    (member,) = merge_members(read_member(entry) for entry in entries[::order])
    assert member.standing == "learner"


def test_standing_takes_uris_only():
    assert standing(["Learner"]) == "neither"
