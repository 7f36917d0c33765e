"""ELEMENTS: the 11 mandatory and 5 optional elements of an EU micro-credential.

Source: Council Recommendation of 16 June 2022 on a European approach to micro-credentials (2022/C 243/02), Annex I.
"""

from __future__ import annotations

from dataclasses import dataclass

from badges.template.fields import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of Annex I: its number, our stable code, its term and its meaning, in English and Latvian.

    `least` and `most` bound the number of values (None: no bound); `vocabularies` name the lists they are from. Where
    an element is found: `native` are paths to terms of Open Badges 3.0, `extension` paths to terms of our extension,
    `elm` names of properties of the European Learning Model.
    """

    number: int
    code: str
    label: Texts
    definition: Texts
    vocabularies: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    native: tuple[str, ...] = ()
    elm: tuple[str, ...] = ()
    extension: tuple[str, ...] = ()

    @property
    def mandatory(self) -> bool:
        return self.number <= 11


_SUBJECT = "credentialSubject"
_ACHIEVEMENT = "credentialSubject.achievement"

ELEMENTS: tuple[Element, ...] = (
    Element(
        number=1,
        code="learner",
        label={"en": "Identification of the learner", "lv": "Izglītojamā identifikācija"},
        definition={
            "en": "Who earned it: enough to link the badge to one person.",
            "lv": "Kam tas piešķirts: tik daudz, lai nozīmīti varētu saistīt ar vienu personu.",
        },
        least=1,
        native=(f"{_SUBJECT}.identifier",),
        elm=("hasClaim", "contactPoint"),
    ),
    Element(
        number=2,
        code="title",
        label={"en": "Title of the micro-credential", "lv": "Mikroapliecinājuma nosaukums"},
        definition={
            "en": "What the micro-credential is officially called.",
            "lv": "Mikroapliecinājuma oficiālais nosaukums.",
        },
        least=1,
        most=1,
        native=("name", f"{_ACHIEVEMENT}.name"),
        elm=("title",),
        extension=(f"{_ACHIEVEMENT}.title",),
    ),
    Element(
        number=3,
        code="country",
        label={"en": "Country or region of the issuer", "lv": "Izdevējvalsts vai reģions"},
        definition={
            "en": "The countries or regions in which the issuer is established.",
            "lv": "Valstis vai reģioni, kuros izdevējs ir reģistrēts.",
        },
        vocabularies=("countries",),
        least=1,
        native=("issuer.address.addressCountryCode", "issuer.address.addressRegion"),
        elm=("location", "address", "countryCode", "spatialCode"),
        extension=("issuer.location",),
    ),
    Element(
        number=4,
        code="awarding_body",
        label={"en": "Awarding body", "lv": "Piešķīrējiestāde"},
        definition={
            "en": "The organisations that award it, by their legal names and numbers.",
            "lv": "Organizācijas, kas to piešķir, ar juridisko nosaukumu un numuriem.",
        },
        least=1,
        native=("issuer.name", "issuer.otherIdentifier"),
        elm=("awardedBy", "awardingBody", "eIDASIdentifier", "registration", "vatIdentifier"),
        extension=(
            "issuer.legalName",
            "issuer.registration",
            "issuer.vatIdentifier",
            "issuer.eIDASIdentifier",
            f"{_SUBJECT}.awardedBy.awardingBody",
        ),
    ),
    Element(
        number=5,
        code="date_of_issuing",
        label={"en": "Date of issuing", "lv": "Izdošanas datums"},
        definition={
            "en": "The day on which it was awarded; it stays the same when the badge is issued again.",
            "lv": "Diena, kurā tas piešķirts; tā nemainās, ja nozīmīti izdod no jauna.",
        },
        least=1,
        most=1,
        native=("awardedDate",),
        elm=("awardingDate",),
        extension=(f"{_SUBJECT}.awardedBy.awardingDate", f"{_SUBJECT}.awardedBy.location"),
    ),
    Element(
        number=6,
        code="learning_outcomes",
        label={"en": "Learning outcomes", "lv": "Sasniegtie mācīšanās rezultāti"},
        definition={
            "en": "What the learner knows, understands and can do.",
            "lv": "Ko izglītojamais zina, saprot un prot.",
        },
        vocabularies=("esco",),
        least=1,
        native=(f"{_ACHIEVEMENT}.alignment",),
        elm=("learningOutcome", "relatedESCOSkill"),
        extension=(f"{_ACHIEVEMENT}.learningOutcome",),
    ),
    Element(
        number=7,
        code="notional_workload",
        label={"en": "Notional workload", "lv": "Darba slodze"},
        definition={
            "en": "The hours a learner usually needs, and ECTS credits wherever possible: 25 to 30 hours a credit.",
            "lv": "Cik stundu parasti vajag un, ja iespējams, ECTS kredītpunkti: 25 līdz 30 stundas kredītpunktā.",
        },
        vocabularies=("credit_systems",),
        least=1,
        native=(f"{_ACHIEVEMENT}.creditsAvailable", f"{_SUBJECT}.creditsEarned"),
        elm=("volumeOfLearning", "creditPoint", "creditReceived"),
        extension=(
            f"{_ACHIEVEMENT}.volumeOfLearning",
            f"{_ACHIEVEMENT}.creditPoint",
            f"{_SUBJECT}.creditReceived",
        ),
    ),
    Element(
        number=8,
        code="level",
        label={"en": "Level", "lv": "Līmenis"},
        definition={
            "en": "The level, and cycle, of the learning in the qualifications frameworks; or that none applies.",
            "lv": "Mācīšanās līmenis un cikls kvalifikāciju ietvarstruktūrās vai norāde, ka līmenis nav attiecināms.",
        },
        vocabularies=("eqf", "lki", "national_levels", "cycles"),
        least=1,
        native=(f"{_ACHIEVEMENT}.alignment",),
        elm=("eqfLevel", "nqfLevel", "educationLevel"),
        extension=(
            f"{_ACHIEVEMENT}.eqfLevel",
            f"{_ACHIEVEMENT}.nqfLevel",
            f"{_ACHIEVEMENT}.educationLevel",
            f"{_ACHIEVEMENT}.levelApplicable",
            f"{_ACHIEVEMENT}.levelDecision",
        ),
    ),
    Element(
        number=9,
        code="type_of_assessment",
        label={"en": "Type of assessment", "lv": "Novērtējuma veids"},
        definition={
            "en": "How the learning outcomes were assessed, assessment by assessment.",
            "lv": "Kā novērtēti mācīšanās rezultāti – katrs pārbaudījums atsevišķi.",
        },
        vocabularies=("assessment_types", "modes_of_participation"),
        least=1,
        native=(f"{_ACHIEVEMENT}.criteria", f"{_ACHIEVEMENT}.resultDescription"),
        elm=("provenBy", "dcType", "mode"),
        extension=(
            f"{_ACHIEVEMENT}.provenBy",
            f"{_ACHIEVEMENT}.recognitionOfPriorLearning",
            f"{_SUBJECT}.recognitionOfPriorLearning",
        ),
    ),
    Element(
        number=10,
        code="form_of_participation",
        label={"en": "Form of participation", "lv": "Izglītojamā līdzdalības veids"},
        definition={
            "en": "How the learner took part: online, on site, blended, at work.",
            "lv": "Kā izglītojamais piedalījās: tiešsaistē, klātienē, jaukti, darba vidē.",
        },
        vocabularies=("modes_of_participation",),
        least=1,
        elm=("mode",),
        extension=(f"{_ACHIEVEMENT}.mode", f"{_ACHIEVEMENT}.learningSetting"),
    ),
    Element(
        number=11,
        code="type_of_quality_assurance",
        label={"en": "Type of quality assurance", "lv": "Kvalitātes nodrošināšanas veids"},
        definition={
            "en": "What assures its quality: internal or external, by which agency, and until when.",
            "lv": "Kas nodrošina tā kvalitāti: iekšēji vai ārēji, kura aģentūra un līdz kuram datumam.",
        },
        vocabularies=("quality_assurance", "accreditation_types", "registers"),
        least=1,
        native=(f"{_ACHIEVEMENT}.alignment",),
        elm=("accreditation", "accreditingAgent", "report", "expiryDate"),
        extension=(f"{_ACHIEVEMENT}.accreditation",),
    ),
    Element(
        number=12,
        code="prerequisites",
        label={"en": "Prerequisites needed to enrol", "lv": "Iestāšanās nosacījumi"},
        definition={
            "en": "What a learner needs in order to take part.",
            "lv": "Kas izglītojamajam vajadzīgs, lai varētu piedalīties.",
        },
        most=1,
        elm=("entryRequirement",),
        extension=(f"{_ACHIEVEMENT}.entryRequirement",),
    ),
    Element(
        number=13,
        code="supervision",
        label={
            "en": "Supervision and identity verification during assessment",
            "lv": "Uzraudzība un identitātes pārbaude novērtēšanas laikā",
        },
        definition={
            "en": "Whether somebody watched each assessment, and whether the learner's identity was checked.",
            "lv": "Vai katru pārbaudījumu kāds uzraudzīja un vai tika pārbaudīta izglītojamā identitāte.",
        },
        vocabularies=("supervision",),
        elm=("idVerification",),
        extension=(f"{_SUBJECT}.provenBy",),
    ),
    Element(
        number=14,
        code="grade",
        label={"en": "Grade achieved", "lv": "Sasniegtais vērtējums"},
        definition={
            "en": "The result that the learner achieved, and the scale it is measured on.",
            "lv": "Izglītojamā sasniegtais rezultāts un skala, kurā tas mērīts.",
        },
        native=(f"{_SUBJECT}.result", f"{_ACHIEVEMENT}.resultDescription"),
        elm=("grade",),
        extension=(f"{_SUBJECT}.provenBy",),
    ),
    Element(
        number=15,
        code="stackability",
        label={"en": "Integration and stackability options", "lv": "Savienojamības iespējas"},
        definition={
            "en": "Whether it stands alone or counts towards a larger credential, and which.",
            "lv": "Vai tas ir patstāvīgs vai ieskaitāms lielākā apliecinājumā un kurā.",
        },
        vocabularies=("stackability",),
        native=(f"{_ACHIEVEMENT}.alignment",),
        elm=("isPartialQualification", "isPartOf", "hasPart"),
        extension=(
            f"{_ACHIEVEMENT}.stackability",
            f"{_ACHIEVEMENT}.isPartialQualification",
            f"{_ACHIEVEMENT}.isPartOf",
            f"{_SUBJECT}.hasPart",
        ),
    ),
    Element(
        number=16,
        code="further_information",
        label={"en": "Further information", "lv": "Papildu informācija"},
        definition={
            "en": "Anything else that a reader should know.",
            "lv": "Viss pārējais, kas lasītājam būtu jāzina.",
        },
        native=(f"{_ACHIEVEMENT}.description", f"{_ACHIEVEMENT}.criteria.id"),
        elm=("additionalNote",),
        extension=(f"{_ACHIEVEMENT}.additionalNote",),
    ),
)
