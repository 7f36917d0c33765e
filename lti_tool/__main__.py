"""`python -m lti_tool`."""

import sys

from lti_tool.cli import main

sys.exit(main())
