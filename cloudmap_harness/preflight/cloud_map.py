# SPDX-License-Identifier: Apache-2.0
"""Probes Cloud Map with a namespace, a service and two instances, and removes them."""

from collections.abc import Callable
from contextlib import suppress

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import ResourceNames
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.observation import ObservedRecord
from cloudmap_harness.discovery.probes import instances, records
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.results import Missing
from cloudmap_harness.waiting import wait_for

OPERATION_TIMEOUT = 60.0
"""Seconds for one Cloud Map operation; AWS takes 3 to 40."""
PROPAGATION_TIMEOUT = 5.0
"""Seconds for what AWS does in about one."""
INTERVAL = 0.1
TTL = 60
ADDRESSES = {"one": "192.0.2.1", "two": "192.0.2.2"}  # TEST-NET-1 [RFC 5737].


class CloudMapProbe:
    """Probes what Cloud Map does in Route 53, and which deletes it refuses."""

    def __init__(
        self, aws: AwsClients, names: ResourceNames, tags: ProjectTags, cleanup: CleanupStack
    ) -> None:
        self._aws = aws
        self._names = names
        self._tags = tags
        self._cleanup = cleanup
        self._namespace_id = ""
        self._zone_id = ""
        self._service_id = ""

    def no_namespace(self) -> str | None:
        """Returns why a check that needs the namespace cannot be made."""
        return None if self._namespace_id else "there is no namespace"

    def no_service(self) -> str | None:
        """Returns why a check that needs the service with two instances cannot be made."""
        return None if self._service_id else "there is no service"

    def namespace_makes_zone(self, vpc_id: str) -> str:
        """Creates the namespace: its zone has exactly its name and is in the VPC."""
        aws, name = self._aws, self._names.namespace
        with aws.errors_explained():
            made = aws.servicediscovery.create_private_dns_namespace(
                Name=name, Vpc=vpc_id, Tags=self._tags.for_cloud_map()
            )
        self._namespace_id = self._target_of(made["OperationId"], "NAMESPACE")
        self._cleanup.add("the hosted zone", self._remove_zone)
        self._cleanup.add(f"namespace {self._namespace_id}", self._remove_namespace)
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

    def create_service(self, name: str) -> tuple[str, str]:
        """Creates a service in the namespace; returns its id and ARN."""
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
        self._cleanup.add(f"Cloud Map service {name}", lambda: self._remove_service(made["Id"]))
        return made["Id"], made["Arn"]

    def records_of(self, service: str) -> tuple[ObservedRecord, ...]:
        """Returns the A records of a service in the namespace's zone."""
        name = f"{service}.{self._names.namespace}."
        found, _ = records(self._aws, self._zone_id) if self._zone_id else ((), ())
        return tuple(record for record in found if record.name == name)

    def record_set_each(self) -> str:
        """Registers two instances: each has a multivalue record set of its own."""
        self._service_id, _ = self.create_service("by-hand")
        operations = [self._register(id_, address) for id_, address in ADDRESSES.items()]
        for operation in operations:
            self._target_of(operation, "INSTANCE")

        def problems(found: tuple[ObservedRecord, ...]) -> list[str]:
            sets = {(r.set_identifier, str(r.address)) for r in found if r.multivalue}
            if sets == set(ADDRESSES.items()) and len(found) == len(sets):
                return []
            return [f"2 instances, {len(found)} A records, {len(sets)} multivalue record sets"]

        wait_for(
            lambda: self.records_of("by-hand"),
            problems,
            expected="a record set for each instance",
            timeout=PROPAGATION_TIMEOUT,
            interval=INTERVAL,
        )
        return "2 instances, 2 multivalue record sets named after them"

    def deletes_are_refused(self) -> str:
        """Tries to delete a service with instances and a namespace with services: ResourceInUse."""
        client, problems = self._aws.servicediscovery, []
        attempts: dict[str, Callable[[], object]] = {
            "DeleteService with instances": lambda: client.delete_service(Id=self._service_id),
            "DeleteNamespace with services": lambda: client.delete_namespace(Id=self._namespace_id),
        }
        for what, attempt in attempts.items():
            try:
                with self._aws.errors_explained():
                    attempt()
                problems.append(f"{what} was accepted")
            except AwsError as error:
                if error.code != "ResourceInUse":
                    problems.append(f"{what}: {error.code} instead of ResourceInUse")
        if problems:
            raise Missing("; ".join(problems))
        return "ResourceInUse for a service with instances, a namespace with services"

    def _register(self, instance: str, address: str) -> str:
        """Submits the registration; returns the id of its operation."""
        aws = self._aws
        with aws.errors_explained():
            return aws.servicediscovery.register_instance(
                ServiceId=self._service_id,
                InstanceId=instance,
                Attributes={"AWS_INSTANCE_IPV4": address},
            )["OperationId"]

    def _target_of(self, operation_id: str, kind: str) -> str:
        """Waits for an operation; returns its target. Raises Missing when the operation failed."""
        aws = self._aws
        with aws.errors_explained():
            operation = wait_for(
                lambda: aws.servicediscovery.get_operation(OperationId=operation_id)["Operation"],
                lambda seen: [] if seen["Status"] in ("SUCCESS", "FAIL") else [seen["Status"]],
                expected="the operation ended",
                timeout=OPERATION_TIMEOUT,
                interval=INTERVAL,
            )
        if operation["Status"] == "FAIL":
            raise Missing(f"{operation['Type']} failed: {operation.get('ErrorMessage')}")
        targets = {str(key): id_ for key, id_ in operation.get("Targets", {}).items()}
        return targets.get(kind, "")

    def _remove_service(self, service_id: str) -> None:
        """Removes a service with the instances that are still registered."""
        client = self._aws.servicediscovery
        for instance in instances(self._aws, service_id):
            # It may go between the list and this call; the service, for which a NotFound would
            # say so too, is still there then.
            with self._aws.errors_explained(), suppress(client.exceptions.InstanceNotFound):
                client.deregister_instance(ServiceId=service_id, InstanceId=instance.id)
        with self._aws.errors_explained():
            client.delete_service(Id=service_id)

    def _remove_namespace(self) -> None:
        with self._aws.errors_explained():
            done = self._aws.servicediscovery.delete_namespace(Id=self._namespace_id)
        self._target_of(done["OperationId"], "NAMESPACE")

    def _remove_zone(self) -> None:
        """Removes a hosted zone that is still there without its namespace, and notes that.

        AWS removes the zone with the namespace.
        """
        if not self._zone_id:
            return
        with self._aws.errors_explained():
            try:
                self._aws.route53.get_hosted_zone(Id=self._zone_id)
            except self._aws.route53.exceptions.NoSuchHostedZone:
                return
            self._aws.route53.delete_hosted_zone(Id=self._zone_id)
        self._cleanup.notes.append(
            "a zone outlives its namespace; this one was removed by the check"
        )
