"""What was issued goes to Europass as it is: the two templates that ship, from the grade to the official shapes."""

import io
import json
import tomllib
import zipfile

import pytest

from lti_tool.issuing import legal_identity
from lti_tool.publishing import europass
from lti_tool.store import queries
from lti_tool.templates import versions
from tests.fixtures import ANNA, ROOT, complete, make_rule, run_due_jobs
from tests.shacl_shapes import europass_shapes

SHIPPED = sorted((ROOT / "lti_tool" / "demo" / "templates").glob("*.toml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_what_a_shipped_template_issues_conforms_to_the_official_shapes(file, tool, platform, shared):
    with tool.store.begin() as session:
        row = versions.add(session, tomllib.loads(file.read_text(encoding="utf-8")), tool.clock())
        versions.publish(row, tool.issuer.profile, tool.clock())
        legal_identity.confirm(session, tool.issuer, tool.clock())
        template_id = row.template_id
    complete(tool, platform, make_rule(tool, template_id), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        batch = europass.batch_of(
            tool.issuers, queries.credentials.credentials_to_export(session, template_id, tool.issuer.id)
        )
    assert (batch.packed, list(batch.lacking)) == (1, [])
    conforms = europass_shapes(shared / "data/eu")
    with zipfile.ZipFile(io.BytesIO(batch.zip)) as packed:
        for name in packed.namelist():
            assert packed.getinfo(name).file_size < europass.MOST_BYTES
            assert conforms(json.loads(packed.read(name))["credential"])
