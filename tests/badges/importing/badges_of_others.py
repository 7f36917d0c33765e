"""Badges as edubadges, Open Educational Badges and Moodle write them."""

from __future__ import annotations

import base64

from badges.artwork import picture
from signing.json_text import Json

ESCO = "http://data.europa.eu/esco/skill/c3e36d05-8ae8-447f-bb2b-6f9409f85389"
PNG = picture("Datu pratība", None, "Riga College", "", size=200)

EDUBADGE: Json = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://edubadges.example/contexts/educredential.json",
    ],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {
        "id": "https://edubadges.example/issuers/1",
        "type": ["Profile"],
        "name": "Hogeschool Harderwijk",
    },
    "validFrom": "2026-08-30T00:00:00Z",
    "credentialSubject": {
        "id": "https://edubadges.example/students/1",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://edubadges.example/achievements/1",
            "type": ["Achievement", "EducredentialAchievement"],
            "name": "Argumenteren",
            "description": "Deze **microcredential** erkent de vaardigheid.",
            "criteria": {"narrative": "De student houdt een betoog."},
            "image": {"id": "https://edubadges.example/image.png", "type": "Image"},
            "inLanguage": "nl-NL",
            "ECTS": 4.5,
            "educationProgramIdentifier": 20121354,
            "participationType": "onsite or blended",
            "assessmentType": "testing",
            "supervisionType": "onsite with identity verification",
            "identityChecked": True,
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetType": "ext:QualityAssurance",
                    "targetName": "NVAO",
                    "targetCode": "AV-4223",
                    "targetUrl": "https://nvao.example/decisions/AV-4223",
                },
                {
                    "type": ["Alignment"],
                    "targetType": "ext:EQF",
                    "targetName": "EQF level 6",
                    "targetCode": "6",
                },
                {"type": ["Alignment"], "targetName": "data visualiseren", "targetUrl": ESCO},
                {
                    "type": ["Alignment"],
                    "targetName": "een ander raamwerk",
                    "targetUrl": "https://other.example/1",
                },
            ],
        },
    },
}

OPEN_EDUCATIONAL_BADGE: Json = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://oeb.example/issuers/1", "name": "Volkshochschule"},
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "activityFormat": "hybrid",
        "achievement": {
            "type": ["Achievement"],
            "achievementType": "Badge",
            "name": "Daten verstehen",
            "description": "Ein Kurs über Daten.",
            "criteria": {"narrative": "Teilnahme und Projekt."},
            "image": {"id": "data:image/png;base64," + base64.b64encode(PNG).decode(), "type": "Image"},
        },
    },
    "extensions:CategoryExtension": {"Category": "competency"},
    "extensions:LevelExtension": {"Level": "a4"},
    "extensions:CompetencyExtension": [
        {
            "name": "Daten visualisieren",
            "description": "Die Person stellt Daten anschaulich dar.",
            "studyLoad": 600,
            "category": "skill",
            "framework": "esco",
            "framework_identifier": "/esco/skill/c3e36d05-8ae8-447f-bb2b-6f9409f85389",
        },
        {
            "name": "Fragen stellen",
            "studyLoad": 90,
            "category": "skill",
            "framework": "",
            "framework_identifier": "",
        },
    ],
}

MOODLE: Json = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://moodle.example/badges/assertion.php?b=1",
    "recipient": {"identity": "sha256$00", "type": "email", "hashed": True, "salt": "badges1"},
    "badge": {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "BadgeClass",
        "id": "https://moodle.example/badges/badge_json.php?id=1",
        "@language": "lv",
        "name": "Droša montāža",
        "description": "Kurss par drošu montāžu.",
        "image": "data:image/png;base64," + base64.b64encode(PNG).decode(),
        "criteria": {
            "id": "https://moodle.example/badges/badgeclass.php?id=1",
            "narrative": "Kurss pabeigts.\n * Tests",
        },
        "issuer": {
            "type": "Issuer",
            "id": "https://moodle.example/badges/issuer_json.php?id=1",
            "name": "Rīgas koledža",
        },
        "alignments": [{"targetName": "Level 4", "targetUrl": "http://data.europa.eu/snb/eqf/4"}],
        "version": "1",
    },
    "verify": {"type": "hosted", "url": "https://moodle.example/badges/assertion.php?b=1"},
    "issuedOn": "2026-11-21T10:38:09+01:00",
}
