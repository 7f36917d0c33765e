"""PARTS: the forms of an issuer's settings, with a control for what its file can say.

The names of fields are those of config/issuer.example.toml, and the same readers judge what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from badges.template.declarations import Declarations
from badges.template.fields import fields_of
from badges.template.values import AwardingBody, QualityAssurance
from lti_tool.issuing.feedback_policy import MOST_MONTHS, USUAL_MONTHS
from lti_tool.issuing.privacy_policy import MOST_YEARS
from lti_tool.mails.own_texts import LONGEST
from lti_tool.operators.permissions import Permission
from lti_tool.web.editor.fields import Field, form_field
from lti_tool.web.translation import Sentence, lazy_text
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A form of an issuer's settings; who may open it and who may save it. `lead` is the sentence below its title."""

    code: str
    title: Sentence
    lead: Sentence
    fields: tuple[Field, ...]
    sees: Permission = "manage_issuer"
    saves: Permission = "manage_issuer"


def _declared(owner: type, parent: str = "") -> tuple[Field, ...]:
    """The declared fields of a class. Those with a long list get a plain choice: the editor's search is a teacher's."""
    fields = [form_field(field, parent) for field in fields_of(owner)]
    lists = ("search", "radios")
    plain = [replace(each, control="select") if each.control in lists else each for each in fields]
    return tuple(replace(each, rare=False) for each in plain if each.control)


#: What an accreditation says.
ASSURANCE = _declared(QualityAssurance)
_LEFT_OUT_NO, _LEFT_OUT_YES = _l("Not stated means no."), _l("Not stated means yes.")

IDENTITY = (
    Field(name="name", control="line", label=_l("Name"), hint=_l("As people know it; wallets show it.")),
    Field(
        name="legal_name",
        control="texts_line",
        label=_l("Legal name"),
        hint=_l("As in the register, in each language that it has there."),
    ),
    Field(name="url", control="address", label=_l("Website")),
    Field(
        name="registration",
        control="line",
        label=_l("Registration number"),
        hint=_l("In the national register of legal persons."),
    ),
    Field(name="vat", control="line", label=_l("VAT number")),
    Field(
        name="eidas_identifier",
        control="line",
        label=_l("eIDAS identifier"),
        hint=_l("As in the electronic seal, such as NTRLV-40000000001."),
    ),
    Field(name="country", control="select", vocabulary="countries", label=_l("Country")),
    Field(name="region", control="line", label=_l("Region")),
    Field(name="locality", control="line", label=_l("Town")),
    Field(name="street", control="line", label=_l("Street and number")),
    Field(name="postal_code", control="line", label=_l("Postal code")),
    Field(
        name="also_in",
        control="rows",
        label=_l("Also established in"),
        parts=(
            Field(name="country", control="select", vocabulary="countries", label=_l("Country")),
            Field(name="region", control="line", label=_l("Region")),
        ),
        add=_l("Add a place"),
        rare=True,
    ),
    Field(
        name="identifiers",
        control="rows",
        label=_l("Other identifiers"),
        hint=_l("Types of your own begin with “ext:”."),
        parts=(
            Field(name="type", control="line", label=_l("Type")),
            Field(name="value", control="line", label=_l("Identifier")),
        ),
        add=_l("Add an identifier"),
        rare=True,
    ),
)

