"""The data of the demo college: people, courses, registered tools, links, gradebook columns, grades."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

#: The roles that may open every link, whatever "Restrict access" says. An assistant is Moodle's non-editing teacher.
STAFF = frozenset({"teacher", "assistant"})

LEARNERS = (
    "Anna Bērziņa, Jānis Kalniņš, Kristīne Ozoliņa, Olena Kovalenko, Līga Krūmiņa, Andris Balodis, "
    "Ilze Eglīte, Toms Zariņš, Emilia Nowak, Edgars Vītols, Dace Šmite, Kārlis Āboliņš, "
    "Agnese Siliņa, Rasa Petrauskaitė, Inese Jansone, Guntis Lācis, Daniel Weber, Ģirts Upītis, "
    "Rūta Ziediņa, Ēriks Grīnbergs, Signe Šteina, Mehmet Yılmaz, Madara Strautiņa, Artūrs Bušs, "
    "Baiba Ņikitina, Oskars Ļaudams, Aino Virtanen, Juris Pūce, Laura Kļaviņa, Marta Ābele"
).split(", ")
#: The columns that each gradebook starts with: course id, label, maximum.
ASSESSED_WORK = (
    ("2", "Darba drošība augstumā (tests)", 20),
    ("2", "Paneļu stiprinājumu montāža (praktiskais darbs)", 50),
    ("2", "Nobeiguma pārbaudījums", 30),
    ("3", "Quiz: reading a chart", 20),
    ("3", "Assignment: clean a data set", 50),
    ("3", "Final project", 30),
)


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with an account at the college. `sourced_id` is the id in its student records."""

    id: str
    given: str
    family: str
    username: str
    email: str
    sourced_id: str = ""
    is_admin: bool = False

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(slots=True, kw_only=True)
class Course:
    """`roles` maps a person's id to teacher, assistant or learner.

    The course is completed at a total of `completion_percent`; `completions` has when, by a person's id. `overrides`
    are the final scores that a teacher has set by hand in Canvas, in per cent, by a person's id. `concluded`: it has
    ended.
    """

    id: str
    label: str
    title: str
    about: str
    language: str
    roles: dict[str, str] = field(default_factory=dict)
    completion_percent: int = 60
    completions: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, float] = field(default_factory=dict)
    concluded: bool = False


@dataclass(slots=True, kw_only=True)
class Tool:
    """A registered tool; `id` is also its deployment. Our plugin for Moodle sends notices to `notice_handler`."""

    id: str
    client_id: str
    deployment_id: str
    name: str
    description: str
    logo_url: str
    login_url: str
    launch_url: str
    deep_linking_url: str
    redirect_uris: list[str]
    jwks_url: str
    scopes: list[str]
    custom: dict[str, str]
    shares_name: bool = True
    shares_email: bool = True
    active: bool = False
    notice_handler: str = ""


@dataclass(slots=True, kw_only=True)
class ApiKey:
    """A key for Canvas's REST API, which is another than that of LTI. `includes`: "Allow Include Parameters"."""

    client_id: str
    secret: str
    redirect_uris: list[str]
    scopes: list[str]
    includes: bool = True


@dataclass(slots=True, kw_only=True)
class ApiGrant:
    """What a person lets the holder of a refresh token do in their name."""

    refresh_token: str
    person_id: str
    scopes: list[str]


@dataclass(slots=True, kw_only=True)
class Link:
    """An LTI activity. `minimum_percent` is its "Restrict access": the course total a learner needs."""

    id: str
    course_id: str
    tool_id: str
    title: str
    description: str
    url: str
    custom: dict[str, str]
    minimum_percent: int | None = None


@dataclass(slots=True, kw_only=True)
class Column:
    """A column of the gradebook: assessed work of the course, or a tool's line item."""

    id: str
    course_id: str
    label: str
    maximum: float
    link_id: str = ""
    tool_id: str = ""
    tag: str = ""
    resource_id: str = ""
    hidden: bool = False


