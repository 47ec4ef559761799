# SPDX-License-Identifier: Apache-2.0
"""The check inside the VPC: DNS answers with every record, and HTTP works at every address."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cloudmap_harness.discovery.observation import Address
from cloudmap_harness.discovery.vpc_client import (
    MAX_ANSWERS,
    DnsAnswer,
    HttpReply,
    VpcClient,
    page_url,
    queries_needed,
)
from cloudmap_harness.errors import VpcAccessFailed


@dataclass(frozen=True)
class VpcExpectation:
    """The DNS answers that are expected for a name, and the page expected at its addresses."""

    name: str
    addresses: tuple[Address, ...]
    ttl: int
    port: int
    page_text: str
    """A part of every page, such as `It works!`; empty when the pages are not known."""

    def check(self, client: VpcClient) -> None:
        """Resolves the name and gets the page of every address and of the name.

        Asks often enough that an address in no answer cannot be bad luck (see `queries_needed`).
        Raises VpcAccessFailed.
        """
        answers = client.resolve_often(self.name, queries_needed(len(self.addresses)))
        hosts = [*map(str, self.addresses), *([self.name] if self.addresses else [])]
        replies = client.fetch_all(hosts, self.port)
        problems = [*self.dns_problems(answers), *self.http_problems(replies)]
        if problems:
            raise VpcAccessFailed(self.name, problems)

    def dns_problems(self, answers: Sequence[DnsAnswer]) -> list[str]:
        """Returns what is wrong with the answers for the name, a line each."""
        wrong = dict.fromkeys(self._wrong_answers(answers))  # Each line once, in order.
        return [*wrong, *self._wrong_addresses(answers)]

    def http_problems(self, replies: Iterable[HttpReply]) -> list[str]:
        """Returns the replies that are not the expected page, a line each."""
        return [
            f"{page_url(reply.host, self.port)}: {reply}"
            for reply in replies
            if reply.status != 200 or self.page_text not in reply.body
        ]

    def _wrong_addresses(self, answers: Sequence[DnsAnswer]) -> Iterator[str]:
        seen = {address for answer in answers for address in answer.addresses}
        for address in self.addresses:
            if address not in seen:
                yield f"{address}: in none of {len(answers)} answers for {self.name}"
        for address in sorted(seen - set(self.addresses)):
            yield f"{address}: in an answer for {self.name}, but not in its records"

    def _wrong_answers(self, answers: Sequence[DnsAnswer]) -> Iterator[str]:
        rcode = "NOERROR" if self.addresses else "NXDOMAIN"
        count = min(len(self.addresses), MAX_ANSWERS)
        ttls = {self.ttl} if self.addresses else set()
        for answer in answers:
            if answer.failure:
                yield f"{self.name}: {answer.failure}"
                continue
            if answer.rcode != rcode:
                yield f"{self.name}: {answer.rcode} instead of {rcode}"
            found = len(answer.addresses)
            if found != count:
                yield f"{self.name}: {found} addresses in an answer instead of {count}"
            if answer.ttls != ttls:
                yield f"{self.name}: TTL {sorted(answer.ttls)} instead of {sorted(ttls)}"
