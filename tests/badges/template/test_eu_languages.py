"""A template can be written in any of the EU's 24 languages alone: nothing of it is lost on the way to a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from badges.artwork import picture, undrawn
from badges.eu import readers
from badges.issuer import IssuerProfile
from badges.native_words import criteria_in_markdown
from badges.pdf.certificate import certificate
from badges.pdf.content import IssuedBadge
from badges.sentences.verdict_words import EU_LANGUAGES
from badges.serialization import as_file_json
from badges.template.model import Template, read_template
from badges.template.values import LearningOutcome
from signing.json_text import Json

#: A sentence with the letters that each language has and English has not.
LETTERS = {
    "bg": "Ах, чудна българска земьо, полюшвай цъфтящи жита, щъркели и фъстъци.",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "da": "Quizdeltagerne spiste jordbær med fløde, mens Åse spillede på xylofon.",
    "de": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία· Ϊόνιο, προϋπόθεση, ΰ.",
    "en": "The quick brown fox jumps over the lazy dog.",
    "es": "El pingüino hizo kilómetros bajo lluvia y frío, ¿añoraba a su cachorro? ¡Sí!",
    "et": "Põdur Zagrebi tšellomängija-följetonist Ciqo külmetas kehvas garaažis.",
    "fi": "Törkylempijävongahdus Åbossa, šakki ja džonkki.",
    "fr": "Dès Noël où un zéphyr haï me vêt de glaçons, je dîne d’exquis bœuf à l’aÿ d’âge mûr.",
    "ga": "D’ḟuascail Íosa Úrṁac na hÓiġe Beannaiṫe pór Éaḃa agus Áḋaiṁ.",
    "hr": "Gojazni đačić s biciklom drži hmelj i finu vatu u džepu nošnje.",
    "hu": "Árvíztűrő tükörfúrógép, jó őzike.",
    "it": "Quel vituperabile xenofobo zelante dice: perché è già più lì, però.",
    "lt": "Įlinkdama fechtuotojo špaga sublykčiojusi pragręžė apvalų arbūzą, ėmė ųžuolą.",
    "lv": "Glāžšķūņa rūķīši dzērumā čiepj Baha koncertflīģeļu vākus.",
    "mt": "Għandi ġurnata żejda ta’ xogħol, ċertament, fl-università.",
    "nl": "Pa’s wijze lynx bezag vroom het fikse aquaduct; één idee, coördinatie.",
    "pl": "Pchnąć w tę łódź jeża lub ośm skrzyń fig, źdźbło, ćma.",
    "pt": "Luís disse à Júlia que brações, fé, chá, óxido, pôr e zângão eram palavras.",
    "ro": "Muzicologă în bej vând whisky și tequila, preț fix, câine, înțeleaptă.",
    "sk": "Kŕdeľ šťastných ďatľov učí pri ústí Váhu mĺkveho koňa obhrýzať kôru a žrať mäso.",
    "sl": "V kožuščku hudobnega fanta stopiclja mizar, češnja.",
    "sv": "Flygande bäckasiner söka hwila på mjuka tuvor, Åh, öar.",
}


@pytest.fixture
def template_in(data_literacy: Template) -> Callable[[str], Template]:
    """Data literacy, named and described in one language and no other."""

    def make(language: str) -> Template:
        text = {language: LETTERS[language]}
        return replace(
            data_literacy,
            in_language=language,
            name={language: " ".join(LETTERS[language].split()[:3])},
            description=text,
            criteria=text,
            learning_outcomes=(LearningOutcome(text=text),),
        )

    return make


def without_spaces(text: str) -> str:
    return "".join(text.split())


def test_every_language_of_the_eu_is_tried() -> None:
    assert tuple(LETTERS) == EU_LANGUAGES


@pytest.mark.parametrize("language", EU_LANGUAGES)
def test_no_letter_of_it_is_left_out_of_pictures_and_certificates(
    language: str, issuer: IssuerProfile, template_in: Callable[[str], Template]
) -> None:
    template = template_in(language)
    assert read_template(as_file_json(template)) == template
    assert list(undrawn(template, issuer)) == []
    assert Image.open(BytesIO(picture(template.name[language], None, "Riga College", size=120))).size == (
        120,
        120,
    )


@pytest.mark.parametrize("language", EU_LANGUAGES)
def test_the_credential_says_it_in_that_language(
    language: str, built: Callable[..., Json], template_in: Callable[[str], Template]
) -> None:
    template = template_in(language)
    for asked in (language, "en"):
        credential = built(template, language=asked)
        achievement = credential["credentialSubject"]["achievement"]
        assert achievement["inLanguage"] == language and achievement["id"].endswith(f"/{language}")
        assert achievement["name"] == template.name[language]
        assert achievement["description"] == LETTERS[language]
        assert readers.name(credential) == template.name
        assert LETTERS[language] in (criteria_in_markdown(template, asked) or "")


@pytest.mark.parametrize("language", EU_LANGUAGES)
def test_its_certificate_can_be_read_letter_by_letter(
    language: str, built: Callable[..., Json], world: Any, template_in: Callable[[str], Template]
) -> None:
    template = template_in(language)
    png = picture(template.name[language], None, "Riga College", size=120)
    secured = world.secure(built(template, language=language))
    page_url = "https://badges.example.org/badges/1"
    pdf = certificate(IssuedBadge(text=secured.text, png=png, page_url=page_url, colours=None), "en")
    printed = without_spaces("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    for text in (template.name[language], LETTERS[language]):
        assert without_spaces(text) in printed
    assert "cannotbeprinted" not in printed
