# SPDX-License-Identifier: Apache-2.0
"""LOCALAWS_KEEP=1: what was acknowledged is there again, after any end of the process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from localaws import kept_account, runtime
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.state_folder import account_file
from tests.endpoint.localaws.account import Account, address_of
from tests.endpoint.localaws.fuzz.wire import SIGNATURE
from tests.endpoint.localaws.keeping import PROMISED_SECONDS, Running, Start, eventually_still
from tests.endpoint.localaws.keeping import start as start
from tests.endpoint.localaws.vpc.test_bastion import Shell, group
from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually

TAG = {"Key": "team", "Value": "blue"}


def seen(aws: Account, service_id: str) -> dict[str, Any]:
    """What a client can see of the service and of its chain."""
    namespace = aws.cloud_map.get_service(Id=service_id)["Service"]["NamespaceId"]
    service = aws.described()
    return {
        "tasks": {task["taskArn"]: address_of(task) for task in aws.tasks()},
        "events": service["events"],
        "definition": service["taskDefinition"],
        "instances": aws.instances(service_id),
        "records": aws.record_sets(namespace),
        "namespace": aws.cloud_map.get_namespace(Id=namespace)["Namespace"],
        "groups": aws.ec2.describe_security_groups()["SecurityGroups"],
        "subnets": aws.subnets(),
    }


def test_what_stacks_have_beside_ecs_is_there_after_a_kill(start: Start) -> None:
    first = start()
    aws = first.aws
    ssm = aws.client("ssm")
    ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id")
    ssm.put_parameter(Name="/web/url", Value="http://x", Type="String", Tags=[TAG])
    aws.client("secretsmanager").create_secret(Name="web", SecretString="s", Tags=[TAG])
    aws.client("logs").create_log_group(logGroupName="web", tags={"team": "blue"})
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    certificate = aws.client("acm").request_certificate(DomainName="web.example.com")
    aws.client("ecr").create_repository(repositoryName="web")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="busy",
        MetricName="m",
        Namespace="n",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    subnets = [*aws.subnets("public")]
    aws.client("elbv2").create_load_balancer(Name="web", Subnets=subnets)
    aws.client("s3").create_bucket(
        Bucket="web", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    first.kill()
    aws = start().aws
    ssm = aws.client("ssm")
    assert ssm.get_parameter(Name="/web/url")["Parameter"]["Value"] == "http://x"
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/web/url")["TagList"]
    assert tags == [TAG]
    secret = aws.client("secretsmanager").get_secret_value(SecretId="web")
    assert secret["SecretString"] == "s"
    assert len(aws.client("logs").describe_log_groups()["logGroups"]) == 1
    assert aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
    arn = certificate["CertificateArn"]
    found = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    assert found["DomainName"] == "web.example.com"
    assert len(aws.client("ecr").describe_repositories()["repositories"]) == 1
    assert len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 1
    assert len(aws.client("elbv2").describe_load_balancers()["LoadBalancers"]) == 1
    assert len(aws.client("s3").list_buckets()["Buckets"]) == 1


def test_everything_is_there_after_a_kill_and_containers_listen(
    start: Start, tmp_path: Path
) -> None:
    first = start()
    aws = first.aws
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group(aws, "10.0.0.0/16")]
    service_id = aws.service(aws.namespace())
    aws.ecs_service(service_id, desired=4, networkConfiguration=network)
    aws.steady(4)
    eventually_still(account_file(tmp_path))  # The tasks' last steps are no calls.
    before = seen(aws, service_id)
    first.kill()
    second = start()
    assert seen(second.aws, service_id) == before
    assert len(before["tasks"]) == 4
    shell = Shell(second.health["bastion"])
    for address in before["tasks"].values():
        assert shell.get(f"http://{address}/").status == 200
    second.aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=2)
    second.aws.steady(2)
    eventually(lambda: len(second.aws.instances(service_id)), lambda count: count == 2)


def test_an_operation_in_flight_is_carried_on(start: Start) -> None:
    first = start(LOCALAWS_OPERATION_SECONDS="3")
    created = first.aws.cloud_map.create_http_namespace(Name="in-flight")["OperationId"]
    time.sleep(PROMISED_SECONDS)
    first.kill()
    second = start(LOCALAWS_OPERATION_SECONDS="3")
    operation = second.aws.cloud_map.get_operation(OperationId=created)["Operation"]
    assert operation["Status"] == "PENDING"
    assert second.aws.succeeded(created)["Status"] == "SUCCESS"


def test_a_call_whose_reply_was_lost_with_the_process_is_repeated_without_a_second_effect(
    start: Start,
) -> None:
    """As an SDK does it: the same call, as another attempt."""
    first = start()
    assert b"<groupId>" in create_group(first, attempt=1)
    first.kill()
    second = start()
    assert b"<groupId>" in create_group(second, attempt=2)
    groups = second.aws.ec2.describe_security_groups()["SecurityGroups"]
    assert [group["GroupName"] for group in groups].count("web") == 1


def create_group(running: Running, *, attempt: int) -> bytes:
    """The reply to an attempt of one and the same call."""
    request = urllib.request.Request(
        running.url,
        b"Action=CreateSecurityGroup&Version=2016-11-15&GroupName=web&GroupDescription=web",
        {
            "Authorization": SIGNATURE.format("ec2"),
            "AMZ-SDK-Invocation-Id": "11111111-2222-3333-4444-555555555555",
            "AMZ-SDK-Request": f"attempt={attempt}; max=3",
        },
    )
    with urllib.request.urlopen(request) as reply:
        content: bytes = reply.read()
    return content


def test_an_orderly_end_keeps_what_was_just_done(start: Start) -> None:
    first = start()
    first.aws.ecs.create_cluster(clusterName="late")
    first.process.terminate()
    assert first.process.wait(20) == 0
    found = start().aws.ecs.describe_clusters(clusters=["late"])["clusters"]
    assert [cluster["status"] for cluster in found] == ["ACTIVE"]


def test_services_that_are_motos_are_kept_too(start: Start) -> None:
    first = start()
    first.aws.client("s3").create_bucket(
        Bucket="states", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    first.aws.client("s3").put_object(Bucket="states", Key="a.tfstate", Body=b"kept")
    queue = first.aws.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    time.sleep(PROMISED_SECONDS)
    first.kill()
    aws = start().aws
    assert aws.client("s3").get_object(Bucket="states", Key="a.tfstate")["Body"].read() == b"kept"
    name = queue.rpartition("/")[2]
    assert aws.client("sqs").list_queues()["QueueUrls"][0].rpartition("/")[2] == name


def test_the_file_is_its_owners_and_is_left_alone_when_nothing_changes(
    start: Start, tmp_path: Path
) -> None:
    start().aws.ecs.create_cluster(clusterName="handson")
    file = account_file(tmp_path)
    eventually(file.exists, bool)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = eventually_still(file)
    time.sleep(kept_account.IDLE_SECONDS + PROMISED_SECONDS)
    assert file.stat().st_mtime_ns == written


def test_two_endpoints_do_not_keep_their_accounts_in_one_folder(
    start: Start, tmp_path: Path
) -> None:
    start()
    with (
        pytest.raises(OSError, match=r"another endpoint keeps its account.*LOCALAWS_STATE"),
        Endpoint(EndpointSettings(port=0, state=tmp_path, keep=True)),
    ):
        pass


def test_an_endpoint_that_is_not_asked_to_keeps_nothing(tmp_path: Path) -> None:
    with Endpoint(EndpointSettings(port=0, state=tmp_path)) as endpoint:
        Account(endpoint.url).ecs.create_cluster(clusterName="handson")
    assert [*tmp_path.iterdir()] == []


def test_delays_go_on_where_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_ahead", 0.0)
    before = runtime.now()
    runtime.resume_at(before + 1000)
    assert before + 1000 <= runtime.now() < before + 1010


def test_an_owned_endpoint_ends_with_its_standard_input() -> None:
    environ = {**os.environ, "LOCALAWS_PORT": "0", "LOCALAWS_OWNED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "localaws"],
        cwd=CHECKOUT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        assert "ready" in process.stdout.readline()
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
