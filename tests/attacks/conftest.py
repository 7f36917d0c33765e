"""The tool that is attacked: its pages on a real database, a platform that signs what a test wants, and its people."""

from tests.lti_tool.conftest import *  # noqa: F403
from tests.lti_tool.web.conftest import *  # noqa: F403
