# SPDX-License-Identifier: Apache-2.0
"""Cloud Map keeps the case of a name, Route 53 has names in lower case: that is no difference."""

from tests.endpoint.cloudmap_harness.check_command.conftest import Check
from tests.endpoint.localaws.account import Account


def test_a_service_with_capital_letters_has_no_problem(aws: Account, check: Check) -> None:
    namespace = aws.namespace("Shop.Internal")
    container = {"containerName": "httpd-container", "containerPort": 80}
    for name, type_, more in (("Web", "A", {}), ("Api", "SRV", container)):
        arn = aws.cloud_map.get_service(Id=aws.service(namespace, name, types=(type_,)))["Service"][
            "Arn"
        ]
        registries = [{"registryArn": arn, **more}]
        aws.ecs_service(None, desired=1, name=name, serviceRegistries=registries)
        aws.steady(1, name)
    ran = check()
    assert (ran.code, "2 services, 0 problems" in ran.out) == (0, True), ran.out
    assert "handson/Web in web.shop.internal" in ran.out
