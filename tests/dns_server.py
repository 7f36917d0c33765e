"""A name server on 127.0.0.1 that answers over UDP and TCP what a test lets it, and notes what it was asked."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver

#: What comes back for a question over "udp" or "tcp": messages, one after the other; none: it is silent.
Answers = Callable[[dns.message.Message, str], Sequence[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """A running server: its port, and the questions so far, as `udp _nozimite.school.example. TXT`."""

    port: int
    asked: list[str] = field(default_factory=list)

    def resolver(self) -> Resolver:
        """A resolver that asks this server, and gives up soon."""
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], self.port, 2.0
        return resolver


@contextmanager
def name_server(answers: Answers) -> Iterator[NameServer]:
    """A server that answers so, until the block ends."""
    asked: list[str] = []

    def answer(wire: bytes, way: str) -> Sequence[bytes]:
        question = dns.message.from_wire(wire)
        asked.append(f"{way} {question.question[0].to_text().replace(' IN ', ' ')}")
        return answers(question, way)

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, socket = self.request
            for each in answer(wire, "udp"):
                socket.sendto(each, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            for each in answer(self.rfile.read(length), "tcp"):
                self.wfile.write(struct.pack("!H", len(each)) + each)

    with _on_one_port(Udp, Tcp) as port:
        yield NameServer(port=port, asked=asked)


@contextmanager
def _on_one_port(
    udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler]
) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), tcp) as stream:
        port = stream.server_address[1]
        with socketserver.ThreadingUDPServer(("127.0.0.1", port), udp) as datagrams:
            for server in (stream, datagrams):
                server.daemon_threads = True
                threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield port
            stream.shutdown()
            datagrams.shutdown()


def texts(question: dns.message.Message, *records: str, name: str = "") -> dns.message.Message:
    """An answer with these TXT records, each as a zone file has it: parts in quotation marks."""
    response = dns.message.make_response(question)
    owner = name or question.question[0].name.to_text()
    response.answer.append(dns.rrset.from_text(owner, 300, "IN", "TXT", *records))
    return response


def alias(question: dns.message.Message, target: str) -> dns.message.Message:
    """An answer by which the name is another one, of which it says nothing itself."""
    response = dns.message.make_response(question)
    name = question.question[0].name.to_text()
    response.answer.append(dns.rrset.from_text(name, 300, "IN", "CNAME", target))
    return response


def failed(question: dns.message.Message, code: str) -> dns.message.Message:
    """An answer that says only that: NXDOMAIN, SERVFAIL, REFUSED."""
    response = dns.message.make_response(question)
    response.set_rcode(dns.rcode.from_text(code))
    return response


def cut_off(question: dns.message.Message) -> dns.message.Message:
    """An answer that does not fit into a datagram: the same is to be asked over TCP."""
    response = dns.message.make_response(question)
    response.flags |= dns.flags.TC
    return response
