# SPDX-License-Identifier: Apache-2.0
"""Cloud Map on trial: a namespace, a service and two instances of our own, soon removed."""

from collections.abc import Callable

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.leftovers import ResourceNames
from cloudmap_harness.aws.tags import tags
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.probes import ObservedRecord, records
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.results import Missing, Skipped
from cloudmap_harness.waiting import wait_for

OPERATION = 60.0
"""Seconds for an operation of Cloud Map's; AWS takes 3 to 40."""
AT_ONCE = 5.0
"""Seconds within which what AWS does in about one must be seen."""
INTERVAL = 0.25
TTL = 60
ADDRESSES = {"one": "192.0.2.1", "two": "192.0.2.2"}  # Of the block for documentation.


class CloudMapTrial:
    """The links between Cloud Map and Route 53."""

    def __init__(self, aws: AwsClients, names: ResourceNames, cleanup: CleanupStack) -> None:
        self._aws = aws
        self._names = names
        self._undoing = cleanup
        self._namespace_id = ""
        self._zone_id = ""
        self._by_hand = ""

    def namespace_makes_a_zone(self, vpc_id: str) -> str:
        """A private zone of exactly the namespace's name, in its VPC."""
        aws, name = self._aws, self._names.namespace
        with aws.errors_explained():
            made = aws.servicediscovery.create_private_dns_namespace(
                Name=name, Vpc=vpc_id, Tags=tags(self._names.deployment)
            )
        self._namespace_id = self._target(made["OperationId"], "NAMESPACE")
        self._undoing.add("the zone", self._remove_zone)
        self._undoing.add(f"namespace {self._namespace_id}", self._remove_namespace)
        with aws.errors_explained():
            namespace = aws.servicediscovery.get_namespace(Id=self._namespace_id)["Namespace"]
            zone_id = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
            self._zone_id = zone_id.rsplit("/", 1)[-1]
            reply = aws.route53.get_hosted_zone(Id=self._zone_id)
        found = reply["HostedZone"]["Name"]
        if found != f"{name}.":
            raise Missing(f"namespace {name} has a zone named {found}")
        if vpc_id not in [vpc.get("VPCId") for vpc in reply.get("VPCs", [])]:
            raise Missing(f"zone {found} is not in {vpc_id}")
        return f"zone {found} in {vpc_id}"

    def service(self, name: str) -> tuple[str, str]:
        """A new service of that name: id and ARN. Raises Unchecked without a namespace."""
        if not self._namespace_id:
            raise Skipped("there is no namespace")
        aws = self._aws
        with aws.errors_explained():
            made = aws.servicediscovery.create_service(
                Name=name,
                NamespaceId=self._namespace_id,
                DnsConfig={
                    "RoutingPolicy": "MULTIVALUE",
                    "DnsRecords": [{"Type": "A", "TTL": TTL}],
                },
                HealthCheckCustomConfig={"FailureThreshold": 1},
            )["Service"]
        self._undoing.add(f"Cloud Map service {name}", lambda: self._remove_service(made["Id"]))
        return made["Id"], made["Arn"]

    def records_of(self, service: str) -> tuple[ObservedRecord, ...]:
        """The A records of a service in our zone."""
        name = f"{service}.{self._names.namespace}."
        found = records(self._aws, self._zone_id) if self._zone_id else ()
        return tuple(record for record in found if record.name == name)

    def one_record_set_each(self) -> str:
        """Two instances that are registered by hand have a multivalue record set each."""
        self._by_hand, _ = self.service("by-hand")
        for instance, address in ADDRESSES.items():
            self._register(instance, address)

        def problems(found: tuple[ObservedRecord, ...]) -> list[str]:
            sets = {(r.set_identifier, str(r.address)) for r in found if r.multivalue}
            if sets == set(ADDRESSES.items()) and len(found) == len(sets):
                return []
            return [f"2 instances, {len(found)} A records, {len(sets)} multivalue record sets"]

        wait_for(
            lambda: self.records_of("by-hand"),
            problems,
            expected="a record set for each instance",
            timeout=AT_ONCE,
            interval=INTERVAL,
        )
        return "2 instances, 2 multivalue record sets named after them"

    def deleting_is_refused(self) -> str:
        """A service with instances and a namespace with services stay, with ResourceInUse."""
        if not self._by_hand:
            raise Skipped("there is no service")
        client, words = self._aws.servicediscovery, []
        attempts: dict[str, Callable[[], object]] = {
            "DeleteService with instances": lambda: client.delete_service(Id=self._by_hand),
            "DeleteNamespace with services": lambda: client.delete_namespace(Id=self._namespace_id),
        }
        for what, attempt in attempts.items():
            try:
                with self._aws.errors_explained():
                    attempt()
                words.append(f"{what} was accepted")
            except AwsError as error:
                if error.code != "ResourceInUse":
                    words.append(f"{what}: {error.code} instead of ResourceInUse")
        if words:
            raise Missing("; ".join(words))
        return "ResourceInUse for a service with instances, a namespace with services"

    def _register(self, instance: str, address: str) -> None:
        aws = self._aws
        with aws.errors_explained():
            done = aws.servicediscovery.register_instance(
                ServiceId=self._by_hand,
                InstanceId=instance,
                Attributes={"AWS_INSTANCE_IPV4": address},
            )
        self._target(done["OperationId"], "INSTANCE")

    def _target(self, operation_id: str, kind: str) -> str:
        """What an operation made, once it succeeded. Raises Lacking when it failed."""
        aws = self._aws
        with aws.errors_explained():
            operation = wait_for(
                lambda: aws.servicediscovery.get_operation(OperationId=operation_id)["Operation"],
                lambda seen: [] if seen["Status"] in ("SUCCESS", "FAIL") else [seen["Status"]],
                expected="the operation's end",
                timeout=OPERATION,
                interval=INTERVAL,
            )
        if operation["Status"] == "FAIL":
            raise Missing(f"{operation['Type']} failed: {operation.get('ErrorMessage')}")
        targets = {str(key): id_ for key, id_ in operation.get("Targets", {}).items()}
        return targets.get(kind, "")

    def _remove_service(self, service_id: str) -> None:
        """With the instances that are still registered."""
        client = self._aws.servicediscovery
        with self._aws.errors_explained():
            for instance in client.list_instances(ServiceId=service_id)["Instances"]:
                client.deregister_instance(ServiceId=service_id, InstanceId=instance["Id"])
            client.delete_service(Id=service_id)

    def _remove_namespace(self) -> None:
        with self._aws.errors_explained():
            done = self._aws.servicediscovery.delete_namespace(Id=self._namespace_id)
        self._target(done["OperationId"], "NAMESPACE")

    def _remove_zone(self) -> None:
        """AWS removes it with the namespace; where it stays it is ours to remove, and told."""
        if not self._zone_id:
            return
        with self._aws.errors_explained():
            try:
                self._aws.route53.get_hosted_zone(Id=self._zone_id)
            except self._aws.route53.exceptions.NoSuchHostedZone:
                return
            self._aws.route53.delete_hosted_zone(Id=self._zone_id)
        self._undoing.notes.append(
            "a zone outlives its namespace; this one was removed by the check"
        )
