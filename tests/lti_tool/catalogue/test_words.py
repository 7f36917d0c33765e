"""Forms of one word have one stem, and forms of different words do not."""

from __future__ import annotations

import pytest

from lti_tool.catalogue.words import word_stem, words_of

LATVIAN = """
kurss kursa kursam kursu kursā kursi kursiem kursus kursos
programma programmas programmai programmu programmā programmām programmās
prasme prasmes prasmei prasmi prasmē prasmju prasmēm prasmēs
kompetence kompetences kompetenci kompetenču kompetencēm kompetencēs
drošība drošības drošībai drošību drošībā
dati datu datiem datus datos
uzņēmums uzņēmuma uzņēmumam uzņēmumā uzņēmumi uzņēmumiem uzņēmumos
skolotājs skolotāja skolotājam skolotāju skolotājā skolotāji skolotājiem skolotājos
digitāls digitāla digitālais digitālā digitālās digitālo digitālajam digitālajai digitālajiem digitālajās
mācīšanās
analīze analīzes analīzei analīzi analīzē analīžu analīzēm
tirgus tirgum tirgu tirgū tirgi tirgiem tirgos
enerģija enerģijas enerģijai enerģiju enerģijā
briedis brieža briedim briedi brieži briežu briežiem
bite bites bitei biti bišu bitēm
zivs zivij zivi zivju zivīm zivīs
lācis lāča lācim lāci lāči lāču lāčiem
brālis brāļa brālim brāli brāļi brāļu brāļiem
zvaigzne zvaigznes zvaigžņu zvaigznēm
upe upes upei upi upju upēm
ceļš ceļa ceļam ceļi ceļu ceļiem
latvietis latvieša latvietim latvieši latviešu latviešiem
vadītāja vadītājas vadītājai vadītāju
saule saules saulei sauli saulē saulēs
skaņa skaņas skaņai skaņu skaņā skaņām skaņās
valoda valodas valodai valodu valodā valodām valodās
vadība vadības vadībai vadību vadībā
grāmatvedis grāmatveža grāmatvedim grāmatvedi grāmatveži grāmatvežu grāmatvežiem
panelis paneļa panelim paneli paneļi paneļu paneļiem paneļos
"""
ENGLISH = """
course courses
skill skills
policy policies
analysis analyses
plan plans planning planned
manage manages managed managing
class classes
read reads reading
panel panels
box boxes
"""


def groups(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def stems(words: list[str], language: str) -> set[str]:
    return {word_stem(word, language) for each in words for word in words_of(each)}


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        *(("lv", forms) for forms in groups(LATVIAN)),
        *(("en", forms) for forms in groups(ENGLISH)),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_the_forms_of_a_word_have_one_stem(language, forms):
    assert len(stems(forms, language)) == 1
    without_marks = [word for form in forms for word in words_of(form)]
    assert stems(without_marks, language) == stems(forms, language)


@pytest.mark.parametrize(("language", "table"), [("lv", LATVIAN), ("en", ENGLISH)])
def test_different_words_have_different_stems(language, table):
    every = [stems(forms, language) for forms in groups(table)]
    assert sum(map(len, every)) == len(set().union(*every))


@pytest.mark.parametrize("word", ["", "a", "as", "s", "ies", "ss", "ñ", "日本", "x" * 5000, "j", "aj"])
def test_any_word_has_a_stem(word):
    for language in ("lv", "en"):
        for each in words_of(word):
            assert word_stem(each, language)
