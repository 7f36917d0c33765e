"""TXT records as a real name server answers them: in parts, cut off, by an alias, forged, late, or not at all."""

from __future__ import annotations

import dns.message
import dns.name
import pytest

from lti_tool.errors import DomainError
from lti_tool.organisations.dns_texts import find_texts, texts_from
from lti_tool.organisations.domains import check_domain, record_name, record_text
from tests.dns_server import alias, cut_off, failed, name_server, texts
from tests.lti_tool.organisations.test_domains import CHALLENGE, LINE, NoSite

NAME = record_name("school.example")


def found(answers, name: str = NAME):
    """The texts that are found, sorted, as an answer has no order; and what the server was asked."""
    with name_server(answers) as server:
        return sorted(texts_from(server.resolver, name)), server.asked


def test_a_record_is_found_among_others():
    def answers(question, _way):
        return [texts(question, '"v=spf1 -all"', f'"{LINE}"').to_wire()]

    assert found(answers) == ([LINE, "v=spf1 -all"], [f"udp {NAME}. TXT"])


def test_the_parts_of_a_record_are_one_text():
    """255 bytes are the most of one part; some panels cut where they like."""

    def answers(question, _way):
        return [texts(question, f'"{LINE[:9]}" "{LINE[9:]}"', '"' + "x" * 255 + '" "y"', '""').to_wire()]

    assert found(answers)[0] == ["", LINE, "x" * 255 + "y"]


def test_what_is_no_text_is_found_as_something_else():
    def answers(question, _way):
        return [texts(question, '"\\255\\254nozimite=x"').to_wire()]

    assert found(answers)[0] == ["\ufffd\ufffdnozimite=x"]


@pytest.mark.parametrize("code", ["NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR"])
def test_where_a_server_says_no_there_is_none(code):
    assert found(lambda question, _way: [failed(question, code).to_wire()])[0] == []


def test_what_does_not_fit_is_asked_over_tcp_and_what_was_cut_off_does_not_count():
    many = [f'"nozimite=of-another-{number:04}"' for number in range(1500)]

    def answers(question, way):
        if way == "udp":
            cut = cut_off(question)
            cut.answer = texts(question, '"cut off"').answer
            return [cut.to_wire()]
        return [texts(question, *many, f'"{LINE}"').to_wire()]

    told, asked = found(answers)
    check_domain(NoSite(), lambda _name: told, "school.example", CHALLENGE)
    assert len(told) == 1501 and LINE in told and "cut off" not in told
    assert [each.split()[0] for each in asked] == ["udp", "tcp"]


def test_what_is_cut_off_over_tcp_too_is_none():
    def answers(question, way):
        return (
            [cut_off(question).to_wire()] if way == "udp" else [texts(question, f'"{LINE}"').to_wire()[:-5]]
        )

    assert found(answers)[0] == []


def test_what_an_alias_leads_to_counts():
    """Whoever runs the domain has set it, as for certificates."""

    def answers(question, _way):
        response = alias(question, "proofs.school.example.")
        response.answer += texts(question, f'"{LINE}"', name="proofs.school.example.").answer
        return [response.to_wire()]

    assert found(answers)[0] == [LINE]


def test_an_alias_without_a_text_and_one_to_itself_are_none():
    assert found(lambda question, _way: [alias(question, "elsewhere.example.").to_wire()])[0] == []
    assert found(lambda question, _way: [alias(question, f"{NAME}.").to_wire()])[0] == []


def test_the_record_of_another_name_does_not_count():
    def answers(question, _way):
        return [texts(question, f'"{LINE}"', name="_nozimite.evil.example.").to_wire()]

    assert found(answers)[0] == []


def test_an_answer_with_another_number_or_question_is_not_ours():
    """Whoever guesses sends many before the real one comes."""

    def answers(question, _way):
        forged = texts(question, '"nozimite=forged"')
        forged.id = question.id ^ 1
        other = texts(dns.message.make_query("school.example", "TXT"), '"nozimite=forged"')
        other.id = question.id
        return [b"", b"\x00" * 5, forged.to_wire(), other.to_wire(), texts(question, f'"{LINE}"').to_wire()]

    assert found(answers)[0] == [LINE]


def test_a_silent_server_and_none_at_all_end_by_themselves():
    with name_server(lambda _question, _way: []) as server:

        def impatient():
            resolver = server.resolver()
            resolver.lifetime = 0.2
            return resolver

        assert texts_from(impatient, NAME) == ()
    # It is gone now.
    assert texts_from(impatient, NAME) == ()


def test_search_domains_of_the_machine_are_never_asked():
    with name_server(lambda question, _way: [failed(question, "NXDOMAIN").to_wire()]) as server:

        def searching():
            resolver = server.resolver()
            resolver.search, resolver.use_search_by_default = (
                [dns.name.from_text("evil.example.")],
                True,
            )
            resolver.ndots = 5
            return resolver

        assert texts_from(searching, NAME) == ()
    assert server.asked == [f"udp {NAME}. TXT"]


@pytest.mark.parametrize(
    "name", ["x" * 64 + ".example", record_name("a." * 124 + "example"), "a..example", "\udcff.example"]
)
def test_what_is_no_name_is_asked_of_nobody(name):
    with name_server(lambda _question, _way: []) as server:
        assert texts_from(server.resolver, name) == () and server.asked == []
    assert find_texts("a..example") == ()


def test_a_domain_is_shown_by_its_record_alone():
    with name_server(lambda question, _way: [texts(question, f'"{LINE}"').to_wire()]) as server:

        def of_server(name):
            return texts_from(server.resolver, name)

        check_domain(NoSite(), of_server, "school.example", CHALLENGE)
        with pytest.raises(DomainError):
            check_domain(NoSite(), of_server, "school.example", "another")
    assert server.asked == [f"udp {NAME}. TXT"] * 2
    assert record_text(CHALLENGE) == LINE