@dataclass(slots=True, kw_only=True)
class Grade:
    """One person's grade in one column; `score` is None where a score came that is not fully graded yet.

    `by_hand` marks a grade that a teacher typed: a score sent by a tool does not replace it.
    """

    column_id: str
    person_id: str
    score: float | None
    comment: str
    changed_at: datetime
    by_hand: bool


@dataclass(slots=True, kw_only=True)
class Notification:
    """What the learning platform tells a person: that the badge of this activity is ready."""

    person_id: str
    link_id: str


@dataclass(slots=True, kw_only=True)
class File:
    """A badge as its holder hands it on: the address of its public page, and its JSON."""

    address: str
    text: str


@dataclass(slots=True, kw_only=True)
class Example:
    """What the home page leads to in a course in full swing; people are ids, `activity` is a path here.

    `holder_id` has two badges, of which one ends soon; `waiting_id` waits for the teacher; `other_id` has not got so
    far.
    """

    course_id: str
    activity: str
    holder_id: str
    waiting_id: str
    other_id: str
    badge: File
    revoked: File


@dataclass(slots=True, kw_only=True)
class Campus:
    """All data of the LMS, by id; grades by (column id, person id). All kinds of rows share one counter, `last_id`.

    Each request runs in a thread of its own. Single reads and writes of a dict are safe; a loop over one is not,
    because another thread may add a row meanwhile, so every loop goes over a copy: `list(rows.values())`.
    `used_tokens` are the client ids whose registration token has been used. `has_plugin`: whether our plugin for Moodle
    is installed. `web_service_token` is that of Moodle's web service; `xapi_endpoint` where completed courses are sent
    to as statements, with `xapi_credentials`, user and password: each empty where it is not set up. `lets_upload`:
    whether the tool's operator lets teachers upload lists of who has completed. Of Canvas: `api_key` is the key for its
    REST API, `grants` what people let its holder do, by refresh token, and `events_url` where Live Events are sent.
    `example` is there where a course was filled for visitors.
    """

    people: dict[str, Person] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    grades: dict[tuple[str, str], Grade] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)
    used_tokens: set[str] = field(default_factory=set)
    has_plugin: bool = False
    api_key: ApiKey | None = None
    grants: dict[str, ApiGrant] = field(default_factory=dict)
    events_url: str = ""
    web_service_token: str = ""
    xapi_endpoint: str = ""
    xapi_credentials: str = ""
    lets_upload: bool = False
    example: Example | None = None
    last_id: int = 0
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def next_id(self) -> str:
        """An id that no row has yet."""
        with self.lock:
            self.last_id += 1
            return str(self.last_id)

    def role(self, person: Person, course_id: str) -> str | None:
        """`teacher`, `assistant` or `learner`; None for people who are not in the course."""
        return self.courses[course_id].roles.get(person.id)

    def is_staff(self, person: Person, course_id: str) -> bool:
        return person.is_admin or self.role(person, course_id) in STAFF

    def members(self, course_id: str) -> list[Person]:
        return [self.people[person_id] for person_id in self.courses[course_id].roles]

    def learners(self, course_id: str) -> list[Person]:
        return [person for person in self.members(course_id) if self.role(person, course_id) == "learner"]

    def course_links(self, course_id: str) -> list[Link]:
        return [link for link in list(self.links.values()) if link.course_id == course_id]

    def told(self, person: Person, course_id: str) -> list[Link]:
        """The links of the course of whose badges the person was notified, the newest first."""
        told = [each.link_id for each in reversed(self.notifications) if each.person_id == person.id]
        return [
            link for link in map(self.links.get, dict.fromkeys(told)) if link and link.course_id == course_id
        ]

    def course_columns(self, course_id: str) -> list[Column]:
        return [column for column in list(self.columns.values()) if column.course_id == course_id]

    def total_percent(self, person: Person, course_id: str) -> float | None:
        """The course total in per cent; None while nothing is graded.

        Work not yet graded is left out of it, as in Moodle's natural weighting.
        """
        graded = [
            (grade.score, column.maximum)
            for column in self.course_columns(course_id)
            if (grade := self.grades.get((column.id, person.id))) and grade.score is not None
        ]
        maximum = sum(column_maximum for _, column_maximum in graded)
        return 100 * sum(score for score, _ in graded) / maximum if maximum else None

    def may_open(self, person: Person, link: Link) -> bool:
        """Whether the person is staff, or a learner of the course who meets the link's condition."""
        if self.is_staff(person, link.course_id):
            return True
        if self.role(person, link.course_id) is None:
            return False
        if link.minimum_percent is None:
            return True
        total = self.total_percent(person, link.course_id)
        return total is not None and total >= link.minimum_percent

    def write_grade(self, grade: Grade) -> None:
        """Puts the grade in place of the one that its person has in its column.

        Whoever completes the course by it has completed it from then on, also when a grade falls later.
        """
        self.grades[grade.column_id, grade.person_id] = grade
        course = self.courses[self.columns[grade.column_id].course_id]
        total = self.total_percent(self.people[grade.person_id], course.id)
        if total is not None and total >= course.completion_percent:
            course.completions.setdefault(grade.person_id, grade.changed_at.isoformat(timespec="seconds"))

    def delete_grade(self, column: Column, person: Person) -> None:
        """Removes the grade, if there is one."""
        self.grades.pop((column.id, person.id), None)

    def delete_column(self, column: Column) -> None:
        """Removes the column with all its grades."""
        del self.columns[column.id]
        for key in [key for key in list(self.grades) if key[0] == column.id]:
            del self.grades[key]


