"""Every route by every method, with odd ids, hosts, types and words: none of it is ever an error of ours."""

import random
import re
from typing import ClassVar
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from lti_tool.operators import accounts
from lti_tool.operators.sessions import Shown, start_session
from lti_tool.people import operator_sessions, sessions
from lti_tool.store.events import TOOL
from lti_tool.values import DeepLinkingSettings
from lti_tool.web.operator.visits import SESSION_COOKIE, _form_secret
from tests.amounts import amount
from tests.fixtures import ANNA, ZANE, launch_of
from tests.lti_tool.web.teacher.test_placement import RETURN

ROUNDS = amount("odd requests to each route and method", small=1, full=20)
METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]

UUID = "00000000-0000-4000-8000-000000000000"
NUMBERS = [
    "1",
    "1",
    "1",
    "0",
    "2147483647",
    "2147483648",
    "9" * 30,
    "9" * 5000,
    "-1",
    "1.5",
    "٣",
    "²",
    "%00",
    "1%00",
]
UUIDS = [UUID, UUID.upper(), "x", "%00", "../..", "9" * 3000]
NAMES = [
    "riga-college",
    "en",
    "%00",
    "%ED%A0%80",
    "%FF",
    "x" * 4000,
    "..",
    "a%2Fb",
    "{{7*7}}",
    "%E2%80%AE",
    "%",
]
HOSTS = ["badges.example.org"] * 30 + [
    "",
    "evil.example",
    "[",
    "[::1]:80",
    "a:b:c",
    "x" * 5000,
    "a b",
    "b\xfccher",
]
TYPES = ["application/x-www-form-urlencoded"] * 30 + [
    "",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=\xfc",
    "multipart/form-data; boundary=" + "x" * 5000,
    "application/x-www-form-urlencoded; charset=utf-7",
    "text/html; charset=\xff",
    ";;;",
]
ACCEPTS = [
    "text/html",
    "application/json",
    "*/*",
    "text/html;q=NaN",
    "a/b;q=1e400,,;=;q",
    "*" * 2000,
    "application/jwt",
]
LANGUAGES = ["lv", "", "*", "x" * 500, "en;q=NaN", "lv-LV-x-\xff", ",,;"]
WORDS = [
    "",
    "yes",
    "x",
    "1",
    "0",
    "-1",
    "²",
    "٣",
    "9" * 30,
    "9" * 5000,
    "NaN",
    "Infinity",
    "1e400",
    "7\x00",
    "7\ud800",
    "\x0b\x1b[31m",
    "\u202e\u200b",
    "👩‍🎓" * 300,
    "ā" * 3000,
    "2026-11-21",
    "2026-11-21T09:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "24:00",
    "link_opened_to_them",
    "result_at_least",
    "confirmed",
    "esco",
    "approved",
    "completed",
    "/name/en",
    "/learning_outcomes/999",
    "../../etc/passwd",
    "{{7*7}}%(name)s%s",
    '{"a":',
    "[" * 3000,
]


#: What gets a form past its first checks.
LIKELY = {
    "confirmed": ["yes"],
    "reason": ["x"],
    "rest": ["yes"],
    "answer": ["completed", "removed", "confirm", "approved", "declined"],
    "condition": ["link_opened_to_them", "result_at_least"],
    "batch": ["2026-11-21T10:00:00+00:00"],
    "vocabulary": ["esco"],
    "go": ["report", "", ""],
    "text": ["{}"],
    "question": ["1"],
    "award": ["1"],
    "learner": ["1 2 3"],
    "people": ["1 2 3"],
    "version": ["1"],
}


class Spy(ImmutableMultiDict):
    """A form or query that notes in `read` which fields a page asks for: these are worth an odd word."""

    read: ClassVar[set[str]] = set()

    def get(self, key, *rest, **options):
        self.read.add(key)
        return super().get(key, *rest, **options)

    def getlist(self, key, *rest, **options):
        self.read.add(key)
        return super().getlist(key, *rest, **options)


