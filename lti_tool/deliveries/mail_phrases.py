"""What mails about badges have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lti_tool.mails.content import Link, Paragraph, one_line
from lti_tool.values import Letterhead, Recipient


def headings(recipient: Recipient, badge: str) -> Sequence[str]:
    """Whose badge it is, as far as the name is known, and what it is called."""
    return tuple(one_line(line) for line in (recipient.name, badge) if line.strip())


def about_this_mail(issuer: Letterhead, _: Callable[[str], str]) -> Sequence[Paragraph]:
    """Why the learner gets the mail, and whom to tell where it is not theirs."""
    return tuple(Paragraph(text=text) for text in _about(issuer, _))


def _about(issuer: Letterhead, _: Callable[[str], str]) -> Iterator[str]:
    yield _("You get this e-mail because %(issuer)s has awarded you this badge.") % {"issuer": issuer.name}
    if issuer.email:
        yield _("If the badge is not yours, please write to %(email)s.") % {"email": issuer.email}


def refusing(unsubscribe_url: str, _: Callable[[str], str]) -> Sequence[Link]:
    """Where the reader says that they want no more of these, if they can."""
    return (Link(label=_("No more of these e-mails"), url=unsubscribe_url),) if unsubscribe_url else ()