PROFILE = Part(
    code="profile",
    title=_l("Profile"),
    lead=_l(
        "Who the issuer is. Name, legal name, website, numbers and addresses are its legal identity: once one of them "
        "is changed, no badge is made until somebody has confirmed it here."
    ),
    fields=(
        *IDENTITY,
        Field(
            name="email",
            control="line",
            label=_l("E-mail"),
            hint=_l("For questions about badges; answers to mails go there too."),
        ),
        Field(
            name="linkedin_id",
            control="line",
            label=_l("Number of the page on LinkedIn"),
            hint=_l("What stands in its address when you administer it."),
        ),
        Field(
            name="timezone",
            control="line",
            label=_l("Time zone"),
            hint=_l("Such as Europe/Riga. Days begin and end there."),
        ),
    ),
    sees="see_issuer",
)
MAILS = Part(
    code="mails",
    title=_l("Mails"),
    lead=_l("What the mail says and brings by which a learner gets a badge."),
    fields=(
        Field(
            name="mail/attach_badge",
            control="yes_no",
            label=_l("The mail brings the picture itself"),
            hint=lazy_text(
                lambda: _(
                    "Not stated means yes. The picture holds the learner's name: choose no where several people read "
                    "one mailbox."
                )
            ),
        ),
        Field(
            name="mail/opening",
            control="texts_area",
            label=_l("Your own opening"),
            hint=lazy_text(
                lambda: _(
                    "One paragraph after the greeting, of at most %(most)s letters, without web or mail addresses. "
                    "{learner}, {badge} and {issuer} stand for names.",
                    most=LONGEST,
                )
            ),
        ),
        Field(
            name="mail/closing",
            control="texts_area",
            label=_l("Your own closing"),
            hint=_l("One paragraph at the end of the mail, by the same rules."),
        ),
    ),
    sees="see_issuer",
    saves="change_look",
)
AUTHORITY = Part(
    code="authority",
    title=_l("Authority"),
    lead=_l(
        "What a badge may claim in the name of the issuer, whoever writes it, who approves it, and what an overdue "
        "review stops."
    ),
    fields=(
        Field(
            name="authority/highest_level",
            control="number",
            label=_l("Highest level (EQF) of a badge"),
            hint=_l("1 to 8. Left empty, badges name no level."),
            bounds=(1, 8),
        ),
        Field(
            name="authority/needs_approval",
            control="yes_no",
            label=_l("A teacher's badge needs approval"),
            hint=_LEFT_OUT_YES,
        ),
        Field(
            name="authority/approvers",
            control="lines",
            label=_l("Approvers"),
            hint=_l("E-mail addresses, one a line. Each gets a link by mail; the first answer counts."),
        ),
        Field(
            name="reviews/overdue_stops",
            control="yes_no",
            label=_l("An overdue review stops the badge"),
            hint=_l(
                "Then it gets no new version, can be chosen for no further course, and nobody can begin with it in "
                "the catalogue or by prior learning, until a review is recorded. Learners who take part already get "
                "it as before. Not stated means no."
            ),
        ),
        Field(
            name="reviews/remind",
            control="lines",
            label=_l("Who is reminded of reviews"),
            hint=_l(
                "E-mail addresses, one a line. Each gets one mail before a review is due, and one when it is overdue. "
                "Left empty: your own address."
            ),
        ),
        Field(
            name="authority/quality_assurance",
            control="rows",
            label=_l("Further quality assurance that badges may name"),
            hint=_l(
                "Such as the accreditation of one programme. Your accreditations may be named in any case."
            ),
            parts=ASSURANCE,
            add=_l("Add a quality assurance"),
            rare=True,
        ),
        Field(
            name="authority/awarding_bodies",
            control="rows",
            label=_l("Bodies that may award together with you"),
            parts=_declared(AwardingBody),
            add=_l("Add a body"),
            rare=True,
        ),
    ),
)
RULES = Part(
    code="rules",
    title=_l("Awarding and privacy"),
    lead=_l("How badges are awarded in all courses, and what learners are told about their data."),
    fields=(
        Field(
            name="awarding/demands_own_opening",
            control="yes_no",
            label=_l("The badge of a restricted link needs the learner's own opening"),
            hint=_LEFT_OUT_NO,
        ),
        Field(
            name="awarding/assistants_may_confirm",
            control="yes_no",
            label=_l("Assistants may confirm learners, not only teachers"),
            hint=_LEFT_OUT_YES,
        ),
        Field(
            name="awarding/two_award_by_hand",
            control="yes_no",
            label=_l("A second person approves what somebody awards by hand"),
            hint=_LEFT_OUT_NO,
        ),
        Field(
            name="awarding/lists_may_name_others",
            control="yes_no",
            label=_l("Uploaded lists may name people who are not in the course now"),
            hint=_LEFT_OUT_NO,
        ),
        Field(
            name="awarding/reused_domains",
            control="lines",
            label=_l("Domains whose mail addresses are given to somebody else later"),
            hint=_l("One a line, such as students.riga-college.example."),
        ),
        Field(
            name="privacy/contact",
            control="line",
            label=_l("E-mail of the data-protection officer"),
        ),
        Field(
            name="privacy/notice_url",
            control="address",
            label=_l("Your own privacy notice"),
        ),
        Field(
            name="privacy/awards_years",
            control="number",
            label=_l("For how many years awards are kept"),
            hint=_l("Since the learner was last seen enrolled. Left empty: without an end."),
            bounds=(1, MOST_YEARS),
        ),
        Field(
            name="privacy/awards_kept_by_law",
            control="line",
            label=_l("The law that obliges you to keep them"),
            hint=_l(
                "Nobody is erased meanwhile who has an award, and this is the reason that they are told."
            ),
        ),
        Field(
            name="feedback/later_months",
            control="number",
            label=_l("After how many months learners are asked what became of a badge"),
            hint=lazy_text(
                lambda: _(
                    "By an e-mail, once, and on the page of the badge. 0 is never; left empty: %(months)s.",
                    months=USUAL_MONTHS,
                )
            ),
            bounds=(0, MOST_MONTHS),
        ),
    ),
)
DECLARATIONS = Part(
    code="declarations",
    title=_l("Declarations"),
    lead=_l(
        "What quality frameworks ask of the issuer, for all its badges. All optional; a badge can say otherwise."
    ),
    fields=_declared(Declarations, "quality/"),
)

#: In the order in which pages offer them; accreditations, look and keys have pages of their own kind.
PARTS = (PROFILE, AUTHORITY, RULES, DECLARATIONS, MAILS)
#: The accreditations as one field, for words about what has changed in them.
ACCREDITATIONS = Field(name="accreditations", control="rows", label=_l("Accreditations"), parts=ASSURANCE)
