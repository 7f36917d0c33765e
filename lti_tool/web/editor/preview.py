"""How a draft would look: its picture, what an employer reads on its page, and what a wallet shows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace

from badges.artwork import template_picture
from badges.eu.parts import achievement_of
from badges.marks import mark_as_svg, reduced
from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.publishing.achievements import announced_credential
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.issuer_logos import logo_for
from lti_tool.values import Json
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.public.badge_pages import readings_of
from lti_tool.web.public.certificate import Certificate, certificate_of
from lti_tool.web.translation import gettext as _

#: The preview is smaller than the picture of a badge, and drawn in a fifth of the time.
PREVIEW_SIDE = 300


def picture_of(row: TemplateVersion, template: Template) -> str:
    """The address, as a data URL, of the picture that the badge would have if it were published now."""
    png = row.picture or template_picture(
        template, page_issuer().profile.name, template.in_language, PREVIEW_SIDE, logo_for(row, template)
    )
    return "data:image/png;base64," + b64encode(png).decode()


def mark_address(row: TemplateVersion) -> str:
    """The address of the mark: of a published version where it is served for all, of a draft as a data URL."""
    if row.status != "draft":
        return f"/achievements/{row.template_id}/{row.version}/mark.png"
    if row.own_picture:
        return "data:image/png;base64," + b64encode(reduced(row.picture)).decode()
    return "data:image/svg+xml;base64," + b64encode(mark_as_svg(stored_template(row.body))).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployersView:
    """What stands first on the page of a badge, for the macro `certificate`; the holder is not known yet."""

    name: Texts
    description: Texts
    issuer_name: str
    certificate: Certificate
    mandatory: int
    is_proven: bool = True
    is_own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletsView:
    """What the Learner Credential Wallet 2.2 shows of a badge, in the language in which it is signed.

    `criteria` is Markdown, `alignments` are names of what the badge is aligned with. It shows no other member.
    """

    language: str
    name: str
    issuer_name: str
    description: str
    criteria: str
    alignments: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The addresses of the picture and of its small form, and what a badge says to whoever reads it."""

    template: Template
    picture: str
    mark: str
    employers: EmployersView
    wallets: WalletsView


def preview(row: TemplateVersion, template: Template, stated_count: int) -> Preview:
    """All of it as it would be if the template were published now; `stated_count` of the EU elements are stated."""
    credential = announced_credential(page_issuer(), row, template.in_language)
    return Preview(
        template=template,
        picture=picture_of(row, template),
        mark=mark_address(row),
        employers=_employers_view(row, template, credential, stated_count),
        wallets=_wallets_view(template, credential),
    )


def _employers_view(
    row: TemplateVersion, template: Template, credential: Json, stated_count: int
) -> EmployersView:
    # Where the template does not state a level, the page would say that none applies.
    readings = [each for each in readings_of(row) if template.level or each.element.code != "level"]
    certificate = certificate_of(credential, readings)
    return EmployersView(
        name=template.name,
        description=template.description,
        issuer_name=page_issuer().profile.name_in(page_language()),
        certificate=replace(certificate, holder={page_language(): _("Name of the learner")}),
        mandatory=stated_count,
    )


def _wallets_view(template: Template, credential: Json) -> WalletsView:
    achievement = achievement_of(credential)
    return WalletsView(
        language=template.in_language,
        name=achievement["name"],
        issuer_name=page_issuer().profile.name_in(template.in_language),
        description=achievement["description"],
        criteria=achievement["criteria"].get("narrative", ""),
        alignments=[each["targetName"] for each in achievement.get("alignment", ())],
    )
