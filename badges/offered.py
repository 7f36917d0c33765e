"""OfferedTemplate: a template as an issuer offers it to whoever thinks of enrolling, for the catalogues of others."""

from __future__ import annotations

from dataclasses import dataclass

from badges.issuer import IssuerProfile
from badges.template.declarations import Declarations
from badges.template.model import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTemplate:
    """A template as somebody offers it: its own address, and that of the page on which it is offered."""

    template: Template
    template_url: str
    page_url: str
    issuer: IssuerProfile

    @property
    def declared(self) -> Declarations:
        """What the template says for quality frameworks, and its issuer where it is silent."""
        return self.template.quality.with_those_of(self.issuer.quality)

    @property
    def teaching_languages(self) -> tuple[str, ...]:
        """The codes of the languages in which it is taught; without a word of it that of the template."""
        return self.declared.teaching_languages or (self.template.in_language,)
