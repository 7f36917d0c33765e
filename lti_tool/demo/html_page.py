"""An HTML page as its visitor sees it, with forms, frames, links and text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

BUTTONS = frozenset({"submit", "image"})


class UnexpectedPageError(Exception):
    """A page is not what the next step needs; the message quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A control of a form. `kind` is the type of an input, else `submit`, `select` or `textarea`.

    `value` is what would be sent now; None where nothing would. `options` are the labels and values to choose from.
    """

    name: str
    value: str | None
    kind: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form with its controls. `is_automatic`: scripts of the page submit it without a click."""

    id: str
    action: str
    method: str
    fields: tuple[Field, ...]
    is_automatic: bool

    def data(self) -> dict[str, str]:
        """What a browser sends when the form is submitted as it stands."""
        return {
            field.name: field.value
            for field in self.fields
            if field.name and field.value is not None and field.kind not in BUTTONS
        }

    def fields_named(self, name: str) -> list[Field]:
        """The controls of this name: more than one for radio buttons."""
        return [field for field in self.fields if field.name == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came. `frames` are the addresses of frames for the tool, `links` pairs of text and address.

    `continues_at` is where a refresh or a script takes the browser next, without a click.
    """

    url: str
    status: int
    html: str
    forms: tuple[Form, ...] = ()
    frames: tuple[str, ...] = ()
    continues_at: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def form(self, form_id: str) -> Form:
        """The form with this id. Raises UnexpectedPageError where there is none."""
        for form in self.forms:
            if form.id == form_id:
                return form
        raise UnexpectedPageError(f"no form {form_id!r} at {self.url} ({self.status}): {self.text[:300]}")

    def link(self, text: str) -> str:
        """Where the first link goes whose text contains `text`. Raises UnexpectedPageError where there is none."""
        for link_text, target in self.links:
            if text in link_text:
                return urljoin(self.url, target)
        raise UnexpectedPageError(f"no link {text!r} at {self.url} ({self.status}): {self.text[:300]}")


def read_page(url: str, status: int, html: str) -> Page:
    """The page that this HTML is, at this address."""
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
            is_automatic=form["automatic"] or _is_submitted_by_script(form, reader.forms, scripts),
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
        text=" ".join(" ".join(reader.texts).split()),
    )


def _is_submitted_by_script(form: dict[str, Any], forms: list[dict[str, Any]], scripts: str) -> bool:
    """Whether it is the page's only form, has nothing to fill in, and a script on the page submits a form."""
    only_hidden = all(field.kind in BUTTONS | {"hidden"} for field in form["fields"])
    return len(forms) == 1 and only_hidden and ("submit()" in scripts or "requestSubmit()" in scripts)


class _Reader(HTMLParser):
    """Collects what `read_page` needs in one pass over the HTML.

    `_open_tags` are those open tags whose text matters, innermost last. A choice (radio button or checkbox) gets its
    label when the label ends that it stands in, or, for `<label for=...>`, at the end of the page.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[dict[str, Any]] = []
        self.frames: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.continues_at: str | None = None
        self._form: dict[str, Any] | None = None
        self._open_tags: list[str] = []
        self._select: dict[str, Any] | None = None
        self._textarea: dict[str, Any] | None = None
        self._label_texts: list[str] = []
        self._label_for = ""
        #: Indexes, in the fields of the form, of the choices inside the open label.
        self._choices_in_label: list[int] = []
        self._choices_by_id: dict[str, tuple[list[Field], int]] = {}
        self._labels_by_id: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value if value is not None else "" for name, value in attrs}
        if "data-location" in attributes:
            # A page of the tool that a script leaves, once it has put something into the platform's storage.
            self.continues_at = attributes["data-location"]
        if "onload" in attributes:
            self.scripts.append(attributes["onload"])
        if tag in ("script", "style", "title"):
            self._open_tags.append(tag)
        elif tag == "form":
            self._start_form(attributes)
        elif tag == "iframe" and attributes.get("name") == "tool" and "src" in attributes:
            self.frames.append(attributes["src"])
        elif tag == "a" and "href" in attributes:
            self.links.append(("", attributes["href"]))
            self._open_tags.append("a")
            if "data-continue" in attributes:
                self.continues_at = attributes["href"]
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            _, _, target = attributes.get("content", "").partition("=")
            self.continues_at = target.strip("'\" ") or None
        elif tag == "label":
            self._label_texts, self._choices_in_label = [], []
            self._label_for = attributes.get("for", "")
            self._open_tags.append("label")
        elif self._form is not None:
            self._add_control(tag, attributes, self._form["fields"])

    def _start_form(self, attributes: dict[str, str]) -> None:
        self._form = {
            "id": attributes.get("id", ""),
            "action": attributes.get("action", ""),
            "method": attributes.get("method", "get").upper(),
            "automatic": "data-auto-submit" in attributes or "data-submit" in attributes,
            "fields": [],
        }
        self.forms.append(self._form)

    def _add_control(self, tag: str, attributes: dict[str, str], fields: list[Field]) -> None:
        name = attributes.get("name", "")
        if tag == "input" and "disabled" not in attributes:
            self._add_input(name, attributes, fields)
        elif tag == "button" and attributes.get("type", "submit") == "submit":
            fields.append(Field(name=name, value=attributes.get("value", ""), kind="submit"))
        elif tag == "select":
            self._select = {"name": name, "options": [], "chosen": None}
        elif tag == "option" and self._select is not None:
            self._select["options"].append(["", attributes.get("value")])
            if "selected" in attributes or self._select["chosen"] is None:
                self._select["chosen"] = len(self._select["options"]) - 1
            self._open_tags.append("option")
        elif tag == "textarea":
            self._textarea = {"name": name, "text": ""}
            self._open_tags.append("textarea")

    def _add_input(self, name: str, attributes: dict[str, str], fields: list[Field]) -> None:
        kind, label = attributes.get("type", "text").lower(), attributes.get("aria-label", "")
        if kind in ("radio", "checkbox"):
            value = attributes.get("value", "on")
            self._choices_in_label.append(len(fields))
            self._choices_by_id[attributes.get("id", "")] = (fields, len(fields))
            chosen = value if "checked" in attributes else None
            fields.append(Field(name=name, value=chosen, kind=kind, options=((label, value),)))
        else:
            value = attributes.get("value", "")
            options = ((label, value),) if label else ()
            fields.append(Field(name=name, value=value, kind=kind, options=options))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open_tags:
            # Tags that were left open inside this one end with it.
            while self._open_tags.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        elif tag == "label" and self._form is not None:
            self._end_label(self._form["fields"])
        elif tag == "select" and self._select is not None and self._form is not None:
            options = tuple(
                (label.strip(), label.strip() if value is None else value)
                for label, value in self._select["options"]
            )
            chosen = options[self._select["chosen"]][1] if options else None
            self._form["fields"].append(
                Field(name=self._select["name"], value=chosen, kind="select", options=options)
            )
            self._select = None
        elif tag == "textarea" and self._textarea is not None and self._form is not None:
            name, text = self._textarea["name"], self._textarea["text"]
            self._form["fields"].append(Field(name=name, value=text, kind="textarea"))
            self._textarea = None

    def _end_label(self, fields: list[Field]) -> None:
        label = " ".join(" ".join(self._label_texts).split())
        if self._label_for:
            self._labels_by_id[self._label_for] = label
        for index in self._choices_in_label:
            _set_label(fields, index, label)
        self._label_texts, self._choices_in_label = [], []

    def close(self) -> None:
        """Labels the choices that `<label for=...>` names: such a label may stand before or after its control."""
        super().close()
        for control_id, label in self._labels_by_id.items():
            if control_id in self._choices_by_id:
                fields, index = self._choices_by_id[control_id]
                _set_label(fields, index, label)

    def handle_data(self, data: str) -> None:
        if "script" in self._open_tags:
            self.scripts.append(data)
            return
        if "style" in self._open_tags or "title" in self._open_tags:
            return
        if "option" in self._open_tags and self._select is not None:
            self._select["options"][-1][0] += data
            return
        if "textarea" in self._open_tags and self._textarea is not None:
            self._textarea["text"] += data
        if "a" in self._open_tags:
            text, target = self.links[-1]
            self.links[-1] = (" ".join((text + data).split()), target)
        if "label" in self._open_tags:
            self._label_texts.append(data)
        self.texts.append(data)


def _set_label(fields: list[Field], index: int, label: str) -> None:
    """Labels the choice at this index, if it has no label yet."""
    field = fields[index]
    options = tuple((own_label or label, value) for own_label, value in field.options)
    fields[index] = replace(field, options=options)
