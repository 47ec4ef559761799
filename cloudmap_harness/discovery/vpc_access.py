# SPDX-License-Identifier: Apache-2.0
"""What a deployment promises inside the VPC: every record is answered, every address works."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from cloudmap_harness.discovery.vpc_client import (
    MOST_ANSWERS,
    DnsAnswer,
    HttpReply,
    VpcClient,
    fetch_all,
    queries_needed,
    resolve_often,
    url,
)
from cloudmap_harness.errors import VpcAccessFailed


@dataclass(frozen=True)
class VpcExpectation:
    """The name with its addresses and TTL, the port, and what the pages say."""

    name: str
    addresses: tuple[IPv4Address, ...]
    ttl: int
    port: int
    words: str
    """Are in every page: `It works!`; empty for an image of which nothing is known."""

    def check(self, vpc_client: VpcClient) -> None:
        """Ask for the name until chance is no excuse, fetch from all. Raises PromiseBroken."""
        answers = resolve_often(vpc_client, self.name, queries_needed(len(self.addresses)))
        hosts = [*map(str, self.addresses), *([self.name] if self.addresses else [])]
        pages = fetch_all(vpc_client, hosts, self.port)
        problems = [*self.dns_problems(answers), *self.http_problems(pages)]
        if problems:
            raise VpcAccessFailed(self.name, problems)

    def dns_problems(self, answers: Sequence[DnsAnswer]) -> list[str]:
        """What is wrong with the answers for the name, a line each."""
        wrong = dict.fromkeys(self._wrong_answers(answers))  # Each once, in the order as seen.
        return [*wrong, *self._wrong_addresses(answers)]

    def http_problems(self, pages: Iterable[HttpReply]) -> list[str]:
        """The pages that are not as promised."""
        wrong = [page for page in pages if page.status != 200 or self.words not in page.body]
        return [f"{url(page.host, self.port)}: {page}" for page in wrong]

    def _wrong_addresses(self, answers: Sequence[DnsAnswer]) -> Iterator[str]:
        seen = {address for answer in answers for address in answer.addresses}
        for address in self.addresses:
            if address not in seen:
                yield f"{address}: in none of {len(answers)} answers for {self.name}"
        for address in sorted(seen - set(self.addresses)):
            yield f"{address}: answered for {self.name}, but no record"

    def _wrong_answers(self, answers: Sequence[DnsAnswer]) -> Iterator[str]:
        rcode = "NOERROR" if self.addresses else "NXDOMAIN"
        count = min(len(self.addresses), MOST_ANSWERS)
        ttls = {self.ttl} if self.addresses else set()
        for answer in answers:
            if answer.failure:
                yield f"{self.name}: {answer.failure}"
                continue
            if answer.rcode != rcode:
                yield f"{self.name}: {answer.rcode} instead of {rcode}"
            if len(answer.addresses) != count:
                yield f"{self.name}: {len(answer.addresses)} addresses at once instead of {count}"
            if answer.ttls != ttls:
                yield f"{self.name}: TTL {sorted(answer.ttls)} instead of {sorted(ttls)}"