@pytest.fixture
def attacked(school, services, web_tool, annas_badge):
    """Known ids, and a token of each kind of session: what a curious visitor with rights could use."""
    with web_tool.store.begin() as session:
        asked = {"deep_linking": DeepLinkingSettings(return_url=RETURN), "resource_link_id": None}
        tokens = [
            sessions.start_session(
                session, launch_of(person, 1, locale="en", **changes), web_tool.clock()
            ).token
            for person, changes in ((ZANE, {}), (ZANE, {"resource_link_id": "2"}), (ZANE, asked), (ANNA, {}))
        ]
    code = operator_sessions.invite_operator(web_tool.expiring_values, "ieva")
    tokens.append(operator_sessions.start_operator_session(web_tool.expiring_values, code))
    with web_tool.store.begin() as session:
        owner = accounts.make_account(session, "Ieva", accounts.new_handle(), web_tool.clock())
        accounts.give_role(session, owner, web_tool.issuer.id, "owner", web_tool.clock(), TOOL)
        shown = Shown(how="passkey", at=web_tool.clock())
        operator = start_session(session, owner, shown, web_tool.clock())
    return {
        "operator": operator,
        "uuid": [annas_badge, school.badge, *UUIDS],
        "tokens": [*tokens, *[tokens[0]] * 9, "", "x", "\xff"],
    }


def odd_path(dice, rule, attacked):
    # Another issuer than the operator's is one answer: mostly the words behind it are worth an attack.
    names = [*["riga-college"] * 30, *NAMES] if rule.startswith("/operator") else NAMES
    odd = {"int": NUMBERS, "uuid": attacked["uuid"], "path": names, "default": names}

    def value(found):
        return dice.choice(odd[found[1] or "default"])

    return re.sub(r"<(?:(\w+):)?\w+>", value, rule)


class Attack:
    """Requests to one route. It learns which fields its page reads, and which session it lets in."""

    def __init__(self, browser, rule, attacked):
        self.browser, self.rule, self.attacked = browser, rule, attacked
        self.fields, self.tokens = {"lang"}, attacked["tokens"]
        with browser.application.app_context():
            self.secret = _form_secret(attacked["operator"])

    def form(self, dice, word):
        form = {name: dice.choice(values) for name, values in LIKELY.items()}
        form |= {"_launch": dice.choice(self.tokens), "badge": self.attacked["uuid"][1]}
        if self.rule.startswith("/operator"):
            form["_form"] = self.secret
        odd = dice.sample(sorted(self.fields), min(len(self.fields), dice.choice((1, 1, 3, 9))))
        return form | dict.fromkeys(odd, word)

    def send(self, dice, method, word):
        """Sends it; fails where the answer is an error of ours."""
        path, form = odd_path(dice, self.rule, self.attacked), self.form(dice, word)
        asked = {
            "content_type": dice.choice(TYPES),
            "headers": {
                "Accept": dice.choice(ACCEPTS),
                "Accept-Language": dice.choice(LANGUAGES),
                "Cookie": dice.choice(
                    [
                        *["", "__Host-lti_00000000=\xff", '="";;\\355\\240\\200'],
                        *[f"{SESSION_COOKIE}={self.attacked['operator']}"] * 9,
                    ]
                ),
                "Sec-Fetch-Site": dice.choice(["same-origin"] * 9 + ["cross-site", ""]),
                "X-LTI-Launch": dice.choice([*[""] * 30, *self.attacked["tokens"]]),
            },
            "environ_overrides": {"HTTP_HOST": dice.choice(HOSTS)},
            "data" if method == "POST" else "query_string": urlencode(form, errors="surrogatepass"),
        }
        Spy.read.clear()
        with self.browser.open(path, method=method, **asked) as answer:
            # /workz tells that no worker is running.
            assert answer.status_code < 500 or path == "/workz", (method, path, answer.status_code, asked)
            if answer.status_code == 200 and form["_launch"]:
                self.tokens = [*[form["_launch"]] * 9, *self.attacked["tokens"]]
        self.fields |= Spy.read - {"_launch", "_form"}


def test_no_request_is_an_error_of_ours(app, school, attacked, monkeypatch):
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Spy)
    dice = random.Random(12)
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    for number, rule in enumerate(sorted({rule.rule for rule in app.url_map.iter_rules()})):
        attack = Attack(school.browser, rule, attacked)
        for time in range(ROUNDS):
            for method in METHODS:
                attack.send(dice, method, dice.choice(WORDS))
            # A third of the words each time: the next route gets the next third.
            for word in WORDS[(number + time) % 3 :: 3] if rule in posts else WORDS[:1]:
                attack.send(dice, "POST", word)