def create_campus(*, learners: int = 30) -> Campus:
    """A college with two courses, an administrator, a teacher, an assistant and so many learners; without grades."""
    campus = Campus(last_id=1)
    admin = _add_person(campus, "Ieva Kalēja", "ADM1")
    admin.is_admin = True
    zane = _add_person(campus, "Zane Ozola", "T001")
    roberts = _add_person(campus, "Roberts Krauklis", "T002")
    enrolled = [_add_person(campus, _learner_name(n), f"S{n + 1:02}") for n in range(learners)]
    for course in _courses():
        campus.courses[course.id] = course
        course.roles = {
            zane.id: "teacher",
            roberts.id: "assistant",
            **{person.id: "learner" for person in enrolled},
        }
    for course_id, label, maximum in ASSESSED_WORK:
        column = Column(id=campus.next_id(), course_id=course_id, label=label, maximum=maximum)
        campus.columns[column.id] = column
    return campus


def _courses() -> tuple[Course, Course]:
    return (
        Course(
            id="2",
            label="SPM-101",
            title="Saules paneļu sistēmu droša montāža",
            about="Vocational course: safe installation of solar panel systems. 40 hours, EQF level 4.",
            language="lv",
        ),
        Course(
            id="3",
            label="DLF-101",
            title="Data Literacy Fundamentals",
            about="Reading, questioning and presenting data, for people who decide. 80 hours, 3 ECTS, EQF level 7.",
            language="en",
        ),
    )


def _add_person(campus: Campus, name: str, sourced_id: str) -> Person:
    given, family = name.split(" ", 1)
    decomposed = unicodedata.normalize(
        "NFKD", name.lower()
    )  # so that "ā" leaves an "a" when only ASCII is kept
    username = decomposed.encode("ascii", "ignore").decode().replace(" ", ".")
    if any(person.username == username for person in campus.people.values()):
        username += sourced_id.lower()
    person = Person(
        id=campus.next_id(),
        given=given,
        family=family,
        username=username,
        email=f"{username}@example.org",
        sourced_id=sourced_id,
    )
    campus.people[person.id] = person
    return person


def _learner_name(number: int) -> str:
    """After the thirtieth, given and family names are combined anew, so that a class of any size has real names."""
    if number < len(LEARNERS):
        return LEARNERS[number]
    given = LEARNERS[number % len(LEARNERS)].split()[0]
    family = LEARNERS[(7 * number + number // len(LEARNERS)) % len(LEARNERS)].split()[1]
    return f"{given} {family}"
