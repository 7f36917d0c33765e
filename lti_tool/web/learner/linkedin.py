"""LinkedIn's form for a certificate, filled in for a badge that its learner has published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from badges.template.model import Template, text_in
from lti_tool.store.models import Award, CredentialRow
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import format_date
from lti_tool.web.translation import gettext as _

#: How a month is written, in the nominative.
_MONTH = {"en": "LLLL y", "lv": "y. 'gada' LLLL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """The `address` of the form, and its `values` by the names of their fields: LinkedIn may leave some empty."""

    address: str
    values: Sequence[tuple[str, str]]


def filled_form(award: Award, credential: CredentialRow, template: Template) -> FilledForm:
    """The form for a badge; its dates are the issuer's, and that of issue is the day of the award.

    It has the badge's own address: LinkedIn keeps what it is given, so a link that ends would lead nowhere.
    """
    issuer = page_issuer()
    name = text_in(template.name, page_language(), template.in_language)
    awarded_on = issuer.profile.day_of(award.earned_at)
    page = issuer.addresses.badge_page(credential.id)
    query: dict[str, str | int] = {"startTask": "CERTIFICATION_NAME", "name": name}
    if issuer.profile.linkedin_id:
        # Never both: LinkedIn then takes neither.
        query["organizationId"] = issuer.profile.linkedin_id
    else:
        query["organizationName"] = issuer.profile.name
    query |= {"issueYear": awarded_on.year, "issueMonth": awarded_on.month}
    values = [
        (_("Name of the certificate"), name),
        (_("Issuing organization"), issuer.profile.name),
        (_("Issue date"), _month(awarded_on)),
    ]
    if credential.valid_until is not None:
        last_day = issuer.profile.day_of(credential.valid_until)
        query |= {"expirationYear": last_day.year, "expirationMonth": last_day.month}
        values.append((_("Expiration date"), _month(last_day)))
    query |= {"certUrl": page, "certId": credential.id}
    values += [(_("Credential ID"), credential.id), (_("Credential URL"), page)]
    return FilledForm(
        address=f"https://www.linkedin.com/profile/add?{urlencode(query)}", values=tuple(values)
    )


def _month(day: date) -> str:
    return format_date(day, _MONTH[page_language()])
