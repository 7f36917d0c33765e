"""The address of a course's own page, as launches tell it."""

import pytest

from lti_tool.platforms.course_address import course_address


@pytest.mark.parametrize(
    ("product", "return_url", "address"),
    [
        (
            "moodle",
            "https://m.example/mod/lti/return.php?course=7&x=1",
            "https://m.example/course/view.php?id=7",
        ),
        (
            "moodle",
            "https://m.example/a/b/mod/lti/return.php",
            "https://m.example/a/b/course/view.php?id=7",
        ),
        ("moodle", "https://m.example/other", None),
        ("moodle", "javascript:alert(1)//mod/lti/return.php", None),
        (
            "canvas",
            "https://c.example/courses/19/external_content/success/x",
            "https://c.example/courses/19",
        ),
        ("canvas", "https://c.example/accounts/1", None),
        ("canvas", "https://c.example/courses/19abc", None),
        ("ilias", "https://m.example/mod/lti/return.php", None),
        ("moodle", None, None),
    ],
)
def test_the_address_is_made_from_the_return_address_of_a_launch(product, return_url, address):
    assert course_address(product, return_url, "7") == address


def test_a_context_id_cannot_lead_elsewhere():
    address = course_address("moodle", "https://m.example/mod/lti/return.php", "7&next=//evil.example/#")
    assert address == "https://m.example/course/view.php?id=7%26next%3D%2F%2Fevil.example%2F%23"
