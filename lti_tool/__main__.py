"""`python -m lti_tool`."""

import sys

from lti_tool.commands.main import main

sys.exit(main())
