"""A name server, over UDP on this machine, that answers what a test has written into its zone."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver

from lti_tool.doctor.dns_records import Records

TTL = 60


@dataclass
class NameServer:
    """`zone`: records by name and type, as a zone file has them. While it is `silent`, nothing is answered."""

    zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    is_silent: bool = False
    port: int = 0

    def text(self, name: str, *texts: str) -> None:
        """Has these TXT records, in place of those before. Long ones are split, as zone files need it."""
        self.zone[name, "TXT"] = [
            " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200)) for text in texts
        ]

    def records(self) -> Records:
        """What asks this server, and no other."""
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        return Records(resolver)

    def answer(self, data: bytes) -> bytes | None:
        if self.is_silent:
            return None
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        asked = query.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(asked.rdtype)
        if found := self.zone.get((name, kind)):
            response.answer.append(dns.rrset.from_text(asked.name, TTL, "IN", kind, *found))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextmanager
def running_name_server() -> Iterator[NameServer]:
    server = NameServer()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            if (answer := server.answer(data)) is not None:
                sock.sendto(answer, self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        listening.shutdown()
