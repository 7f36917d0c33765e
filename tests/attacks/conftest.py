"""The tool that is attacked: its pages on a real database, a platform that signs what a test wants, and its people."""

from tests.lti_tool.conftest import (  # noqa: F401
    any_database_url,
    clock,
    platform,
    published,
    sqlite_url,
    tool,
    tool_on_any_database,
)
from tests.lti_tool.web.conftest import (  # noqa: F401
    annas_badge,
    app,
    browser,
    course_rule,
    network,
    place,
    school,
    school_key,
    teaching,
    web_tool,
)
from tests.lti_tool.web.teacher.conftest import services  # noqa: F401
