"""What acts on several people are called, what they will do, what they did, and why not to some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lti_tool.bulk_acts.work import Progress
from lti_tool.web.translation import Sentence, ngettext
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

NAMES: Mapping[str, Sentence] = {
    "confirm": _l("Confirming learners"),
    "award": _l("Awarding by hand"),
    "approve": _l("Approving awards by hand"),
    "decline": _l("Declining awards by hand"),
    "resend": _l("Sending badges again"),
    "revoke": _l("Revoking badges"),
    "mistake": _l("Undoing awards"),
    "again": _l("Awarding revoked badges again"),
}
BUTTONS: Mapping[str, Sentence] = {
    "confirm": _l("Confirm and award"),
    "award": _l("Award the badge"),
    "approve": _l("Approve and award"),
    "decline": _l("Decline these awards"),
    "resend": _l("Send again"),
    "revoke": _l("Revoke permanently"),
    "mistake": _l("Revoke these badges"),
    "again": _l("Award again"),
}
REASON_HINTS: Mapping[str, Sentence] = {
    "award": _l("The learner and the teachers of this course see it."),
    "revoke": _l("It is shown on the badge's public page. Do not include anything private."),
    "again": _l("Why was it a mistake to revoke the badges? Teachers of this course see this."),
}
#: By the code of what came out.
WHY_NOT: Mapping[str, Sentence] = {
    "self": _l("You cannot do this for yourself. Ask another teacher of this course."),
    "already": _l("Somebody else has confirmed them before."),
    "left": _l("No longer in the course."),
    "not_open": _l("There is nothing to confirm at the moment."),
    "not_allowed": _l("You were not allowed to do this in the course when it was their turn."),
    "stands_still": _l(
        "The badge is paused, not permitted in the course, or waits for a change to be settled."
    ),
    "passed": _l("The last day of the badge has passed."),
    "no_learner": _l("No learner of the course now."),
    "held": _l("Has the badge already."),
    "had": _l("Had the badge, and it was revoked. It can be awarded again in the list."),
    "waits_already": _l("Waits for a second person already."),
    "not_issued": _l("There is no badge yet."),
    "revoked": _l("The badge is revoked already."),
    "no_address": _l("No e-mail address is known."),
    "being_sent": _l("The badge is being sent already."),
    "settled": _l("Somebody else has settled it."),
    "changed_since": _l("The badge was changed since levels were chosen for them. Award it by hand anew."),
    "not_revoked": _l("The badge is not revoked any more."),
    "not_permitted": _l("This course may no longer award the badge."),
}


def question(kind: str, number: int) -> str:
    """The heading of the page that asks whether to do it to so many."""
    ask: Mapping[str, Callable[[], str]] = {
        "confirm": lambda: ngettext("Confirm %(num)s learner?", "Confirm %(num)s learners?", number),
        "award": lambda: ngettext(
            "Award the badge to %(num)s learner by hand?",
            "Award the badge to %(num)s learners by hand?",
            number,
        ),
        "approve": lambda: ngettext(
            "Approve %(num)s award by hand?", "Approve %(num)s awards by hand?", number
        ),
        "decline": lambda: ngettext(
            "Decline %(num)s award by hand?", "Decline %(num)s awards by hand?", number
        ),
        "resend": lambda: ngettext("Send %(num)s badge again?", "Send %(num)s badges again?", number),
        "revoke": lambda: ngettext("Revoke %(num)s badge?", "Revoke %(num)s badges?", number),
        "mistake": lambda: ngettext("Undo %(num)s award?", "Undo %(num)s awards?", number),
        "again": lambda: ngettext(
            "Award %(num)s revoked badge again?", "Award %(num)s revoked badges again?", number
        ),
    }
    return ask[kind]()


def consequence(kind: str, badge: str) -> str:
    """What happens to each where it is done; `badge` is the name of the badge."""
    tell: Mapping[str, Callable[[], str]] = {
        "confirm": lambda: _(
            "Confirm only those who have earned the badge. Each gets “%(badge)s” as soon as nothing else is missing.",
            badge=badge,
        ),
        "award": lambda: _("Each learner gets “%(badge)s” whatever its rule asks for.", badge=badge),
        "approve": lambda: _(
            "Approve only those who have earned the badge. Each learner gets “%(badge)s”, for the reason that the "
            "list shows.",
            badge=badge,
        ),
        "decline": lambda: _(
            "None of these learners gets “%(badge)s” by this. What you asked for yourself is withdrawn.",
            badge=badge,
        ),
        "resend": lambda: _("Each learner gets an e-mail with “%(badge)s” once more.", badge=badge),
        "revoke": lambda: _(
            "“%(badge)s” will be shown as revoked on the public page of each, and in every check. These files stay "
            "revoked for good. Each learner is told by e-mail, with your reason. Nothing awards the badge to them "
            "again automatically; a teacher can.",
            badge=badge,
        ),
        "mistake": lambda: _(
            "“%(badge)s” will be revoked, and the page of each badge says that it was issued by mistake. Each learner "
            "is told by e-mail. What still waits for a second person is withdrawn. Nothing awards the badge to them "
            "again automatically; a teacher can.",
            badge=badge,
        ),
        "again": lambda: _(
            "Each learner gets a new file of “%(badge)s” with the date on which it was first awarded. The revoked "
            "files stay revoked.",
            badge=badge,
        ),
    }
    return tell[kind]()


def outcome_sentences(kind: str, progress: Progress) -> Sequence[str]:
    """What was done, and to how many not."""
    numbers = progress.outcomes
    told = [_done(kind, numbers.get("done", 0))]
    if "confirmed" in numbers:
        told.append(
            ngettext(
                "%(num)s learner is confirmed, and gets the badge as soon as nothing else is missing.",
                "%(num)s learners are confirmed, and get the badge as soon as nothing else is missing.",
                numbers["confirmed"],
            )
        )
    if "asked" in numbers:
        told.append(
            ngettext(
                "%(num)s award waits for a second person, on the page of the course.",
                "%(num)s awards wait for a second person, on the page of the course.",
                numbers["asked"],
            )
        )
    if len(told) > 1 and not numbers.get("done"):
        told = told[1:]
    if progress.left:
        told.append(ngettext("%(num)s was left as it is.", "%(num)s were left as they are.", progress.left))
    return told


def _done(kind: str, number: int) -> str:
    if kind == "decline":
        return ngettext("%(num)s award is declined.", "%(num)s awards are declined.", number)
    if kind in ("confirm", "award", "approve"):
        return ngettext("%(num)s badge is being prepared.", "%(num)s badges are being prepared.", number)
    if kind == "resend":
        return ngettext("%(num)s badge is being sent again.", "%(num)s badges are being sent again.", number)
    if kind == "revoke":
        return ngettext("%(num)s badge is revoked.", "%(num)s badges are revoked.", number)
    if kind == "again":
        return ngettext("%(num)s badge is awarded again.", "%(num)s badges are awarded again.", number)
    return ngettext("%(num)s award is undone.", "%(num)s awards are undone.", number)
