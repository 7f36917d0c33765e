"""What staff and operators are told of their answer to a stated name."""

from __future__ import annotations

from lti_tool.web.translation import lazy_gettext as _l

OTHER_NAME = _l("The learner states another name now, or it was answered meanwhile. Nothing was changed.")
