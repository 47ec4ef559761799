# SPDX-License-Identifier: Apache-2.0
"""An ECS service under test: waited for, resolved and called inside its VPC."""

from collections.abc import Iterable
from functools import cached_property

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.convergence import wait_until_converged
from cloudmap_harness.discovery.look import check_service
from cloudmap_harness.discovery.observation import Address, by_number
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import HttpReply, VpcClient, queries_needed
from cloudmap_harness.errors import HarnessError, VpcAccessFailed
from cloudmap_harness.testing.inside import Inside


class DiscoveredService:
    """One ECS service in the account of a test. Every property and method looks anew."""

    def __init__(self, inside: Inside, cluster: str, service: str) -> None:
        """`cluster` and `service` are names or ARNs."""
        self.cluster = cluster.rsplit("/", 1)[-1]
        self.service = service.rsplit("/", 1)[-1]
        self._inside = inside

    def wait(
        self, desired: int | None = None, *, timeout: float | None = None
    ) -> "DiscoveredService":
        """Waits until every layer agrees on the desired count, and returns the service.

        `desired` is ECS's own count unless it is given; zero is a count like any other. Raises
        WaitTimeout after `timeout` seconds, with a line for each difference, AwsError, and
        HarnessError for what is no count, which no service would ever come to.
        """
        # An output of Terraform's may be text, and "4" equals no number.
        if desired is not None and (type(desired) is not int or desired < 0):
            raise HarnessError(f".wait(desired={desired!r}): a count is an int, 0 or more")
        cloud = self._inside.cloud
        wait_until_converged(
            self._aws,
            self.cluster,
            self.service,
            desired=desired,
            timeout=cloud.timeout if timeout is None else timeout,
            interval=cloud.interval,
        )
        return self

    def check(self) -> ServiceCheck:
        """Returns what is in each layer now, and what differs. Raises AwsError."""
        return check_service(self._aws, self.cluster, self.service)

    @property
    def addresses(self) -> list[str]:
        """The addresses in its records, or of its instances where it has no records; in order."""
        return _addresses(self.check())

    @property
    def tasks(self) -> list[str]:
        """The ids of its running tasks."""
        registries = self.check().registries
        return [task.id for task in registries[0].seen.running] if registries else []

    def resolve(self) -> list[str]:
        """Returns the addresses that its name has in the VPC, [] for none; asks till all came.

        An answer has eight at most, so it asks often enough that one which never came is not
        there. Raises VpcAccessFailed when the resolver does not answer as it should.
        """
        check = self.check()
        named = [each for each in check.registries if "A" in each.registry.ttls]
        if not named:
            raise HarnessError(
                f"{self.cluster}/{self.service} has no A records under its name: `.addresses` has "
                "those of its instances; with SRV records vpc_dns knows the host of each instance, "
                "its id before the service's name, and an HTTP namespace has no DNS"
            )
        registry, records = named[0].registry, named[0].seen.records
        name = registry.record_name.rstrip(".")
        ipv4 = tuple(r.address for r in records if r.type == "A" and r.name == registry.record_name)
        answers = self._client(check).resolve_often(name, queries_needed(len(ipv4)))
        expectation = VpcExpectation(name, ipv4, registry.ttls["A"], 80, "")
        # Under WEIGHTED an answer has one address, whichever that is.
        problems = expectation.dns_problems(answers) if registry.multivalue else []
        if problems:
            raise VpcAccessFailed(name, problems)
        return _in_order({address for answer in answers for address in answer.addresses})

    def get(
        self, path: str = "/", *, port: int | None = None, source: str | None = None
    ) -> list[HttpReply]:
        """Gets a page of every address, inside the VPC; a reply each, in the order of addresses.

        `port` is the first port of the task definition unless it is given. `source` is the task,
        by id or ARN, from which the requests come in place of the VPC's bastion.
        """
        check = self.check()
        client, hosts = self._client(check), _addresses(check)
        return [*client.fetch_all(hosts, port or self.port, path=path, source=source)]

    @property
    def port(self) -> int:
        """The first container port of its task definition. Raises HarnessError without one."""
        with self._aws.errors_explained():
            described = self._aws.ecs.describe_services(
                cluster=self.cluster, services=[self.service]
            )["services"][0]
            definition = self._aws.ecs.describe_task_definition(
                taskDefinition=described["taskDefinition"]
            )["taskDefinition"]
        for container in definition["containerDefinitions"]:
            for mapping in container.get("portMappings", []):
                return mapping["containerPort"]
        raise HarnessError(f"{definition['family']} has no port mapping: say get(port=...)")

    @cached_property
    def _aws(self) -> AwsClients:
        return self._inside.cloud.clients()

    def _client(self, check: ServiceCheck) -> VpcClient:
        """The client inside the VPC of the service's subnets."""
        subnets = check.service.subnet_ids
        if not subnets:
            return self._inside.client()
        with self._aws.errors_explained():
            found = self._aws.ec2.describe_subnets(SubnetIds=[subnets[0]])["Subnets"]
        return self._inside.client(found[0]["VpcId"])


def _addresses(check: ServiceCheck) -> list[str]:
    """The addresses in the records, and of the instances of registries without records."""
    found = {record.address for record in check.records}
    for each in check.registries:
        if each.seen.discovered is not None:
            found.update(address for i in each.seen.instances for address in i.addresses)
    return _in_order(found)


def _in_order(addresses: Iterable[Address]) -> list[str]:
    """The addresses as text, as AWS's replies have them, in the order of their numbers."""
    return [*map(str, sorted(addresses, key=by_number))]
