"""How pages call the steps of an application, what is wrong with what was asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.errors import PriorLearningError
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

STEPS: Mapping[str, Sentence] = {
    "identification": _l("Identification"),
    "documentation": _l("Documentation"),
    "assessment": _l("Assessment"),
    "certification": _l("Certification"),
}
STATES: Mapping[str, Sentence] = {
    **STEPS,
    "granted": _l("Recognised"),
    "refused": _l("Not recognised"),
    "withdrawn": _l("Withdrawn"),
}
ANSWERS: Mapping[str, Sentence] = {
    "yes": _l("I can do this"),
    "partly": _l("I can do a part of this"),
    "no": _l("I cannot do this"),
}
IDENTITIES: Mapping[str, Sentence] = {
    "document": _l("By a document, in the same room"),
    "document_online": _l("By a document, in a video call"),
    "known": _l("The institution knows this person"),
    "none": _l("Not checked"),
}
KINDS: Mapping[str, Sentence] = {
    "text": _l("Text"),
    "link": _l("Link"),
    "file": _l("File"),
    "badge": _l("Badge"),
}
#: Of a file whose bytes in the database are others than when it was put in.
CHANGED = _l(
    "This file is not given out: it is not as it was put into the portfolio, because its SHA-256 is another one. Tell "
    "whoever runs this site."
)
#: Why something was not done, by the code of a PriorLearningError.
WHY_NOT: Mapping[str, Sentence] = {
    "fees": _l(
        "A line of the price list cannot be read. Write each as: Assessment = 25.00, with no more digits after the "
        "point than the currency has."
    ),
    "currency": _l("Type the code of a currency that is in use, such as EUR or SEK."),
    "outcomes": _l(
        "This template has no learning outcomes, so nothing can be assessed. Add them to it first."
    ),
    "rubric": _l("Say of each learning outcome what a portfolio has to show."),
    "appeal_days": _l("The time for an appeal is from 1 to 180 days."),
    "closed": _l("Nobody can begin an application for this badge any more."),
    "running": _l("You have begun an application for this badge already. Go on with that one."),
    "has_badge": _l(
        "You have this badge already, or had it before, so there is nothing to apply for. See it under “My badges”."
    ),
    "got_badge": _l(
        "Nothing was decided: the candidate has got this badge in another way meanwhile. Refuse, and give that as the "
        "reason; the badge that they have stays."
    ),
    "badge_revoked": _l(
        "Nothing was decided: the candidate had this badge before, and it was revoked, so it is not awarded again. "
        "Refuse, and give that as the reason."
    ),
    "last_day_passed": _l(
        "Nothing was decided: the last day of this badge has passed. Refuse, and give that as the reason; the "
        "candidate can apply for what has taken its place."
    ),
    "nothing_awarded": _l(
        "Nothing was decided: this badge is retired, and its rule awards nothing any more. Refuse, and give that as "
        "the reason; the candidate can apply for what has taken its place."
    ),
    "too_many": _l(
        "Ten of your applications go on already. Finish one, or withdraw it, before you begin another."
    ),
    "erased_here": _l(
        "This institution deleted your data as you wished, and awards nothing to this account any more. To apply "
        "again, begin with another e-mail address."
    ),
    "no_name": _l("Type your name as it stands in your documents."),
    "reused_domain": _l(
        "Addresses of this domain are given to other people later. Sign in with a private address."
    ),
    "not_opened": _l("Somebody has proved this address already. Sign out, and sign in with a new code."),
    "wrong_step": _l("The application is in another step by now. Nothing was changed."),
    "answers": _l("Something is missing: choose an answer for each learning outcome."),
    "not_asked": _l("The candidate has not asked for help."),
    "other_counsellor": _l("Somebody else counsels this candidate."),
    "is_assessor": _l("Whoever assesses an application does not counsel in it."),
    "is_counsellor": _l("Whoever counsels in an application does not assess it."),
    "words": _l("Write something first."),
    "url": _l("A link begins with https:// and has no spaces."),
    "title": _l("Give it a title first."),
    "full": _l("More is not kept: 200 parts and 200 MB at most, in all of your applications together."),
    "too_large": _l("The file is too large: 20 MB at most."),
    "file_type": _l("Files of this kind are not taken: PDF, PNG, JPEG, WebP, plain text, DOCX and ODT are."),
    "empty": _l("Choose a file first; an empty one shows nothing."),
    "badge": _l("This badge does not verify now, so it cannot be put in."),
    "somebody_else": _l(
        "This badge names somebody else, or another address of yours. If it is yours, put it in as a file, and write "
        "how an assessor can see that."
    ),
    "nothing": _l("Put something into the portfolio first."),
    "no_place": _l("Nobody else is needed to assess this now."),
    "appointed": _l("This person assesses it already, or did so before the appeal. Choose somebody else."),
    "not_appointed": _l("You are not appointed to assess this."),
    "not_assessor": _l("This person is no assessor of the issuer any more."),
    "decided": _l("It is assessed already. Nothing was changed."),
    "identity": _l(
        "Nobody has confirmed who the candidate is, so nothing can be certified. Check it under “Identity”, then "
        "decide."
    ),
    "method": _l("Choose how you checked who the candidate is."),
    "own_application": _l(
        "This application is of somebody with the same e-mail address, so it is your own, or this person’s own. "
        "Somebody else has to do this."
    ),
    "not_met": _l("The assessors have not found every learning outcome, so nothing can be certified."),
    "reference": _l("Type the reference of the decision."),
    "level_reference": _l(
        "The badge claims a level. Type the reference of the decision that recognises it (MK 505)."
    ),
    "reasons": _l("Write a reason for the whole, and one for each learning outcome that is not recognised."),
    "same_person": _l("Whoever assessed, counselled or refused an application does not decide it."),
    "no_appeal": _l("There is no appeal against this, or the time for it is over."),
    "name_changed": _l("The candidate has stated another name meanwhile. Check it, and do this again."),
}


def why_not(error: PriorLearningError) -> str:
    """The sentence for a page."""
    return str(WHY_NOT[error.code])
