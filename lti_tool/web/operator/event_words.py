"""What an event says and who acted, in words. An act that has no words here is shown by its code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lti_tool.operators import accounts
from lti_tool.store.events import Act, operator
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

ACT_WORDS: Mapping[str, Sentence] = {
    "address_confirmed": _l("An e-mail address was confirmed as still that learner’s"),
    "address_proved": _l("A learner proved an e-mail address as theirs"),
    "address_removed": _l("A learner removed an e-mail address"),
    "answer_refused": _l("A teacher’s answer was not taken"),
    "answered": _l("A teacher answered a question"),
    "approval_asked": _l("An approval was asked for"),
    "approval_expired": _l("A request for approval expired"),
    "approval_refused": _l("An approver’s answer was not taken"),
    "approval_unreached": _l("No approver could be reached"),
    "approval_withdrawn": _l("A request for approval was withdrawn"),
    "asked": _l("A teacher was asked a question"),
    "awarded": _l("A badge was awarded"),
    "awarded_again": _l("A badge was awarded again"),
    "awarded_by_hand": _l("A badge was awarded by hand"),
    "backed_up": _l("A backup was made"),
    "badge_brought": _l("A badge was brought to a place that its learner chose"),
    "badge_claimed": _l("A learner opened their badge"),
    "badge_hidden": _l("A learner hid a badge"),
    "badge_kept": _l("A badge of another issuer was added to a learner’s list"),
    "badge_not_brought": _l("A badge could not be brought to a place that its learner chose"),
    "badge_published": _l("A learner made a badge public"),
    "badge_unhidden": _l("A learner showed a hidden badge again"),
    "badge_unpublished": _l("A learner made a badge private again"),
    "batch_undone": _l("Awards were undone together"),
    "bulk_act_asked": _l("Something was asked for many learners at once"),
    "confirmation_refused": _l("A confirmation was not taken"),
    "confirmed": _l("A learner’s completion was confirmed"),
    "corrected": _l("A badge was corrected"),
    "correction_asked": _l("A learner asked for a correction"),
    "correction_settled": _l("A request for a correction was settled"),
    "delivered": _l("A badge was delivered"),
    "delivery_failed": _l("A badge could not be delivered"),
    "delivery_repeated": _l("A badge is being sent again"),
    "deployment_listed": _l("A deployment of a platform was allowed"),
    "deployment_unlisted": _l("A deployment of a platform is no longer allowed"),
    "deployments_opened": _l("A platform may use any deployment"),
    "deployments_restricted": _l("A platform may use only listed deployments"),
    "details_withheld": _l("A learner objected to their name or address in badges"),
    "erased": _l("Somebody’s data was erased"),
    "exported": _l("Something was exported"),
    "extension_moved": _l("The address of the EU terms was moved"),
    "gradebook_off": _l("A badge no longer writes into the gradebook"),
    "gradebook_on": _l("A badge writes into the gradebook"),
    "feedback_invited": _l("A link to questions about a badge was made for somebody outside"),
    "hand_award_asked": _l("An award by hand waits for a second person"),
    "hand_award_declined": _l("An award by hand was declined"),
    "hand_award_withdrawn": _l("An award by hand was withdrawn"),
    "host_access_ended": _l("A learner disconnected another place"),
    "host_access_given": _l("A learner connected another place for their badges"),
    "host_access_lost": _l("Another place no longer takes badges from here"),
    "host_registered": _l("The tool registered itself at another place"),
    "identity_bound": _l("An operator’s account was joined with the institution’s sign-in"),
    "identity_checks_allowed": _l("A learner may be asked again whether a badge is theirs"),
    "identity_checks_refused": _l("A learner wants no questions about who they are"),
    "issued": _l("A badge was signed"),
    "wallet_offered": _l("A learner made links for a wallet"),
    "bound_ended": _l("A badge in a wallet was ended"),
    "issuer_added": _l("An issuer was added"),
    "issuer_changed": _l("The issuer’s profile was changed"),
    "issuer_confirmed": _l("The issuer’s legal identity was confirmed"),
    "issuer_moved": _l("The issuer’s address was moved"),
    "issuer_restored": _l("The issuer was restored from its recovery sheet"),
    "issuing_waits": _l("A badge waits to be signed"),
    "kept_badge_removed": _l("A badge of another issuer was removed from a learner’s list"),
    "kept_badge_replaced": _l("A badge of another issuer was replaced in a learner’s list"),
    "key_compromised": _l("A key was marked as compromised"),
    "key_made": _l("A key was made"),
    "key_retired": _l("A key was retired"),
    "launch_refused": _l("A launch from a platform was refused"),
    "launched": _l("Somebody opened Nozimite from a platform"),
    "learner_signed_in": _l("A learner signed in to My badges"),
    "learner_signed_out": _l("A learner signed out of My badges"),
    "link_gone": _l("The activity of a badge is gone from its course"),
    "list_imported": _l("A list of completions was uploaded"),
    "mailed": _l("A mail went out"),
    "mails_chosen": _l("A teacher chose which mails they get"),
    "name_confirmed": _l("A stated name was confirmed"),
    "name_declined": _l("A stated name was declined"),
    "name_stated": _l("A learner stated their name"),
    "no_longer_kept": _l("Data that is no longer needed was deleted"),
    "not_told": _l("A learner could not be told about their badge"),
    "operator_confirmed": _l("An operator showed again who they are"),
    "operator_disabled": _l("An operator was disabled"),
    "operator_enabled": _l("An operator was enabled again"),
    "operator_invited": _l("Somebody was invited as an operator"),
    "operator_joined": _l("An operator accepted an invitation"),
    "operator_signed_in": _l("An operator signed in"),
    "operator_signed_out": _l("An operator signed out"),
    "passkey_added": _l("An operator added a passkey"),
    "passkey_removed": _l("An operator removed a passkey"),
    "paused": _l("A badge was paused"),
    "people_searched": _l("An operator searched for people"),
    "permission_given": _l("Another issuer may use a platform’s courses"),
    "permission_withdrawn": _l("Another issuer may no longer use a platform’s courses"),
    "person_opened": _l("An operator opened the page of a person"),
    "placed": _l("A badge was placed in a course"),
    "platform_invitation_withdrawn": _l("An invitation of a platform was withdrawn"),
    "platform_invited": _l("A platform was invited"),
    "profile_written": _l("A program wrote a learner’s profile"),
    "program_ended": _l("A program’s access ended"),
    "program_let_in": _l("A learner gave a program access to their badges"),
    "program_registered": _l("A program registered itself"),
    "question_closed": _l("A question to a teacher was closed"),
    "recovery_sheet_made": _l("A recovery sheet was made"),
    "refused": _l("A page was refused"),
    "registered": _l("A platform was registered"),
    "registration_disabled": _l("A platform was disabled"),
    "registration_enabled": _l("A platform was enabled again"),
    "registration_refused": _l("A registration of a platform was refused"),
    "registration_removed": _l("A platform was removed"),
    "registration_updated": _l("A platform’s registration was changed"),
    "reinstated": _l("A suspended badge is valid again"),
    "reissue_begun": _l("Badges of a key are being signed anew"),
    "reminders_accepted": _l("Reminders are wanted again"),
    "reminders_refused": _l("Reminders are not wanted"),
    "restored": _l("A backup was restored"),
    "restriction_confirmed": _l("A teacher confirmed that the activity is restricted"),
    "result_change_left": _l("A changed result was left as it is on the badge"),
    "resumed": _l("A paused badge goes on"),
    "revoked": _l("A badge was revoked"),
    "role_given": _l("An operator was given a role"),
    "role_taken": _l("An operator lost a role"),
    "rule_change_declined": _l("A proposed change of a rule was declined"),
    "rule_change_proposed": _l("A change of a rule was proposed"),
    "rule_change_refused": _l("A change of a rule was refused"),
    "rule_change_withdrawn": _l("A proposed change of a rule was withdrawn"),
    "rule_changed": _l("A rule was changed"),
    "rule_continued": _l("A stopped badge awards again"),
    "rule_removed": _l("A badge was taken out of a course"),
    "rule_restored": _l("A badge was put back into a course"),
    "rule_stopped": _l("A badge was stopped in a course"),
    "secrets_encrypted_anew": _l("The stored secrets were encrypted with another key"),
    "self_test_asked": _l("A self-test of a platform was asked for"),
    "self_tested": _l("A platform was tested"),
    "session_revoked": _l("A session was ended"),
    "share_link_ended": _l("A learner ended a share link"),
    "share_link_made": _l("A learner made a share link"),
    "signed_in": _l("Somebody opened the editor of templates"),
    "source_removed": _l("A way of learning who has completed was removed"),
    "source_set_up": _l("A way of learning who has completed was set up"),
    "suspended": _l("A badge was suspended"),
    "taken_back": _l("A badge was taken back from where it was delivered"),
    "template_approved": _l("A template was approved"),
    "template_begun": _l("A template was begun"),
    "template_copied": _l("A template was copied"),
    "template_declined": _l("A template was declined"),
    "template_deleted": _l("A draft of a template was deleted"),
    "template_edited": _l("A template was edited"),
    "template_published": _l("A template was published"),
    "template_retired": _l("A template was retired"),
    "told": _l("A learner was told about their badge"),
    "work_dropped": _l("Work that could not be done was dropped"),
    "work_retried": _l("Work that had failed is tried again"),
}

#: How whoever acted is called, where their kind says it all; the others have a number or an account too.
_WHO: Mapping[str, Sentence] = {
    "tool": _l("Nozimite itself"),
    "unknown": _l("a visitor whom nobody has named"),
}


def act_words(what: str) -> str:
    """The act in words; its code where it has none."""
    return str(ACT_WORDS.get(what, what))


def acts_to_choose(chosen: str) -> Sequence[tuple[str, str]]:
    """Every act by its code and its words, in the order of the words; `chosen` too, also where it has none."""
    codes = ACT_WORDS.keys() | ({chosen} if chosen else set())
    return sorted(((code, act_words(code)) for code in codes), key=lambda each: each[1].casefold())


def actor_words(act: Act) -> str:
    """Who did it, as a page may call them: by a number or an account, never by their name."""
    kind, _colon, number = act.actor.partition(":")
    if kind in _WHO:
        return str(_WHO[kind])
    match kind:
        case "person":
            return _("person %(number)s", number=number)
        case "operator":
            by = operator(number)
            if accounts.is_account(by):
                return _("operator %(number)s", number=accounts.number_of(by))
            return _("%(account)s at the command line", account=number)
        case "approver":
            return _("whoever answered approval %(number)s", number=number)
    return act.actor
