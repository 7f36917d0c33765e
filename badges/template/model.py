"""Template: what a teacher writes about an achievement, in one or more languages, before anyone earns it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from badges.errors import TemplateError
from badges.reader import Reader
from badges.serialization import as_file_json
from badges.template.declarations import Declarations
from badges.template.fields import EVERYWHERE, FOR_PROGRAMS, SIGNED, Group, Items, Texts, declare, read_fields
from badges.template.kinds import (
    Code,
    Codes,
    Day,
    Kind,
    Language,
    LineByLanguage,
    Number,
    Text,
    TextByLanguage,
    WholeNumber,
)
from badges.template.outcome_levels import OutcomeLevel, check_levels, level_reached
from badges.template.results import PERCENT, criteria_with_result, on_scale, reaches, result_texts
from badges.template.validity import Validity, ValidityPeriod
from badges.template.values import (
    Assessment,
    AwardingBody,
    Change,
    LargerCredential,
    LearningOutcome,
    QualityAssurance,
    check_days,
)
from signing.json_text import Json

NOT_APPLICABLE: Literal["not-applicable"] = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of the European Qualifications Framework, 1 to 8."""

    framework: Literal["EQF"] = "EQF"
    value: int


class _EqfLevel(Kind):
    """A Level, or that none applies: a choice, never an empty field."""

    control = "level"

    def read(self, reader: Reader, value: Any, pointer: str) -> Level | Literal["not-applicable"] | None:
        if value is None or value == "":
            return None
        if value == NOT_APPLICABLE:
            return NOT_APPLICABLE
        if not isinstance(value, dict):
            reader.problem(pointer, "unknown_code")
            return None
        reader.refuse_unknown_fields(value, pointer, ("framework", "value"))
        if value.get("framework", "EQF") != "EQF":
            reader.problem(f"{pointer}/framework", "unknown_code")
        if value.get("value") in (None, ""):
            reader.problem(f"{pointer}/value", "required")
        number = reader.whole_number(value.get("value"), f"{pointer}/value", 1, 8)
        return Level(value=number) if number is not None else None

    def schema(self) -> Json:
        level = {
            "type": "object",
            "properties": {"framework": {"const": "EQF"}, "value": WholeNumber(1, 8).schema()},
            "required": ["value"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"const": NOT_APPLICABLE}, level]}

    def words(self) -> str:
        return '`{framework = "EQF", value = 1..8}`, or `"not-applicable"`: a choice, never an empty field'


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An achievement in the words of a teacher, fields in the order of the editor; codes are of `badges.vocabularies`.

    Only `name` is required: `badges.eu.elements.missing` lists what a draft still lacks. `in_language` is the language
    to fall back to. `awarding_bodies` award together with the issuer. `credits` are ECTS. `quality` is judged by
    `badges.quality`. `review_date`, `owner`, `funding_code` and `change_log` are for the institution only: no badge
    shows them.
    `shape`, `colours`, `sign`, `level_mark`, `credits_mark` and `logo_mark` are the design of its picture.
    `required_value` is the lowest result with which anybody gets the badge, on a scale from 0 to `scale`, or in per
    cent where there is none. `outcome_levels` are how well the outcomes can be met, by result, lowest first: all
    together, or each by the grade of the assessment that it names.
    """

    name: Texts = declare(
        LineByLanguage(required=True),
        section="badge",
        element="title",
        shown=EVERYWHERE,
        label={"en": "Title", "lv": "Nosaukums"},
        hint={
            "en": "The name of the micro-credential, as shown on the badge. Keep it short.",
            "lv": "Mikroapliecinājuma nosaukums, kāds tas redzams uz nozīmītes. Vēlams īss.",
        },
        must={
            "en": "Give the micro-credential a title.",
            "lv": "Norādiet mikroapliecinājuma nosaukumu.",
        },
    )
    description: Texts = declare(
        TextByLanguage(),
        section="badge",
        shown=EVERYWHERE,
        label={"en": "Description", "lv": "Apraksts"},
        hint={
            "en": "Two or three sentences for a reader who does not know your course, such as an employer.",
            "lv": "Divi vai trīs teikumi lasītājam, kas jūsu kursu nepazīst, piemēram, darba devējam.",
        },
    )
    in_language: str = declare(
        Language(),
        section="badge",
        shown=FOR_PROGRAMS,
        label={"en": "Main language", "lv": "Pamatvaloda"},
        hint={
            "en": "Learners whose own language is missing in the template get the badge in this one.",
            "lv": "Šajā valodā nozīmīti saņem izglītojamie, kuru valodas veidnē nav.",
        },
    )
    learning_outcomes: tuple[LearningOutcome, ...] = declare(
        Items(LearningOutcome, add={"en": "Add another outcome", "lv": "Pievienot vēl vienu rezultātu"}),
        section="learning",
        element="learning_outcomes",
        shown=EVERYWHERE,
        label={"en": "Learning outcomes", "lv": "Mācīšanās rezultāti"},
        hint={
            "en": (
                "What a learner knows, understands or can do afterwards. Begin each with a verb: “Assesses "
                "…”."
            ),
            "lv": (
                "Ko izglītojamais pēc tam zina, saprot vai prot. Katru sāciet ar darbības vārdu: „Novērtē …”."
            ),
        },
        must={
            "en": "State at least one learning outcome.",
            "lv": "Norādiet vismaz vienu mācīšanās rezultātu.",
        },
    )
    workload_hours: Decimal | None = declare(
        Number(maximum=10_000),
        section="learning",
        element="notional_workload",
        shown=EVERYWHERE,
        label={"en": "Workload in hours", "lv": "Darba slodze stundās"},
        hint={
            "en": "The total time a typical learner needs: lessons, reading, exercises and assessment.",
            "lv": (
                "Viss laiks, kas parasti vajadzīgs izglītojamajam: nodarbības, lasīšana, vingrinājumi un "
                "vērtēšana kopā."
            ),
        },
    )
    credits: Decimal | None = declare(
        Number(maximum=400),
        section="learning",
        element="notional_workload",
        shown=EVERYWHERE,
        label={"en": "ECTS credits", "lv": "ECTS kredītpunkti"},
        hint={
            "en": (
                "Mostly for higher education: one credit is 25 to 30 hours. Leave empty if you award no "
                "credits."
            ),
            "lv": (
                "Galvenokārt augstākajai izglītībai: viens kredītpunkts ir 25 līdz 30 stundas. Ja "
                "kredītpunktus nepiešķirat, atstājiet tukšu."
            ),
        },
    )
    level: Level | Literal["not-applicable"] | None = declare(
        _EqfLevel(),
        section="learning",
        element="level",
        shown=EVERYWHERE,
        label={"en": "Level", "lv": "Līmenis"},
        hint={
            "en": (
                "How demanding the learning is, from 1 to 8 on the European Qualifications Framework (EQF). "
                "If it has no set level, choose “No level applies”."
            ),
            "lv": (
                "Cik prasīgas ir mācības, no 1 līdz 8 Eiropas kvalifikāciju ietvarstruktūrā (EKI). Ja "
                "līmenis nav noteikts, izvēlieties „Līmenis nav attiecināms”."
            ),
        },
        must={
            "en": "State the EQF level, or that no level applies.",
            "lv": "Norādiet EKI līmeni vai to, ka līmenis nav attiecināms.",
        },
    )
    lki_level: int | None = declare(
        WholeNumber(minimum=1, maximum=8),
        section="learning",
        element="level",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Level in Latvia (LKI)", "lv": "Līmenis Latvijā (LKI)"},
        hint={
            "en": (
                "The level in the Latvian Qualifications Framework, 1 to 8. It has the same number as the "
                "EQF level."
            ),
            "lv": (
                "Līmenis Latvijas kvalifikāciju ietvarstruktūrā, no 1 līdz 8. Tam ir tas pats numurs, kas "
                "EKI līmenim."
            ),
        },
    )
    national_level: str | None = declare(
        Code("national_levels", "search"),
        section="learning",
        element="level",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Level in another country", "lv": "Līmenis citā valstī"},
        hint={
            "en": "The level in the national qualifications framework of another country, if it has one.",
            "lv": "Līmenis citas valsts nacionālajā kvalifikāciju ietvarstruktūrā, ja tāds ir.",
        },
    )
    learning_setting: str | None = declare(
        Code("learning_settings", "radios"),
        section="learning",
        rare=True,
        shown=SIGNED,
        label={"en": "Formal or non-formal learning", "lv": "Formālā vai neformālā izglītība"},
        hint={
            "en": (
                "Formal learning is part of a programme that the state recognises, such as a study programme."
            ),
            "lv": "Formālā izglītība notiek pēc valsts atzītas programmas, piemēram, studiju programmas.",
        },
    )
    cycle: str | None = declare(
        Code("cycles"),
        section="learning",
        element="level",
        rare=True,
        shown=SIGNED,
        label={"en": "Cycle of higher education", "lv": "Augstākās izglītības cikls"},
        hint={
            "en": "Only for higher education: the cycle in the European Higher Education Area.",
            "lv": (
                "Tikai augstākajai izglītībai: kuram Eiropas augstākās izglītības telpas ciklam tas atbilst."
            ),
        },
    )
    isced_f: str | None = declare(
        Code("isced_f", "search"),
        section="learning",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Field of study", "lv": "Izglītības joma"},
        hint={
            "en": "From ISCED-F, UNESCO's list of fields of study. Course catalogues sort by it.",
            "lv": "No ISCED-F, UNESCO izglītības jomu saraksta. Pēc tā kārto kursu katalogus.",
        },
    )
    prerequisites: Texts = declare(
        TextByLanguage(),
        section="learning",
        element="prerequisites",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Entry requirements", "lv": "Iestāšanās nosacījumi"},
        hint={
            "en": "Knowledge or preparation needed before the course. If none is needed, write “None”.",
            "lv": "Kādas zināšanas vai sagatavotība vajadzīga; ja nekādas, rakstiet „Nav”.",
        },
        should={"en": "Add the entry requirements.", "lv": "Norādiet iestāšanās nosacījumus."},
    )
    criteria: Texts = declare(
        TextByLanguage(),
        section="assessment",
        shown=EVERYWHERE,
        label={"en": "What learners have to do to get the badge", "lv": "Kas jāizdara, lai saņemtu nozīmīti"},
        hint={
            "en": "What exactly has to be done, such as “an online test of 20 questions”. Anyone can read it.",
            "lv": "Kas tieši jāizdara, piemēram, „tiešsaistes tests ar 20 jautājumiem”. To var izlasīt ikviens.",
        },
    )
    required_value: Decimal | None = declare(
        Number(maximum=1000),
        section="assessment",
        shown=EVERYWHERE,
        label={"en": "Minimum result", "lv": "Mazākais rezultāts"},
        hint={
            "en": (
                "The lowest result with which learners get the badge, in per cent. The sentence about it is added to "
                "what learners have to do. A course may ask for more, never for less. Leave empty if there is none."
            ),
            "lv": (
                "Mazākais rezultāts, ar kuru nozīmīti saņem, procentos. Teikumu par to pievieno tam, kas jāizdara. "
                "Kursā var prasīt vairāk, bet ne mazāk. Ja tāda nav, atstājiet tukšu."
            ),
        },
    )
    scale: Decimal | None = declare(
        Number(maximum=1000),
        section="assessment",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Highest possible result", "lv": "Lielākais iespējamais rezultāts"},
        hint={
            "en": "Only if results are points, such as 10 points: the minimum result is then points too.",
            "lv": "Tikai tad, ja rezultāti ir punkti, piemēram, 10 punkti: punktos tad ir arī mazākais rezultāts.",
        },
    )
    outcome_levels: tuple[OutcomeLevel, ...] = declare(
        Items(OutcomeLevel, add={"en": "Add another level", "lv": "Pievienot vēl vienu līmeni"}),
        section="assessment",
        rare=True,
        shown=SIGNED,
        label={"en": "Levels of the learning outcomes", "lv": "Mācīšanās rezultātu līmeņi"},
        hint={
            "en": (
                "Only if the badge should say how well the learning outcomes were met: the levels, lowest first, such "
                "as basic from 50, proficient from 70, advanced from 90. The result decides which one a learner gets: "
                "one for all outcomes together, or of each outcome that names an assessment the grade of that one."
            ),
            "lv": (
                "Tikai tad, ja nozīmītē jānorāda, cik labi mācīšanās rezultāti sasniegti: līmeņi, sākot ar zemāko, "
                "piemēram, pamata no 50, prasmīgs no 70, padziļināts no 90. Apguvēja līmeni nosaka rezultāts: vienu "
                "visiem mācīšanās rezultātiem kopā vai katram, kam norādīts novērtējums, šī novērtējuma rezultāts."
            ),
        },
    )
    assessments: tuple[Assessment, ...] = declare(
        Items(Assessment, add={"en": "Add another assessment", "lv": "Pievienot vēl vienu novērtējumu"}),
        section="assessment",
        element="type_of_assessment",
        shown=EVERYWHERE,
        label={"en": "Types of assessment", "lv": "Novērtējuma veidi"},
        hint={
            "en": "How the learning outcomes are assessed. Attendance alone is not an assessment.",
            "lv": "Kā novērtē mācīšanās rezultātus. Apmeklējums vien nav novērtējums.",
        },
    )
    forms_of_participation: tuple[str, ...] = declare(
        Codes("modes_of_participation"),
        section="assessment",
        element="form_of_participation",
        shown=EVERYWHERE,
        label={"en": "Form of participation", "lv": "Līdzdalības veids"},
        hint={
            "en": "How learners take part in the course: on site, online, both, or at work.",
            "lv": "Kā izglītojamie piedalās kursā: klātienē, tiešsaistē, jaukti vai darba vietā.",
        },
        must={"en": "State the form of participation.", "lv": "Norādiet līdzdalības veidu."},
    )
    types_of_quality_assurance: tuple[QualityAssurance, ...] = declare(
        Items(
            QualityAssurance,
            check=check_days,
            add={
                "en": "Add another type of quality assurance",
                "lv": "Pievienot vēl vienu kvalitātes nodrošināšanas veidu",
            },
        ),
        section="assessment",
        element="type_of_quality_assurance",
        shown=EVERYWHERE,
        label={"en": "Quality assurance", "lv": "Kvalitātes nodrošināšana"},
        hint={
            "en": "Who assures the quality of the course: your institution, an agency or the state.",
            "lv": "Kas nodrošina kursa kvalitāti: jūsu iestāde, aģentūra vai valsts.",
        },
        must={
            "en": "State the type of quality assurance.",
            "lv": "Norādiet kvalitātes nodrošināšanas veidu.",
        },
    )
    shape: str | None = declare(
        Code("shapes", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "Shape", "lv": "Forma"},
        hint={
            "en": "Around title and level. Where neither a shape nor a sign is chosen, the picture stays plain.",
            "lv": "Ap nosaukumu un līmeni. Ja nav izvēlēta ne forma, ne zīme, attēls paliek vienkāršs.",
        },
    )
    colours: str | None = declare(
        Code("colours", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "Colours", "lv": "Krāsas"},
        hint={
            "en": "Words can be read well in each of them.",
            "lv": "Katrās no tām vārdi ir labi salasāmi.",
        },
    )
    sign: str | None = declare(
        Code("signs", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "Sign", "lv": "Zīme"},
        hint={
            "en": "One simple sign. In lists, where the picture is small, it is all that is seen.",
            "lv": "Viena vienkārša zīme. Sarakstos, kur attēls ir mazs, redzama tikai tā.",
        },
    )
    level_mark: str | None = declare(
        Code("level_marks", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "Level in the picture", "lv": "Līmenis attēlā"},
        hint={
            "en": "Of eight diamonds as many are filled as the EQF level says; the border grows richer with it.",
            "lv": "No astoņiem rombiem aizpildīti tik, cik augsts ir EKI līmenis; augstākam ir krāšņāka apmale.",
        },
    )
    credits_mark: str | None = declare(
        Code("picture_marks", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "ECTS credits in the picture", "lv": "ECTS kredītpunkti attēlā"},
        hint={
            "en": "Beside the level, such as “3 ECTS”, where the badge has credits.",
            "lv": "Blakus līmenim, piemēram, „3 ECTS”, ja nozīmītei ir kredītpunkti.",
        },
    )
    logo_mark: str | None = declare(
        Code("picture_marks", "pictures"),
        section="more",
        kept_inside="It is seen in the picture.",
        label={"en": "Logo in the picture", "lv": "Logotips attēlā"},
        hint={
            "en": "The logo of the institution in place of its name, where its settings have one.",
            "lv": "Iestādes logotips tās nosaukuma vietā, ja tas ir iestatījumos.",
        },
    )
    validity: Validity | None = declare(
        ValidityPeriod(),
        section="more",
        shown=SIGNED,
        label={"en": "How long the badge is valid", "lv": "Nozīmītes derīgums"},
        hint={
            "en": (
                "A number of months from the day of the award, or one last day for all. Leave both empty if the badge "
                "does not expire."
            ),
            "lv": (
                "Mēnešu skaits no piešķiršanas dienas vai viena pēdējā diena visiem. Ja derīgums nav ierobežots, "
                "abus laukus atstājiet tukšus."
            ),
        },
    )
    further_information: Texts = declare(
        TextByLanguage(),
        section="more",
        element="further_information",
        shown=SIGNED,
        label={"en": "Further information", "lv": "Papildu informācija"},
        hint={
            "en": "Anything else that a reader of the badge should know.",
            "lv": "Viss pārējais, kas nozīmītes lasītājam jāzina.",
        },
        should={"en": "Add further information.", "lv": "Pievienojiet papildu informāciju."},
    )
    stackability: str | None = declare(
        Code("stackability", "radios"),
        section="more",
        element="stackability",
        shown=SIGNED,
        label={"en": "Stackability", "lv": "Savienojamība"},
        hint={
            "en": "Whether the micro-credential can count towards a larger one, such as a diploma.",
            "lv": "Vai mikroapliecinājumu var ieskaitīt lielākā apliecinājumā, piemēram, diplomā.",
        },
    )
    part_of: tuple[LargerCredential, ...] = declare(
        Items(LargerCredential, add={"en": "Add another", "lv": "Pievienot vēl vienu"}),
        section="more",
        rare=True,
        shown=EVERYWHERE,
        label={"en": "Counts towards", "lv": "Var ieskaitīt"},
        hint={
            "en": "The larger credentials that this one counts towards.",
            "lv": "Lielākie apliecinājumi, kuros šo var ieskaitīt.",
        },
    )
    awarding_bodies: tuple[AwardingBody, ...] = declare(
        Items(AwardingBody, add={"en": "Add another institution", "lv": "Pievienot vēl vienu iestādi"}),
        section="more",
        element="awarding_body",
        rare=True,
        shown=SIGNED,
        label={"en": "Awarded together with", "lv": "Piešķir kopā ar"},
        hint={
            "en": "Other institutions that award the micro-credential together with yours.",
            "lv": "Citas iestādes, kas mikroapliecinājumu piešķir kopā ar jūsu iestādi.",
        },
    )
    owner: str | None = declare(
        Text(),
        section="more",
        rare=True,
        kept_inside="It says who in the institution looks after the template.",
        label={"en": "Owner", "lv": "Atbildīgais par veidni"},
        hint={
            "en": "A department or a position in your institution. Not shown on the badge.",
            "lv": "Struktūrvienība vai amats jūsu iestādē. Nozīmītē tas nav redzams.",
        },
    )
    funding_code: str | None = declare(
        Text(),
        section="more",
        rare=True,
        kept_inside="It goes into the list of completions for a funder.",
        label={"en": "Funding code", "lv": "Finansējuma kods"},
        hint={
            "en": "How a funder calls this, such as for individual learning accounts. Not shown on the badge.",
            "lv": "Kā to sauc finansētājs, piemēram, individuālajos mācību kontos. Nozīmītē tas nav redzams.",
        },
    )
    review_date: date | None = declare(
        Day(),
        section="more",
        rare=True,
        kept_inside="It reminds the institution.",
        label={"en": "Review date", "lv": "Pārskatīšanas datums"},
        hint={
            "en": "When somebody should check that the template is still correct. Not shown on the badge.",
            "lv": "Kad jāpārbauda, vai veidne joprojām ir pareiza. Nozīmītē tas nav redzams.",
        },
    )
    change_log: tuple[Change, ...] = declare(
        Items(Change, add={"en": "Add another note", "lv": "Pievienot vēl vienu piezīmi"}),
        section="more",
        rare=True,
        kept_inside="The institution notes there what it changed.",
        label={"en": "Change log", "lv": "Izmaiņu žurnāls"},
        hint={
            "en": "Notes for your own institution. Not shown on the badge.",
            "lv": "Piezīmes jūsu iestādei. Nozīmītē tās nav redzamas.",
        },
    )
    quality: Declarations = declare(Group(Declarations))

    def valid_until(self, awarded_at: datetime, zone: tzinfo) -> datetime | None:
        """Until when a badge that was awarded then is valid, by days of `zone`; None without an end."""
        return self.validity.ends(awarded_at, zone) if self.validity else None

    def has_passed(self, today: date) -> bool:
        """Whether the last day that all badges of the template are valid is before `today`."""
        return (
            self.validity is not None
            and self.validity.last_day is not None
            and self.validity.last_day < today
        )

    def language_for(self, language: str) -> str:
        """`language` if the template has a name in it, else the best other one that has.

        Raises StopIteration for a template without a name; `read_template` makes none.
        """
        choices = (language, self.in_language, "en", *self.name)
        return next(code for code in choices if code in self.name)

    @property
    def stated_criteria(self) -> Texts:
        """The criteria as a badge states them: what the author wrote, and the sentence about the minimum result."""
        if self.required_value is None:
            return self.criteria
        return criteria_with_result(self.criteria, self.name, self.required_value, self.scale)

    @property
    def required_score(self) -> Decimal | None:
        """The minimum result as a score from 0 to 1, None where there is none."""
        return None if self.required_value is None else self.required_value / (self.scale or PERCENT)

    def is_reached(self, score: Decimal | None) -> bool:
        """Whether a result, 0 to 1, is enough for the badge. An award without a result was not decided by one."""
        if score is None or self.required_value is None:
            return True
        return reaches(score, self.required_value, self.scale)

    @property
    def has_levels_of_each(self) -> bool:
        """Whether each outcome has a level of its own, and not one grade decides that of all together."""
        named = any(outcome.assessed_by is not None for outcome in self.learning_outcomes)
        return named and bool(self.outcome_levels)

    def level_reached(self, score: Decimal | None) -> int | None:
        """The number, from 1, of the level of all its outcomes together that a result, 0 to 1, reaches, if any."""
        if score is None or self.has_levels_of_each:
            return None
        return self.level_of(score)

    def level_of(self, score: Decimal) -> int | None:
        """The number, from 1, of the level that a result, 0 to 1, of whatever reaches, if any."""
        return level_reached(self.outcome_levels, score, self.scale)

    def result_texts(self, score: Decimal) -> Texts:
        """A result, 0 to 1, in words on the scale of the template."""
        return result_texts(on_scale(score, self.scale), self.scale)

    def result_with_level(self, score: Decimal) -> Texts:
        """As `result_texts`, with the level of all outcomes together that it reaches."""
        texts, number = self.result_texts(score), self.level_reached(score)
        if number is None:
            return texts
        name = self.outcome_levels[number - 1].words
        return {language: f"{text}, {text_in(name, language)}" for language, text in texts.items()}


def text_in(texts: Texts, language: str, fallback: str = "en") -> str:
    """The text in `language`, else in `fallback`, else in English, else in any; "" when there is none."""
    for choice in (language, fallback, "en"):
        if choice in texts:
            return texts[choice]
    return next(iter(texts.values()), "")


def read_template(data: Json, today: date | None = None) -> Template:
    """The Template that `data` (of a form, a TOML file or stored JSON) describes.

    Raises TemplateError listing every problem with its JSON pointer, not only the first one. Days that must have
    come (`valid_from`, the days of `change_log`) are checked against `today`; without it, as for data that was checked
    when it was stored, they are not.
    """
    reader = Reader(today)
    if not isinstance(data, dict):
        raise TemplateError((("", "not_an_object"),))
    template = Template(**read_fields(Template, reader, data, ""))
    for name in ("lki_level", "national_level"):
        if template.level == NOT_APPLICABLE and getattr(template, name):
            reader.problem(f"/{name}", "level_not_applicable")
    if template.required_value is not None and template.required_value > (template.scale or PERCENT):
        reader.problem("/required_value", "above_the_scale")
    check_levels(reader, template.outcome_levels, template.scale)
    reader.raise_problems()
    return template


def stored_template(body: Json) -> Template:
    """As `read_template`, of a body that was checked when it was stored: the same few are read again and again."""
    return _stored_template(json.dumps(body))


@lru_cache(maxsize=500)
def _stored_template(body: str) -> Template:
    return read_template(json.loads(body))


def template_as_json(template: Template) -> Json:
    """The template as JSON from which `read_template` reads an equal one; empty fields are left out."""
    data: Json = as_file_json(template)
    return data
