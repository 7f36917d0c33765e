"""Why a badge that somebody brought is not kept, and what to do, in a sentence for its learner."""

from __future__ import annotations

from badges.sentences import sentence
from badges.verify import Report
from lti_tool.errors import BackpackError
from lti_tool.web.languages import page_language
from lti_tool.web.translation import gettext as _


def why_not_kept(error: BackpackError, report: Report | None) -> str:
    """The sentence; `report` is None where it was not verified. It quotes nothing of the badge.

    Other sites show it as HTML, and what is in a badge was written by anybody.
    """
    match error.code:
        case "too_many":
            return _(
                "The badge was not added: your list is full. Remove badges that you do not need, and try again."
            )
        case "unproven":
            return _("The badge was not added: it could not be checked, and the one that you have was.")
        case "too_large":
            return _("The badge was not added: its file is too large.")
        case "revoked":
            return _("The badge was not added: its issuer has revoked it.")
        case "forged" if report is not None:
            found = sentence("verdict", report.verdict, page_language())
            return _("The badge was not added, because it is not genuine: %(found)s", found=found)
        case "not_served":
            return _could_not_be_checked(error)
        case "no_assertion":
            return _(
                "The badge was not added: it is of Open Badges 3.0, and came as one of 2.0. Download its file, and "
                "add that in My badges."
            )
        case "unsigned":
            return _(
                "The badge was not added: without a signature nobody can check it. Ask its issuer for the "
                "original file."
            )
        case _ if report is None:
            return _("No badge was added: what came is no badge of Open Badges 2.0.")
        case _:
            first = report.checks[0]
            return _("No badge was added: %(found)s", found=sentence(first.name, first.code, page_language()))


def _could_not_be_checked(error: BackpackError) -> str:
    """`str(error)` is the code of the check of its proof."""
    found = sentence("proof", str(error), page_language())
    if str(error) == "hosted_not_reached":
        return _(
            "The badge was not added: %(found)s A site that is closed to the internet cannot show anybody that its "
            "badges are genuine.",
            found=found,
        )
    return _("The badge was not added: %(found)s", found=found)
