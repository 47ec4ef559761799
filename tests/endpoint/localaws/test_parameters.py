# SPDX-License-Identifier: Apache-2.0
"""Systems Manager: the account's parameters and those that AWS publishes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.endpoint.localaws.account import Account

ECS_AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
REGIONS = "/aws/service/global-infrastructure/services/ecs/regions"


def test_parameters_of_aws_are_found_but_not_listed(aws: Account) -> None:
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/web/url", Value="http://x", Type="String")
    assert ssm.get_parameter(Name=f"{ECS_AMI}/image_id")["Parameter"]["Value"].startswith("ami-")
    assert ssm.get_parameters_by_path(Path=ECS_AMI)["Parameters"]
    assert [each["Name"] for each in ssm.describe_parameters()["Parameters"]] == ["/web/url"]


def test_parameters_of_aws_are_found_by_several_at_once(aws: Account) -> None:
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/web/url", Value="http://x", Type="String")

    def found(path: str) -> int:
        return len(ssm.get_parameters_by_path(Path=path, Recursive=True)["Parameters"])

    with ThreadPoolExecutor(8) as pool:
        counts = [*pool.map(found, [REGIONS, ECS_AMI, "/web", REGIONS, ECS_AMI, "/web"] * 2)]
    assert all(counts)
