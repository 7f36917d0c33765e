"""Any Open Badges 3.0 credential, as far as the standard's own words go."""

from __future__ import annotations

from badges.importing.alignments import read_alignments
from badges.importing.foreign import Foreign, Found, inside, texts
from badges.verify.foreign_json import kind_of, objects
from signing.json_text import Json

NAME = "Open Badges 3.0"
ACHIEVEMENT_AT = "/credentialSubject/achievement"


def recognises(badge: Json) -> bool:
    """Whether it is an Open Badges 3.0 credential."""
    return kind_of(badge) == "achievement"


def read(badge: Json, foreign: Foreign) -> Found:
    """What the achievement says natively. Credits stay out: the standard has no unit for them."""
    achievement = achievement_of(badge)
    found = read_achievement(achievement, foreign, "en")
    if achievement.get("creditsAvailable"):
        foreign.note(f"{ACHIEVEMENT_AT}/creditsAvailable", "no_place", achievement["creditsAvailable"])
    return found


def achievement_of(badge: Json) -> Json:
    subject = next(iter(objects(badge.get("credentialSubject"))), {})
    return next(iter(objects(subject.get("achievement"))), {})


def read_achievement(achievement: Json, foreign: Foreign, default_language: str) -> Found:
    """Name, description, criteria, language, alignments and picture of an achievement."""
    at = ACHIEVEMENT_AT
    language = foreign.language(achievement.get("inLanguage"), f"{at}/inLanguage", default_language)
    criteria = inside(achievement, "criteria")
    image = achievement.get("image")
    picture = image if isinstance(image, str) else inside(achievement, "image").get("id")
    return Found(
        body={
            "name": texts(language, foreign.name(achievement.get("name"), f"{at}/name")),
            "description": texts(language, foreign.text(achievement.get("description"), f"{at}/description")),
            "criteria": texts(language, foreign.text(criteria.get("narrative"), f"{at}/criteria/narrative")),
            "in_language": language,
            **read_alignments(achievement.get("alignment"), f"{at}/alignment", language, foreign),
        },
        name_at=f"{at}/name",
        picture=picture if isinstance(picture, str) else None,
        picture_at=f"{at}/image",
    )
