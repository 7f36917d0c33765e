"""Names are legible on a page, whatever fonts the reader has: no letter is drawn as a box."""

from __future__ import annotations

import pytest

from badges.font_runs import undrawable
from badges.readable import readable
from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule, CredentialRow
from lti_tool.web.font_faces import PAGE_FONT
from tests.fixtures import rows
from tests.running_demo import wait

#: A name in each script for which there is a font in badges/fonts, and in those that are left to the reader's fonts.
NAMES = (
    *("Žanete Ķirse-Čače", "Nguyễn Thị Hồng", "Ольга Петрова", "Ἀλέξανδρος", "花子 山田", "ნინო ბერიძე"),
    *("Արամ Խաչատրյան", "ሰላም ተስፋዬ", "שרה כהן", "محمد عبد الله", "प्रिया शर्मा", "প্রিয়া সেন", "ਪ੍ਰੀਤ ਕੌਰ"),
    *("પ્રિયા શાહ", "ପ୍ରିୟା ଦାସ", "பிரியா குமார்", "ప్రియ రెడ్డి", "ಪ್ರಿಯಾ ಗೌಡ", "പ്രിയ നായർ", "ප්‍රියා සිල්වා"),
    *("สมชาย ใจดี", "ສົມສັກ ແກ້ວ", "សុខា ចាន់", "မောင်မောင်"),
)
#: Writes the names where the page has the learner's, and waits for the fonts that they need.
WRITE = """async names => {
  const bdi = [...document.querySelectorAll("bdi")].find(one => one.textContent === "Anna Bērziņa");
  bdi.parentElement.replaceWith(...names.map(name => {
    const copy = bdi.parentElement.cloneNode(true);
    copy.firstElementChild.textContent = name;
    return copy;
  }));
  document.body.offsetHeight;
  await document.fonts.ready;
}"""
#: Which of the characters look like one that is in no font, in the fonts of the first element of this kind.
BOXES = """async ([element, characters]) => {
  const style = getComputedStyle(document.querySelector(element));
  const font = `${style.fontWeight} 24px ${style.fontFamily}`;
  await document.fonts.load(font, characters);
  const canvas = Object.assign(document.createElement("canvas"), {width: 60, height: 60});
  const context = canvas.getContext("2d");
  context.font = font;
  const draw = character => {
    context.clearRect(0, 0, 60, 60);
    context.fillText(character, 20, 40);
    return canvas.toDataURL();
  };
  const box = draw("\\u0378");
  return [...characters].filter(character => draw(character) === box);
}"""
#: Elements in each of the fonts that a page has for words: regular, bold, and that of headings.
ELEMENTS = ("dd", "strong", "h1")


@pytest.fixture(scope="module")
def badge_page(demo):
    """The address of the page of Anna's badge."""
    tool, robot = demo.tool, Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(tool, AwardRule)] != [None])
    robot.give_grades("Data Literacy", complete=1)
    (credential,) = wait(lambda: rows(tool, CredentialRow))
    return f"{demo.tool_url}/badges/{credential.id}"


@pytest.fixture
def boxes_of(people, badge_page):
    """A function that gives the characters of the names which the page draws as boxes, by element."""

    def boxes_of(names):
        characters = "".join(sorted(set("".join(names)) - set(" \u200c\u200d")))
        with people() as darbs:
            darbs.page.goto(badge_page)
            darbs.page.evaluate(WRITE, names)
            darbs.take_screenshot("letters")
            return {
                element: boxes
                for element in ELEMENTS
                if (boxes := darbs.page.evaluate(BOXES, [element, characters]))
            }

    return boxes_of


def drawn_here(names):
    """Without those that no font here has, such as Chinese ones without fonts-noto-cjk: Chromium has none either."""
    return [name for name in names if not undrawable(name)]


def test_no_letter_of_a_name_is_a_box(boxes_of):
    assert boxes_of(drawn_here(NAMES)) == {}


def test_no_letter_of_the_names_that_learners_bear_is_a_box(boxes_of, shared):
    lines = (shared / "cases" / "names.txt").read_text(encoding="utf-8").splitlines()
    assert boxes_of(drawn_here([readable(line) for line in lines])) == {}


def test_a_box_is_seen(boxes_of):
    unassigned = "\u0379"
    assert boxes_of([f"Anna {unassigned}"]) == {element: [unassigned] for element in ELEMENTS}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("Žanete Ķirse-Čače", []),
        ("प्रिया शर्मा", ["NotoSansDevanagari-Bold.ttf"]),
        ("ශ්\u200dරී", ["NotoSansSinhala-Bold.ttf"]),
    ],
    ids=["latin", "devanagari", "sinhala"],
)
def test_a_page_loads_a_font_only_for_letters_that_it_has(people, badge_page, name, needed):
    with people() as darbs:
        loaded = []
        darbs.page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
        darbs.page.goto(badge_page)
        darbs.page.evaluate(WRITE, [name])
        fonts = [one.partition("?")[0] for one in loaded if ".ttf" in one]
        # None of a script either, where the system has a font for it.
        assert fonts in ([PAGE_FONT.name], [PAGE_FONT.name, *needed])


def test_letters_that_a_joiner_joins_are_written_as_one(people, badge_page):
    joined, apart = "ශ්\u200dරී", "ශ්රී"
    with people() as darbs:
        darbs.page.goto(badge_page)
        darbs.page.evaluate(WRITE, [joined, apart])
        wide = {
            name: darbs.page.get_by_text(name, exact=True).evaluate(
                "one => one.getBoundingClientRect().width"
            )
            for name in (joined, apart)
        }
        assert wide[joined] < 0.8 * wide[apart]
