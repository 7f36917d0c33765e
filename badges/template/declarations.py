"""Declarations: what an issuer or a template states for quality frameworks beyond the EU elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from badges.reader import TEXT_LENGTH, Reader, at
from badges.template.fields import SIGNED, Texts, declare, fields_of
from badges.template.kinds import (
    Code,
    Codes,
    Kind,
    LineByLanguage,
    Text,
    TextByLanguage,
    WebAddress,
    WholeNumber,
    YesNo,
)
from badges.template.price import Price, WrittenPrice, price_in_words, price_of
from signing.json_text import Json

_DECLARATION = re.compile(r"[a-z0-9_]{1,64}\.[a-z0-9-]{1,64}")

#: The rule of Annex II that is met by a text about recognition, which is signed.
RECOGNITION = "eu_annex_2.6-recognition"


class DeclarationTexts(Kind):
    """Texts by `<framework>.<rule>`. The rule need not exist: templates may come from a tool with other frameworks."""

    def empty(self) -> dict[str, Texts]:
        return {}

    def read(self, reader: Reader, value: Any, pointer: str) -> dict[str, Texts]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            reader.problem(pointer, "not_an_object")
            return {}
        declared: dict[str, Texts] = {}
        for name, texts in value.items():
            if not isinstance(name, str) or not _DECLARATION.fullmatch(name):
                reader.problem(at(pointer, name), "unknown_field")
            elif text := reader.texts(texts, at(pointer, name), TEXT_LENGTH):
                declared[name] = text
        return declared

    def schema(self) -> Json:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^({_DECLARATION.pattern})$"},
            "additionalProperties": TextByLanguage().schema(),
        }

    def words(self) -> str:
        return "texts by `<framework>.<rule>`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """The table `quality` in the file of a template or an issuer; the template's values precede its issuer's.

    Every field is optional. `declarations` are free texts by `<framework>.<rule>`, for the rules that have no field
    of their own here. Fields of codes are of the vocabularies `provider_kinds`, `unit_kinds` and `orientations`.
    """

    provider: str | None = declare(
        Code("provider_kinds"),
        topic="quality",
        label={"en": "Type of institution", "lv": "Iestādes veids"},
    )
    accredited: bool | None = declare(
        YesNo(),
        topic="quality",
        label={"en": "The institution is accredited", "lv": "Iestāde ir akreditēta"},
    )
    unit_kind: str | None = declare(
        Code("unit_kinds"),
        section="learning",
        rare=True,
        shown=SIGNED,
        label={"en": "Type of unit in Latvian education", "lv": "Vienības veids Latvijas izglītībā"},
        hint={
            "en": "The type of unit in the regulations of the Cabinet of Ministers of Latvia.",
            "lv": "Vienības veids atbilstoši Ministru kabineta noteikumiem.",
        },
    )
    programme_code: str | None = declare(
        Text(),
        shown=SIGNED,
        label={"en": "Programme code", "lv": "Programmas kods"},
        hint={
            "en": "Of a Latvian programme as in Cabinet Regulation No. 322, such as 33 484 01 1.",
            "lv": "Latvijas programmai atbilstoši MK noteikumiem Nr. 322, piemēram, 33 484 01 1.",
        },
    )
    licence: str | None = declare(
        Text(),
        shown=SIGNED,
        label={"en": "Programme licence", "lv": "Programmas atļauja vai licence"},
    )
    decision_reference: str | None = declare(
        Text(),
        section="learning",
        element="level",
        rare=True,
        shown=SIGNED,
        label={"en": "Decision that recognised the level", "lv": "Lēmums par līmeņa atzīšanu"},
        hint={
            "en": (
                "In Latvia, non-formal learning has a level only if a decision recognises it (Cabinet "
                "Regulation No. 505). Enter the number and date of the decision."
            ),
            "lv": (
                "Latvijā neformālajai izglītībai līmenis ir tikai tad, ja tas atzīts ar lēmumu (MK "
                "noteikumi Nr. 505). Norādiet lēmuma numuru un datumu."
            ),
        },
    )
    transcript: bool | None = declare(
        YesNo(),
        label={"en": "Learners get a transcript", "lv": "Izglītojamie saņem sekmju izrakstu"},
    )
    orientation: str | None = declare(
        Code("orientations"),
        label={"en": "Orientation", "lv": "Ievirze"},
    )
    teaching_languages: tuple[str, ...] = declare(
        Codes("languages"),
        section="learning",
        rare=True,
        label={"en": "Languages of teaching", "lv": "Mācību valodas"},
        hint={
            "en": "Only if they are others than the language of these texts. The public catalogue is filtered by them.",
            "lv": "Tikai tad, ja tās nav šo tekstu valoda. Pēc tām var atlasīt kursus publiskajā katalogā.",
        },
    )
    target_group: Texts = declare(
        TextByLanguage(),
        shown=("elm", "achievement_page"),
        label={"en": "Target group", "lv": "Mērķgrupa"},
    )
    purpose: Texts = declare(
        TextByLanguage(),
        shown=("elm", "achievement_page"),
        label={"en": "Purpose", "lv": "Mērķis"},
    )
    need: Texts = declare(
        TextByLanguage(),
        label={"en": "The need it meets", "lv": "Vajadzība, kurai tas atbilst"},
    )
    need_evidence_url: str | None = declare(
        WebAddress(),
        label={
            "en": "Web address with evidence of the need",
            "lv": "Tīmekļa adrese ar vajadzības pamatojumu",
        },
    )
    overlap_checked: bool | None = declare(
        YesNo(),
        topic="quality",
        label={
            "en": "Checked that no similar course exists yet",
            "lv": "Pārbaudīts, ka līdzīga kursa vēl nav",
        },
    )
    prior_learning: bool | None = declare(
        YesNo(),
        label={"en": "Prior learning is recognised", "lv": "Iepriekš sasniegtus mācīšanās rezultātus atzīst"},
    )
    internal_quality_url: str | None = declare(
        WebAddress(),
        topic="quality",
        label={
            "en": "Page about the internal quality assurance",
            "lv": "Lapa par iekšējo kvalitātes nodrošināšanu",
        },
    )
    learner_feedback: bool | None = declare(
        YesNo(),
        topic="quality",
        label={"en": "Learners are asked for feedback", "lv": "Izglītojamajiem lūdz atsauksmes"},
    )
    review_months: int | None = declare(
        WholeNumber(minimum=1, maximum=1200),
        topic="quality",
        label={"en": "Months between reviews", "lv": "Mēneši starp pārskatīšanām"},
    )
    in_catalogue: bool | None = declare(
        YesNo(),
        topic="quality",
        label={"en": "Listed in a public catalogue", "lv": "Iekļauts publiskā katalogā"},
    )
    guidance_url: str | None = declare(
        WebAddress(),
        label={"en": "Page with guidance for learners", "lv": "Lapa ar padomiem izglītojamajiem"},
    )
    cost: Texts = declare(
        LineByLanguage(),
        label={"en": "Cost for the learner", "lv": "Maksa izglītojamajam"},
    )
    price: str | None = declare(
        WrittenPrice(),
        label={"en": "Price", "lv": "Cena"},
        hint={
            "en": "What a learner pays in all, as a number; 0 if it is free. Explain it in the words about the cost.",
            "lv": "Cik izglītojamais maksā kopā, skaitlī; 0, ja tas ir bez maksas. Paskaidrojiet to tekstā par maksu.",
        },
    )
    accessibility_url: str | None = declare(
        WebAddress(),
        label={"en": "Page about accessibility", "lv": "Lapa par piekļūstamību"},
    )
    leads_to: Texts = declare(
        TextByLanguage(),
        label={"en": "What it leads to", "lv": "Turpmākās iespējas"},
    )
    accessibility: Texts = declare(
        TextByLanguage(),
        label={"en": "Accessibility", "lv": "Piekļūstamība"},
    )
    enrolment_url: str | None = declare(
        WebAddress(),
        label={"en": "Page where learners enrol", "lv": "Lapa, kurā pieteikties"},
    )
    privacy_notice_url: str | None = declare(
        WebAddress(),
        topic="quality",
        label={"en": "Page about privacy", "lv": "Lapa par privātumu"},
    )
    retention_months: int | None = declare(
        WholeNumber(minimum=1, maximum=1200),
        topic="quality",
        label={"en": "Months for which records are kept", "lv": "Ierakstu glabāšanas laiks mēnešos"},
    )
    declarations: Mapping[str, Texts] = declare(DeclarationTexts(), topic="quality")

    @property
    def recognition(self) -> Texts:
        """How the micro-credential is recognised for studies or work, as Annex II asks its issuer to explain."""
        return self.declarations.get(RECOGNITION, {})

    @property
    def asked_price(self) -> Price | None:
        """The price; None where none is stated as an amount."""
        return price_of(self.price)

    @property
    def cost_in_words(self) -> Texts:
        """What is said of the cost; the price where there are no words."""
        price = self.asked_price
        return self.cost or (price_in_words(price) if price else {})

    def with_those_of(self, issuer: Declarations) -> Declarations:
        """These declarations, and those of the issuer where a field is empty here.

        Amount and words of a cost are of one of both: those of the other would contradict.
        """
        filled = {
            field.name: getattr(issuer if _is_empty(getattr(self, field.name)) else self, field.name)
            for field in fields_of(Declarations)
        }
        if self.price or self.cost:
            filled |= {"price": self.price, "cost": self.cost}
        return Declarations(**filled | {"declarations": {**issuer.declarations, **self.declarations}})


def _is_empty(value: Any) -> bool:
    return value is None or value in ((), {})
