# SPDX-License-Identifier: Apache-2.0
"""Every operation of the four services, with requests that nobody should send.

`make fuzz` sends thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserError, create_parser
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from localaws import runtime, scheduler, snapshot
from localaws.images import ImagesOnDemand
from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account
from tests.endpoint.localaws.fuzz import account_state
from tests.endpoint.localaws.fuzz.amount import EXAMPLES, SEED
from tests.endpoint.localaws.fuzz.failures import Failures
from tests.endpoint.localaws.fuzz.failures import failures as failures
from tests.endpoint.localaws.fuzz.mutations import Pool, requests
from tests.endpoint.localaws.fuzz.wire import PROTOCOLS, Call, Reply, call, damaged, send


@cache
def model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def operations(service: str) -> Iterator[OperationModel]:
    for name in model(service).operation_names:
        yield model(service).operation_model(name)


@pytest.fixture
def pool(aws: Account) -> Pool:
    """An account with something of each kind in it, by the names that members have."""
    namespace = aws.namespace()
    service = aws.service(namespace)
    aws.register(service, "one", AWS_INSTANCE_IPV4="10.0.8.9")
    definition = aws.task_definition()
    aws.ecs_service(service, desired=1)
    ecs_service = aws.steady(1)
    task = aws.tasks()[0]["taskArn"]
    cluster = aws.ecs.describe_clusters(clusters=["handson"])["clusters"][0]["clusterArn"]
    zone = aws.zone_id(namespace)
    own_zone = aws.route53.create_hosted_zone(Name="own.example", CallerReference="x")
    groups = [g["GroupId"] for g in aws.ec2.describe_security_groups()["SecurityGroups"]]
    found = {
        "namespace": [namespace],
        "service": [service, "httpd", ecs_service["serviceArn"]],
        "cluster": ["handson", cluster],
        "taskdefinition": ["httpd-task", definition],
        "task": [task],
        "zone": [zone, own_zone["HostedZone"]["Id"].rpartition("/")[2]],
        "vpc": [aws.vpc],
        "subnet": [*aws.subnets()],
        "group": groups,
        "instance": ["one"],
        "arn": [cluster, task, ecs_service["serviceArn"]],
        "id": [namespace, service, aws.vpc, *groups],
    }
    return {**found, "": sorted({text for texts in found.values() for text in texts})}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("service", PROTOCOLS)
def test_no_request_is_answered_by_a_failure(
    service: str,
    endpoint: Endpoint,
    pool: Pool,
    failures: Failures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # From here on nothing changes the account but a request.
    monkeypatch.setattr(scheduler, "tick", lambda: None)
    # Reading moto's catalogue of images would be a change of a megabyte.
    monkeypatch.setattr(ImagesOnDemand, "_make_images", lambda self: None)
    with runtime.LOCK:
        seeded = snapshot.take()
    port = urlsplit(endpoint.url).port or 0
    each = -(-EXAMPLES // len(PROTOCOLS) // len(model(service).operation_names))
    problems: list[str] = []
    for operation in operations(service):
        with runtime.LOCK:
            snapshot.restore(seeded)
        for request in drawn(operation, pool, each):
            problems += problems_of(operation, request, port, failures)
    assert not problems, f"{len(problems)} problems, the first are:\n" + "\n".join(problems[:20])


def drawn(operation: OperationModel, pool: Pool, count: int) -> list[Call]:
    """So many calls of an operation, the same ones for the same seed."""
    calls: list[Call] = []

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        whole = call(operation, data.draw(requests(operation.input_shape, pool)))
        broken = data.draw(st.integers(0, 7)) == 0
        calls.append(data.draw(damaged(whole)) if broken else whole)

    draw()
    return calls


def problems_of(
    operation: OperationModel, request: Call, port: int, failures: Failures
) -> Iterator[str]:
    """Sends the request and yields what is wrong with the answer, or with what came of it."""
    before = account_state.in_bytes()
    reply = send(port, request)
    told = f"{operation.name}: {request}"[:600] + f": {reply.status} {reply.body[:300]!r}"
    if reply.status >= 500 and reply.status != 501:
        yield f"a failure: {told}"
    if failures.seen:
        yield f"a traceback: {told} {failures.seen.pop()[-600:]}"
    try:
        answer = parsed(operation, reply)
    except ResponseParserError as error:
        yield f"not to be read ({error}): {told}"
        return
    if reply.status < 300:
        return
    if not answer["Error"]["Code"]:
        yield f"no error for boto3: {told}"
    if changed := account_state.difference(before, account_state.in_bytes()):
        yield f"the account changed ({changed}): {told}"


def parsed(operation: OperationModel, reply: Reply) -> dict[str, dict[str, str]]:
    """The reply as boto3 reads it."""
    parser = create_parser(PROTOCOLS[operation.service_model.service_name])
    answer = {"status_code": reply.status, "headers": reply.headers, "body": reply.body}
    return parser.parse(answer, operation.output_shape)  # type: ignore
