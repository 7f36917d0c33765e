"""A page as a person sees it, read from its HTML: forms, frames, links and words."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

BUTTONS = frozenset({"submit", "image"})


class UnexpectedPageError(Exception):
    """A page is not what a person would expect there; the message quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`options` are the values a person could choose, by what is written beside them."""

    name: str
    value: str | None
    kind: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    id: str
    action: str
    method: str
    fields: tuple[Field, ...]
    is_automatic: bool

    def data(self) -> dict[str, str]:
        """What a browser would send if nobody touched the form."""
        return {
            field.name: field.value
            for field in self.fields
            if field.name and field.value is not None and field.kind not in BUTTONS
        }

    def named(self, name: str) -> list[Field]:
        return [field for field in self.fields if field.name == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    url: str
    status: int
    html: str
    forms: tuple[Form, ...] = ()
    frames: tuple[str, ...] = ()
    continues_at: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def form(self, form_id: str) -> Form:
        for form in self.forms:
            if form.id == form_id:
                return form
        raise UnexpectedPageError(f"no form {form_id!r} at {self.url} ({self.status}): {self.text[:300]}")

    def link(self, text: str) -> str:
        """Where the first link goes whose words contain `text`."""
        for words, target in self.links:
            if text in words:
                return urljoin(self.url, target)
        raise UnexpectedPageError(f"no link {text!r} at {self.url} ({self.status}): {self.text[:300]}")


def read_page(url: str, status: int, html: str) -> Page:
    """The page with the forms, frames and links a person would see in it."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    scripts = " ".join(reader.scripts)
    forms = tuple(
        Form(
            id=form["id"],
            action=urljoin(url, form["action"] or url),
            method=form["method"],
            fields=tuple(form["fields"]),
            is_automatic=form["automatic"] or _posts_itself(form, reader.forms, scripts),
        )
        for form in reader.forms
    )
    return Page(
        url=url,
        status=status,
        html=html,
        forms=forms,
        frames=tuple(reader.frames),
        continues_at=reader.continues_at,
        links=tuple(reader.links),
        text=" ".join(" ".join(reader.words).split()),
    )


def _posts_itself(form: dict[str, Any], forms: list[dict[str, Any]], scripts: str) -> bool:
    """A page's only form, with nothing to fill in, that a script on the page submits."""
    only_hidden = all(field.kind in BUTTONS | {"hidden"} for field in form["fields"])
    return len(forms) == 1 and only_hidden and ("submit()" in scripts or "requestSubmit()" in scripts)


class _Reader(HTMLParser):
    """Collects what read_page needs, in one pass."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[dict[str, Any]] = []
        self.frames: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.continues_at: str | None = None
        self._form: dict[str, Any] | None = None
        self._inside: list[str] = []
        self._select: dict[str, Any] | None = None
        self._area: dict[str, Any] | None = None
        self._label: list[str] = []
        self._unlabelled: list[int] = []
        self._labelled_id = ""
        self._ids: dict[str, tuple[list[Field], int]] = {}
        self._labels: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if "data-location" in given:
            # A page that scripts move on, after they kept something with the platform.
            self.continues_at = given["data-location"]
        if "onload" in given:
            self.scripts.append(given["onload"])
        if tag in ("script", "style", "title"):
            self._inside.append(tag)
        elif tag == "form":
            self._form = {
                "id": given.get("id", ""),
                "action": given.get("action", ""),
                "method": given.get("method", "get").upper(),
                "automatic": "data-auto-submit" in given or "data-submit" in given,
                "fields": [],
            }
            self.forms.append(self._form)
        elif tag == "iframe" and given.get("name") == "tool" and "src" in given:
            self.frames.append(given["src"])
        elif tag == "a" and "href" in given:
            self.links.append(("", given["href"]))
            self._inside.append("a")
            if "data-continue" in given:
                self.continues_at = given["href"]
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            _, _, target = given.get("content", "").partition("=")
            self.continues_at = target.strip("'\" ") or None
        elif tag == "label":
            self._label, self._unlabelled = [], []
            self._labelled_id = given.get("for", "")
            self._inside.append("label")
        elif self._form is not None:
            self._control(tag, given, self._form["fields"])

    def _control(self, tag: str, given: dict[str, str], fields: list[Field]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "input":
            kind = given.get("type", "text").lower()
            if "disabled" in given:
                return
            if kind in ("radio", "checkbox"):
                value = given.get("value", "on")
                chosen = value if "checked" in given else None
                words = given.get("aria-label", "")
                self._unlabelled.append(len(fields))
                self._ids[given.get("id", "")] = (fields, len(fields))
                fields.append(Field(name=name, value=chosen, kind=kind, options=((words, value),)))
            else:
                words = given.get("aria-label", "")
                options = ((words, value),) if words else ()
                fields.append(Field(name=name, value=value, kind=kind, options=options))
        elif tag == "button" and given.get("type", "submit") == "submit":
            fields.append(Field(name=name, value=value, kind="submit"))
        elif tag == "select":
            self._select = {"name": name, "options": [], "chosen": None}
        elif tag == "option" and self._select is not None:
            self._select["options"].append(["", given.get("value")])
            if "selected" in given or self._select["chosen"] is None:
                self._select["chosen"] = len(self._select["options"]) - 1
            self._inside.append("option")
        elif tag == "textarea":
            self._area = {"name": name, "text": ""}
            self._inside.append("textarea")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        elif tag == "label" and self._form is not None:
            self._name_choices(self._form["fields"])
        elif tag == "select" and self._select is not None and self._form is not None:
            options = tuple(
                (words.strip(), words.strip() if value is None else value)
                for words, value in self._select["options"]
            )
            chosen = options[self._select["chosen"]][1] if options else None
            self._form["fields"].append(
                Field(name=self._select["name"], value=chosen, kind="select", options=options)
            )
            self._select = None
        elif tag == "textarea" and self._area is not None and self._form is not None:
            self._form["fields"].append(
                Field(name=self._area["name"], value=self._area["text"], kind="textarea")
            )
            self._area = None

    def _name_choices(self, fields: list[Field]) -> None:
        """Radio buttons and checkboxes inside a label are called what the label says."""
        words = " ".join(" ".join(self._label).split())
        if self._labelled_id:
            self._labels[self._labelled_id] = words
        for place in self._unlabelled:
            _call(fields, place, words)
        self._label, self._unlabelled = [], []

    def close(self) -> None:
        """Labels may stand before or after the control they are for."""
        super().close()
        for name, words in self._labels.items():
            if name in self._ids:
                _call(*self._ids[name], words)

    def handle_data(self, data: str) -> None:
        if "script" in self._inside:
            self.scripts.append(data)
            return
        if "style" in self._inside or "title" in self._inside:
            return
        if "option" in self._inside and self._select is not None:
            self._select["options"][-1][0] += data
            return
        if "textarea" in self._inside and self._area is not None:
            self._area["text"] += data
        if "a" in self._inside:
            words, target = self.links[-1]
            self.links[-1] = (" ".join((words + data).split()), target)
        if "label" in self._inside:
            self._label.append(data)
        self.words.append(data)


def _call(fields: list[Field], place: int, words: str) -> None:
    """Gives the choice at `place` a name, if it has none yet."""
    field = fields[place]
    options = tuple((known or words, value) for known, value in field.options)
    fields[place] = Field(name=field.name, value=field.value, kind=field.kind, options=options)
