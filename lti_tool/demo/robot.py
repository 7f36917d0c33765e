"""A scripted browser, without JavaScript, in which people of the demo use the LMS and the tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import requests

from lti_tool.demo.html_page import Form, Page, UnexpectedPageError, read_page
from lti_tool.demo.localhost_names import is_localhost_name, localhost_session

#: More redirects, or pages that submit themselves, than any launch has in a row.
MAXIMUM_HOPS = 20
#: The tool's pages that ask who opened a launch, because no cookie and no platform storage says so: a robot confirms.
CONFIRMATION_PATHS = frozenset({"/lti/confirm", "/lti/storage-confirm"})


#: The values of a form by the names of its fields: several of one field are a list.
Choices = Mapping[str, str | list[str]]

#: Where a page is to be shown, as Sec-Fetch-Dest says it.
Destination = Literal["document", "iframe"]


class Robot:
    """A browser at the LMS. `http` takes the place of its own requests session, which reaches `*.localhost`.

    Every method raises UnexpectedPageError where a page is not what its step needs.
    """

    def __init__(self, lms_url: str, *, http: requests.Session | None = None) -> None:
        self.lms_url = lms_url.rstrip("/")
        self.http = http or localhost_session()

    # --- what people do

    def become(self, person: str, *, locale: str = "en") -> Page:
        """Switches to the person whose name begins with `person`; `locale` is the language for tools.

        Raises UnexpectedPageError where nobody has that name.
        """
        form = self.open(self.lms_url).form("who")
        options = [option for field in form.fields_named("person") for option in field.options]
        for label, value in options:
            if label.startswith(person):
                return self.submit(form, {"person": value, "locale": locale})
        raise UnexpectedPageError(f"nobody here is called {person}")

    def register(self, registration_url: str) -> str:
        """The client_id of the tool that the administrator adds by its registration URL and activates.

        Raises UnexpectedPageError where the tool does not finish.
        """
        self.become("Ieva")
        tools = self.open(f"{self.lms_url}/admin/tools")
        known = _client_ids(tools)
        outer = self.submit(tools.form("register"), {"registration_url": registration_url})
        page = self.enter_frame(outer)
        if page.forms and not _asks_to_close(page):
            page = self.submit(page.forms[0], referrer=page.url)
        tools = self.open(f"{self.lms_url}/admin/tools")
        new = [client_id for client_id in _client_ids(tools) if client_id not in known]
        if len(new) != 1:
            raise UnexpectedPageError(f"the tool did not register ({page.status}): {page.text[:500]}")
        for form in tools.forms:
            if form.id == f"activate-{new[0]}":
                self.submit(form)
        return new[0]

    def install_plugin(self) -> None:
        """Installs our plugin for Moodle, as the administrator."""
        self.become("Ieva")
        self.submit(self.open(f"{self.lms_url}/admin/tools").form("plugin"))

    def set_up(self, way: Literal["web-service", "xapi", "lists"]) -> None:
        """The administrator switches the way on by which the tool learns who has completed, or off."""
        self.become("Ieva")
        self.submit(self.open(f"{self.lms_url}/admin/tools").form(way))

    def place_badge(
        self,
        course: str,
        badge: str | None = None,
        *,
        minimum_percent: int | None = 60,
        more_fields: Mapping[str, str] | None = None,
    ) -> str:
        """The address of a new activity with a badge, which the teacher adds and restricts to a course total.

        `course` is a part of its title or label. `badge` is the value or a part of the label of its radio button; None
        takes the first. `more_fields` fills in more of the tool's form.
        """
        self.become("Zane")
        outer = self.open(self.open(self.open_course(course)).link("select content"))
        draft = self.choose(self.enter_frame(outer), "badge", badge, more_fields)
        percent = "" if minimum_percent is None else str(minimum_percent)
        saved = self.submit(draft.form("activity"), {"minimum_percent": percent})
        return saved.url

    def copy_badge(
        self, course: str, titles: Mapping[str, str], more_fields: Mapping[str, str] | None = None
    ) -> Page:
        """The page after the teacher has copied the first badge of the institution and published the copy.

        `titles` are those of the copy, by language; `more_fields` fills in fields of the editor's last page. Before
        they publish they are shown what will be signed.
        """
        self.become("Zane")
        outer = self.open(self.open(self.open_course(course)).link("select content"))
        templates = self.press(self.enter_frame(outer), "/lti/app/templates")
        step = self.press(templates, "/copy")
        changed = {f"/name/{language}": title for language, title in titles.items()}
        step = self.press(step, "/save", {**changed, "go": "more"})
        report = self.press(step, "/save", {**(more_fields or {}), "go": "report"})
        shown = self.press(report, "/publish")
        return self.press(shown, "/publish")

    def approve(self, link: str) -> Page:
        """The page after an approver has opened the link of a mail, and approved what it shows."""
        page = self.open(link)
        return self.press(page, "/lti/approval", {"answer": "approved"})

    def press(self, page: Page, action: str, choices: Choices | None = None) -> Page:
        """The page after the first form was sent whose address ends so. Raises UnexpectedPageError without one."""
        for form in page.forms:
            if urlsplit(form.action).path.endswith(action):
                return self.submit(form, choices, referrer=page.url)
        raise UnexpectedPageError(f"no form to {action} at {page.url} ({page.status}): {page.text[:500]}")

    def open_course(self, course: str) -> str:
        """The address of the course."""
        home = self.open(self.lms_url)
        return home.link(course)

    def copy_course(self, course: str) -> Page:
        """The page of a new copy of the course, made by its teacher."""
        self.become("Zane")
        return self.submit(self.open(self.open_course(course)).form("copy"))

    def open_activity(self, person: str, activity: str) -> Page:
        """The tool's page that `person` sees inside the activity at this address.

        Raises UnexpectedPageError where the activity is closed to them.
        """
        self.become(person)
        outer = self.open(activity)
        if not outer.frames:
            raise UnexpectedPageError(f"{person} may not open {activity}: {outer.text[:300]}")
        return self.enter_frame(outer)

    def may_open(self, person: str, activity: str) -> bool:
        """Whether the LMS lets this person into the activity."""
        self.become(person)
        return bool(self.open(activity).frames)

    def restrict(self, activity: str, minimum_percent: int | None) -> None:
        """Sets the course total that the activity asks of learners, as the teacher; None asks for nothing."""
        self.become("Zane")
        percent = "" if minimum_percent is None else str(minimum_percent)
        self.submit(self.open(activity).form("restrict"), {"minimum_percent": percent})

    def give_grades(self, course: str, *, complete: int) -> None:
        """Gives everybody grades in everything, as the teacher; `complete` of them get high ones, Anna first."""
        self.become("Zane")
        self.submit(self._open_gradebook(course).form("everybody"), {"complete": str(complete)})

    def type_grades(self, course: str, person: str, score: str, *, column: str = "") -> None:
        """Types `score` for the person into each column whose label contains `column`, as the teacher.

        Raises UnexpectedPageError where there is no such column.
        """
        self.become("Zane")
        form = self._open_gradebook(course).form("grades")
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
        """Hides each column whose label contains `column` from learners, as the teacher.

        Raises UnexpectedPageError where there is no such column.
        """
        self.become("Zane")
        form = self._open_gradebook(course).form("grades")
        boxes = {
            field.name: "on"
            for field in form.fields
            for label, _ in field.options
            if field.name.startswith("hidden-") and column in label
        }
        if not boxes:
            raise UnexpectedPageError(f"no column {column!r} in the gradebook")
        self.submit(form, boxes)

    def count_learners(self, course: str) -> int:
        """How many learners the course's gradebook has a row for."""
        self.become("Zane")
        cells = (field.name for field in self._open_gradebook(course).form("grades").fields)
        return len({cell.rpartition("-")[2] for cell in cells if cell.startswith("grade-")})

    def _open_gradebook(self, course: str) -> Page:
        return self.open(self.open(self.open_course(course)).link("Gradebook"))

    # --- what a browser does

    def open(self, url: str, *, referrer: str | None = None, destination: Destination = "document") -> Page:
        """The page at the address, after redirects; it is not followed further."""
        return self._fetch("GET", url, {}, referrer, destination)

    def enter_frame(self, outer: Page) -> Page:
        """The page in the frame called `tool`, followed until it waits for a person.

        Raises UnexpectedPageError where the page has no such frame.
        """
        if not outer.frames:
            raise UnexpectedPageError(f"no frame at {outer.url} ({outer.status}): {outer.text[:300]}")
        target = urljoin(outer.url, outer.frames[0])
        return self.follow(self.open(target, referrer=outer.url, destination="iframe"))

    def submit(self, form: Form, choices: Choices | None = None, *, referrer: str = "") -> Page:
        """The page that `follow` ends at after the form is sent, with these choices in place of its own values."""
        data = {**form.data(), **(choices or {})}
        destination = self._destination(form.action)
        return self.follow(self._fetch(form.method, form.action, data, referrer or form.action, destination))

    def choose(
        self, page: Page, name: str, choice: str | None = None, more_fields: Mapping[str, str] | None = None
    ) -> Page:
        """Sends the form with the radio button or option whose value is `choice`, or whose label contains it.

        None takes the first.
        Raises UnexpectedPageError where nothing has that name.
        """
        for form in page.forms:
            options = [option for field in form.fields_named(name) for option in field.options]
            for label, value in options:
                if choice is None or choice == value or choice in label:
                    return self.submit(form, {**(more_fields or {}), name: value}, referrer=page.url)
        raise UnexpectedPageError(f"nothing called {choice!r} to choose at {page.url}: {page.text[:500]}")

    def follow(self, page: Page) -> Page:
        """The next page on which a person has to do something.

        Passed over are pages that submit a form or move on by themselves, and those that ask to confirm the launch.
        Raises UnexpectedPageError where pages lead in a circle.
        """
        for _ in range(MAXIMUM_HOPS):
            form = _form_to_submit(page)
            destination = self._destination(page.url)
            if form is not None:
                page = self._fetch(form.method, form.action, form.data(), page.url, destination)
            elif page.continues_at:
                target = urljoin(page.url, page.continues_at)
                page = self.open(target, referrer=page.url, destination=destination)
            else:
                return page
        raise UnexpectedPageError(f"the pages go in circles at {page.url}")

    def _destination(self, url: str) -> Destination:
        """Pages of the tool are shown in a frame, those of the LMS in the window."""
        return "document" if urlsplit(url).netloc == urlsplit(self.lms_url).netloc else "iframe"

    def _fetch(
        self, method: str, url: str, data: Choices, referrer: str | None, destination: Destination
    ) -> Page:
        # Redirects are followed here, not by requests: each of them gets its own Sec-Fetch headers.
        for _ in range(MAXIMUM_HOPS):
            headers = _browser_headers(method, url, referrer, destination)
            content: dict[str, Any] = {"data": dict(data)} if method == "POST" else {"params": dict(data)}
            answer = self.http.request(
                method, url, headers=headers, allow_redirects=False, timeout=60, **content
            )
            for cookie in self.http.cookies:
                # A browser sends Secure cookies to http://*.localhost too: it counts as a secure context.
                cookie.secure = cookie.secure and not is_localhost_name(cookie.domain)
            if not answer.is_redirect:
                answer.encoding = "utf-8"
                return read_page(answer.url, answer.status_code, answer.text)
            url = urljoin(answer.url, answer.headers["Location"])
            if answer.status_code not in (307, 308):
                method, data = "GET", {}
        raise UnexpectedPageError(f"redirects go in circles at {url}")


def _form_to_submit(page: Page) -> Form | None:
    """The form that the page's scripts submit, or that only confirms the launch; None where there is none."""
    for form in page.forms:
        if form.is_automatic or urlsplit(form.action).path in CONFIRMATION_PATHS:
            return form
    return None


def _client_ids(tools: Page) -> list[str]:
    return [form.id.removeprefix("activate-") for form in tools.forms if form.id.startswith("activate-")]


def _asks_to_close(page: Page) -> bool:
    return "org.imsglobal.lti.close" in page.html


def _browser_headers(method: str, url: str, referrer: str | None, destination: Destination) -> dict[str, str]:
    """The headers by which a browser says where a request comes from; tools may check them."""
    source, target = (_origin(referrer) if referrer else None), _origin(url)
    headers = {
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "en",
        "User-Agent": "demo-robot",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": destination,
        "Sec-Fetch-Site": "none" if source is None else "same-origin" if source == target else "cross-site",
    }
    if source:
        headers["Referer"] = f"{source}/"
        if method == "POST":
            headers["Origin"] = source
    return headers


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
