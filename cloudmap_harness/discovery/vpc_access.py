# SPDX-License-Identifier: Apache-2.0
"""What a deployment promises inside the VPC: every record is answered, every address works."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from cloudmap_harness.discovery.vpc_client import (
    MOST_ANSWERS,
    Answer,
    Inside,
    Page,
    fetch_all,
    queries,
    resolve_often,
    url,
)
from cloudmap_harness.errors import PromiseBroken


@dataclass(frozen=True)
class Promise:
    """The name with its addresses and TTL, the port, and what the pages say."""

    name: str
    addresses: tuple[IPv4Address, ...]
    ttl: int
    port: int
    words: str
    """Are in every page: `It works!`; empty for an image of which nothing is known."""

    def check(self, inside: Inside) -> None:
        """Ask for the name until chance is no excuse, fetch from all. Raises PromiseBroken."""
        answers = resolve_often(inside, self.name, queries(len(self.addresses)))
        hosts = [*map(str, self.addresses), *([self.name] if self.addresses else [])]
        pages = fetch_all(inside, hosts, self.port)
        amiss = [*self.misanswered(answers), *self.failures(pages)]
        if amiss:
            raise PromiseBroken(self.name, amiss)

    def misanswered(self, answers: Sequence[Answer]) -> list[str]:
        """What is wrong with the answers for the name, a line each."""
        wrong = dict.fromkeys(self._wrong_answers(answers))  # Each once, in the order as seen.
        return [*wrong, *self._wrong_addresses(answers)]

    def failures(self, pages: Iterable[Page]) -> list[str]:
        """The pages that are not as promised."""
        wrong = [page for page in pages if page.status != 200 or self.words not in page.body]
        return [f"{url(page.host, self.port)}: {page}" for page in wrong]

    def _wrong_addresses(self, answers: Sequence[Answer]) -> Iterator[str]:
        seen = {address for answer in answers for address in answer.addresses}
        for address in self.addresses:
            if address not in seen:
                yield f"{address}: in none of {len(answers)} answers for {self.name}"
        for address in sorted(seen - set(self.addresses)):
            yield f"{address}: answered for {self.name}, but no record"

    def _wrong_answers(self, answers: Sequence[Answer]) -> Iterator[str]:
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
