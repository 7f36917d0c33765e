"""A scripted person who uses the LMS and the tool through their pages, as a browser without JavaScript would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from lti_tool.demo.html_page import Form, Page, UnexpectedPageError, read_page
from lti_tool.demo.localhost_names import is_localhost_name, localhost_session

#: A page may hand on this often before it goes in circles.
MAXIMUM_HOPS = 20
#: Where a tool makes sure who opened the launch. A robot's browser has nothing kept with the platform.
CONFIRMING = frozenset({"/lti/confirm", "/lti/storage-confirm"})


class Robot:
    """One person's browser. `web` brings its own requests session, for other certificates or addresses."""

    def __init__(self, lms_url: str, *, web: requests.Session | None = None) -> None:
        self.lms_url = lms_url.rstrip("/")
        self.web = web or localhost_session()

    # What people do

    def become(self, person: str, *, locale: str = "en") -> Page:
        """Switches to the person whose name begins with `person`, "Anna" for one."""
        form = self.open(self.lms_url).form("who")
        options = [option for field in form.named("person") for option in field.options]
        for words, value in options:
            if words.startswith(person):
                return self.submit(form, {"person": value, "locale": locale})
        raise UnexpectedPageError(f"nobody here is called {person}")

    def register(self, registration_url: str) -> str:
        """Adds the tool by its registration URL and activates it; its client_id."""
        self.become("Ieva")
        tools = self.open(f"{self.lms_url}/admin/tools")
        known = _client_ids(tools)
        around = self.submit(tools.form("register"), {"registration_url": registration_url})
        page = self.enter_frame(around)
        if page.forms and not _says_close(page):
            page = self.submit(page.forms[0], referrer=page.url)
        tools = self.open(f"{self.lms_url}/admin/tools")
        new = [client_id for client_id in _client_ids(tools) if client_id not in known]
        if len(new) != 1:
            raise UnexpectedPageError(f"the tool did not register ({page.status}): {page.text[:500]}")
        for form in tools.forms:
            if form.id == f"activate-{new[0]}":
                self.submit(form)
        return new[0]

    def place_badge(
        self,
        course: str,
        choice: str | None = None,
        *,
        minimum_percent: int | None = 60,
        also: Mapping[str, str] | None = None,
    ) -> str:
        """Zane adds a badge to the course and restricts it to a course total; the activity's address.

        `course` is a part of its title or label. `choice` is a badge's value or a part of its words; None
        takes the first. `also` fills in more of the tool's form.
        """
        self.become("Zane")
        around = self.open(self.open(self.open_course(course)).link("select content"))
        draft = self.choose(self.enter_frame(around), "badge", choice, also)
        percent = "" if minimum_percent is None else str(minimum_percent)
        saved = self.submit(draft.form("activity"), {"minimum_percent": percent})
        return saved.url

    def open_course(self, course: str) -> str:
        """The address of the course."""
        home = self.open(self.lms_url)
        return home.link(course)

    def open_activity(self, person: str, activity: str) -> Page:
        """The tool's page as `person` meets it inside the activity at this address."""
        self.become(person)
        around = self.open(activity)
        if not around.frames:
            raise UnexpectedPageError(f"{person} may not open {activity}: {around.text[:300]}")
        return self.enter_frame(around)

    def may_open(self, person: str, activity: str) -> bool:
        """Whether the LMS lets this person into the activity."""
        self.become(person)
        return bool(self.open(activity).frames)

    def restrict(self, activity: str, minimum_percent: int | None) -> None:
        self.become("Zane")
        percent = "" if minimum_percent is None else str(minimum_percent)
        self.submit(self.open(activity).form("restrict"), {"minimum_percent": percent})

    def give_grades(self, course: str, *, complete: int) -> None:
        """A grade for everybody in everything; `complete` of them do well, Anna among these."""
        self.become("Zane")
        self.submit(self._gradebook(course).form("everybody"), {"complete": str(complete)})

    def type_grades(self, course: str, person: str, score: str, *, column: str = "") -> None:
        """Zane types `score` for the person into each column whose label contains `column`."""
        self.become("Zane")
        form = self._gradebook(course).form("grades")
        cells = {
            field.name: score
            for field in form.fields
            for label, _ in field.options
            if label.startswith(person) and column in label
        }
        if not cells:
            raise UnexpectedPageError(f"no column {column!r} for {person} in the gradebook")
        self.submit(form, cells)

    def hide_column(self, course: str, column: str) -> None:
        """Zane hides each column whose label contains `column` from learners."""
        self.become("Zane")
        form = self._gradebook(course).form("grades")
        boxes = {
            field.name: "on"
            for field in form.fields
            for label, _ in field.options
            if field.name.startswith("hidden-") and column in label
        }
        if not boxes:
            raise UnexpectedPageError(f"no column {column!r} in the gradebook")
        self.submit(form, boxes)

    def learners(self, course: str) -> int:
        """How many learners the course's gradebook has a row for."""
        self.become("Zane")
        cells = (field.name for field in self._gradebook(course).form("grades").fields)
        return len({cell.rpartition("-")[2] for cell in cells if cell.startswith("grade-")})

    def _gradebook(self, course: str) -> Page:
        return self.open(self.open(self.open_course(course)).link("Gradebook"))

    # What a browser does

    def open(self, url: str, *, referrer: str | None = None, in_frame: bool = False) -> Page:
        return self._fetch("GET", url, {}, referrer, in_frame)

    def enter_frame(self, around: Page) -> Page:
        """The page that comes to rest in the frame called `tool`."""
        if not around.frames:
            raise UnexpectedPageError(f"no frame at {around.url} ({around.status}): {around.text[:300]}")
        target = urljoin(around.url, around.frames[0])
        return self.follow(self.open(target, referrer=around.url, in_frame=True))

    def submit(self, form: Form, choices: Mapping[str, str] | None = None, *, referrer: str = "") -> Page:
        """What follows the form, sent with these choices in place of its own values, and followed to rest."""
        data = {**form.data(), **(choices or {})}
        inside = urlsplit(form.action).netloc != urlsplit(self.lms_url).netloc
        return self.follow(self._fetch(form.method, form.action, data, referrer or form.action, inside))

    def choose(
        self, page: Page, name: str, choice: str | None = None, also: Mapping[str, str] | None = None
    ) -> Page:
        """Picks the radio button or option whose value is `choice`, or whose words contain it; then sends."""
        for form in page.forms:
            options = [option for field in form.named(name) for option in field.options]
            for words, value in options:
                if choice is None or choice == value or choice in words:
                    return self.submit(form, {**(also or {}), name: value}, referrer=page.url)
        raise UnexpectedPageError(f"nothing called {choice!r} to choose at {page.url}: {page.text[:500]}")

    def follow(self, page: Page) -> Page:
        """Goes on while a page posts itself, moves on, or only asks to confirm the launch."""
        for _ in range(MAXIMUM_HOPS):
            form = _onward(page)
            inside = urlsplit(page.url).netloc != urlsplit(self.lms_url).netloc
            if form is not None:
                page = self._fetch(form.method, form.action, form.data(), page.url, inside)
            elif page.continues_at:
                page = self.open(urljoin(page.url, page.continues_at), referrer=page.url, in_frame=inside)
            else:
                return page
        raise UnexpectedPageError(f"the pages go in circles at {page.url}")

    def _fetch(
        self, method: str, url: str, data: Mapping[str, str], referrer: str | None, in_frame: bool
    ) -> Page:
        for _ in range(MAXIMUM_HOPS):
            headers = _browser_headers(method, url, referrer, in_frame)
            sent: dict[str, Any] = {"data": dict(data)} if method == "POST" else {"params": dict(data)}
            answer = self.web.request(method, url, headers=headers, allow_redirects=False, timeout=60, **sent)
            for cookie in self.web.cookies:
                # A browser sends Secure cookies to http://*.localhost too: it counts as a secure context.
                cookie.secure = cookie.secure and not is_localhost_name(cookie.domain)
            if not answer.is_redirect:
                answer.encoding = "utf-8"
                return read_page(answer.url, answer.status_code, answer.text)
            url = urljoin(answer.url, answer.headers["Location"])
            if answer.status_code not in (307, 308):
                method, data = "GET", {}
        raise UnexpectedPageError(f"redirects go in circles at {url}")


def _onward(page: Page) -> Form | None:
    """The form a browser, or a person without thinking, sends on from here."""
    for form in page.forms:
        if form.is_automatic or urlsplit(form.action).path in CONFIRMING:
            return form
    return None


def _client_ids(tools: Page) -> list[str]:
    return [form.id.removeprefix("activate-") for form in tools.forms if form.id.startswith("activate-")]


def _says_close(page: Page) -> bool:
    return "org.imsglobal.lti.close" in page.html


def _browser_headers(method: str, url: str, referrer: str | None, in_frame: bool) -> dict[str, str]:
    """What a browser says about where a request comes from; tools may check it."""
    here, there = (_origin(referrer) if referrer else None), _origin(url)
    headers = {
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "en",
        "User-Agent": "demo-robot",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe" if in_frame else "document",
        "Sec-Fetch-Site": "none" if here is None else "same-origin" if here == there else "cross-site",
    }
    if here:
        headers["Referer"] = f"{here}/"
        if method == "POST":
            headers["Origin"] = here
    return headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
