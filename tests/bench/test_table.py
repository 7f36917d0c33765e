"""The table in the README shows the latest results, with a row for each promise. Speed itself is not tested."""

from __future__ import annotations

import json
from dataclasses import asdict

from tests.bench import report
from tests.bench.measuring import Row

RESULTS = json.loads(report.RESULTS.read_text("utf-8"))
#: What was promised: the work, the library to compare with, and the goal. Without a library the goal is a value.
PROMISED = {
    ("issue, compiled", "SHA-256 of the statements + one Ed25519 signature", 2.5),
    ("issue, compiled", "PyLD", 0.015),
    ("issue, compiled", "openbadgeslib", 0.01),
    *((f"{what}, general path", "PyLD", 0.25) for what in ("issue", "verify")),
    *((f"{what}, general path", "pyoxigraph", 0.5) for what in ("issue", "verify")),
    *((f"{what}, general path", "openbadgeslib", 0.2) for what in ("issue", "verify")),
    *((f"{what}, general path", "@digitalbazaar/vc", 0.35) for what in ("issue", "verify")),
    ("verify one of our own, compiled", "openbadgeslib", 0.02),
    ("VC-JWT ES256, issue", "PyJWT encode", 1.1),
    ("VC-JWT ES256, verify", "PyJWT decode", 0.4),
    *((f"SD-JWT ES256, {what}", "sd-jwt", 0.8) for what in ("issue", "verify")),
    ("bake a PNG of 500 KB", "openbadgeslib", 0.1),
    ("unbake a PNG of 500 KB, each checksum checked", "openbadgeslib", 0.1),
    ("status list of 131,072 bits, 1 % set: encode anew", None, 1),
    ("status list of 131,072 bits, 1 % set: one bit of it, decoded", None, 5),
    ("build a credential from a published template, and validate it", None, 1),
    ("build one more credential of that achievement", None, 150),
    ("the editor of templates: its largest request", None, 100),
    ("issue and record an award, two workers with PostgreSQL", None, 1000),
    (
        "issue and record an award, two workers with PostgreSQL",
        "each credential built and secured by itself in two processes",
        1.67,
    ),
    (
        "an award with its learner, badge, delivery and event in PostgreSQL, indexes included",
        None,
        2500,
    ),
    ("claim a job where 200,000 are not due, inside PostgreSQL", None, 0.2),
    ("a look at a course of 5,000 in which nothing is new", None, 150),
    ("a worker and PostgreSQL, idle beside 200,000 jobs that are not due", None, 1),
    ("teacher's page, course with 3,000 badges", None, 40),
    ("teacher's page, course with 3,000 badges", "with 30", 1.5),
    ("teacher's page, course with 3,000 badges, inside PostgreSQL", "with 30", 10),
    ("everybody about a badge, course with 3,000 badges", None, 40),
    ("a learner opens the link, from login to page, course with 3,000 badges", None, 20),
    ("a badge as JSON, as it is served", None, 10),
    ("a certificate as PDF, drawn anew", None, 150),
    ("a completion in Moodle, pushed by our plugin, becomes a badge", None, 2000),
    ("the same without the plugin, by a poll every 2 seconds", None, 4000),
    ("`python -m lti_tool verify badge.png`, offline, the whole process", "importing the same modules", 1.2),
    ("`python -m lti_tool verify badge.png`, offline, most memory", None, 80),
    ("memory while issuing 100,000 credentials to a file, over the first 1,000", None, 20),
}


def test_the_table_of_the_readme_is_what_was_measured_last() -> None:
    assert report.in_readme() == report.table(RESULTS)


def test_each_promise_has_its_row() -> None:
    rows = [(row["work"], row["against"], row["goal"]) for row in RESULTS["rows"]]
    assert sorted(rows, key=str) == sorted(PROMISED, key=str)


def test_a_missed_goal_is_marked_and_one_not_measured_says_why() -> None:
    def line_of(row: Row) -> str:
        line = asdict(row) | {"met": row.met}
        return report.table({"machine": "", "versions": {}, "credential": SIZE, "rows": [line]})

    missed = Row(
        work="unbake",
        against="others",
        ours=20.4,
        others=160,
        result=0.1275,
        unit="x",
        goal=0.1,
        low=0.12,
        high=0.1362,
    )
    assert "| unbake | others | 20.4 us | 160 us | 0.128x | 0.12-0.136 | 0.1x | **no** |" in line_of(missed)
    without = report.not_measured("issue", "others", 0.3, "no Node")
    assert "| issue | others |  |  | no Node |  | 0.3x |  |" in line_of(without)


SIZE = {"json_bytes": 6000, "statement_bytes": 19000}
