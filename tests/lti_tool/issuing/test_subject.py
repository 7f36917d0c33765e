"""Who the subject of a credential is: an opaque name of the award, in the JSON and in the JWT."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode

from lti_tool.store.models import CredentialRow
from tests.fixtures import ANNA, JANIS, WITH_TEXTS, complete, learner, run_due_jobs


def test_each_award_has_a_subject_of_its_own_and_the_jwt_names_it(tool, platform, rule_id):
    platform.everyone.append(learner(99))
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    with tool.store.read() as session:
        rows = session.query(CredentialRow).options(*WITH_TEXTS).all()
    subjects = [json.loads(row.text)["credentialSubject"]["id"] for row in rows]
    assert len({*subjects}) == len(rows) == 2
    for row, subject in zip(rows, subjects, strict=True):
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", subject)
        payload = json.loads(urlsafe_b64decode(row.jwt.split(".")[1] + "=="))
        assert payload["sub"] == payload["credentialSubject"]["id"] == subject
        assert row.id not in subject
