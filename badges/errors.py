"""The errors of badges.

* BadgeError
  * MissingElementsError   a mandatory EU element is missing; `names` lists the codes of badges.eu.annex_1.ELEMENTS
  * TemplateError          the text is not a valid template, issuer or badge to import; `problems` lists every problem
    * ClaimError             a template claims more than its issuer's settings allow
  * QualityError           a quality framework of the institution is not met; `failings` lists every rule
  * FrameworkError         the file of a quality framework cannot be used
  * VocabularyError        the file of a controlled vocabulary cannot be used; `problems` lists every problem
  * PictureError           the bytes are not a sound picture, PDF, ZIP or e-mail; `code` names the reason
  * SchemaError            a JSON Schema that a credential names cannot be applied
    * SchemaTooCostlyError   the process that applied it had to be ended
  * BudgetSpentError       a verification has used up the time or the fetches that it may use
  * HttpStatusError        an address answered with another status than 200; `status`, `location`, `body`
  * DisclosureError        the part cannot be removed from the badge; `code` names the reason
  * NotBakedError          the picture is sound, but there is no Open Badges 3.0 credential in it

A badge that does not verify is not an error: `badges.verify.verify` returns a Report for any bytes at all.
"""

from __future__ import annotations


class BadgeError(Exception):
    """Base of all that badges raises."""


class MissingElementsError(BadgeError):
    """A mandatory element of the EU micro-credential is missing; `names` are codes of badges.eu.annex_1.ELEMENTS."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"The micro-credential lacks: {', '.join(names)}.")
        self.names = names


class TemplateError(BadgeError):
    """The text is not a valid template, issuer or badge. `problems` are pairs (field, code of a sentence), in order.

    Fields are JSON pointers: `/name`, `/learning_outcomes/0/text/lv`, `/level/value`. Codes: `required`, `not_text`,
    `markup`, `too_long`, `unknown_language`, `not_a_list`, `too_many`, `not_an_object`, `unknown_field`,
    `not_a_number`, `out_of_range`, `unknown_code`, `not_a_web_address`, `not_an_email`, `not_an_esco_skill`,
    `not_an_eidas_identifier`, `not_yes_or_no`, `not_a_date`, `in_the_future`, `ends_before_it_starts`,
    `level_not_applicable`, `months_or_day`, `above_the_scale`, `levels_not_rising`, `level_above_the_scale`,
    `code_and_name`, `levels_not_in_order`, `unknown_framework`, `unknown_timezone`; of a template that is to be
    published `says_nothing`, `says_too_little`, `review_has_passed`, `review_overdue`; of a whole file `not_a_badge`,
    `badge_elsewhere`, `not_toml`.
    """

    _sentence = "This cannot be used as it is"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        listed = "; ".join(f"{field or '/'}: {code}" for field, code in problems)
        super().__init__(f"{self._sentence}: {listed}.")
        self.problems = problems


class ClaimError(TemplateError):
    """The template claims more than its issuer's settings allow.

    The codes of `problems`: `level_too_high`, `no_level_allowed`, `awarding_body_not_listed`,
    `quality_assurance_not_listed`, and `not_as_listed` for a field of a listed body or quality assurance that says
    something else.
    """

    _sentence = "The issuer's settings, [authority] in ISSUER_FILE, do not allow this"


class QualityError(BadgeError):
    """Quality frameworks that the institution requires are not met. `failings` are pairs (framework, rule)."""

    def __init__(self, failings: tuple[tuple[str, str], ...]) -> None:
        listed = ", ".join(f"{framework}: {rule}" for framework, rule in failings)
        super().__init__(f"The institution's quality frameworks are not met: {listed}.")
        self.failings = failings


class FrameworkError(BadgeError):
    """The file of a quality framework lacks a required entry, or has one that is not known."""


class VocabularyError(BadgeError):
    """A file cannot be a controlled vocabulary. `problems` are pairs (JSON pointer, or file and line; sentence)."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        listed = "; ".join(f"{where} {why}" for where, why in problems)
        super().__init__(f"This vocabulary cannot be used: {listed}.")
        self.problems = problems


class PictureError(BadgeError):
    """The bytes are not a sound PNG, SVG, JPEG, PDF, ZIP or e-mail, or contain something that is refused.

    `code`: `not_a_png`, `too_large`, `truncated`, `too_many_chunks`, `bad_checksum`, `bad_order`,
    `after_end`, `bad_text`, `text_too_large`, `two_credentials`; for an SVG also `not_an_svg`, `svg_dtd`,
    `svg_script`, `svg_too_complex`; for a PDF also `pdf_too_complex`; for a ZIP or an e-mail `too_many_files` and
    `cannot_unpack`. Those of an uploaded picture are in badges.pictures.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SchemaError(BadgeError):
    """A JSON Schema cannot be read, or costs too much to apply: whether a document follows it is unknown."""


class SchemaTooCostlyError(SchemaError):
    """Applying a JSON Schema took more time or memory than a stranger's schema may."""


class BudgetSpentError(BadgeError):
    """A verification has used up its time or its fetches: what is left is unknown, and says nothing about the badge."""


class HttpStatusError(BadgeError):
    """An address answered with another status than 200. `location` is where a redirect leads, else None."""

    def __init__(self, status: int, *, location: str | None = None, body: bytes = b"") -> None:
        super().__init__(f"the address answered with status {status}")
        self.status = status
        self.location = location
        self.body = body


class DisclosureError(BadgeError):
    """The part cannot be removed. `code`: `not_parted`, `nobody_left`, `unknown_part`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotBakedError(BadgeError):
    """The picture is sound, but no Open Badges 3.0 credential is baked into it.

    `code`: `no_credential`, or `open_badges_2` when there is a badge of an older standard.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
