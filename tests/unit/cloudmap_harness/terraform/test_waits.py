# SPDX-License-Identifier: Apache-2.0
"""Which resource Terraform waits for, by what it writes."""

from cloudmap_harness.terraform.waits import Waits

SERVICE = "aws_ecs_service.service"


def read(waits: Waits, *lines: str) -> tuple[str, float] | None:
    for line in lines:
        waits.read("compute", line)
    return waits.now()


def test_the_oldest_wait_is_told_with_its_beginning() -> None:
    times = iter([10.0, 12.0])
    waits = Waits(lambda: next(times))
    assert read(waits, "Terraform will perform the following actions:") is None
    cluster = "aws_ecs_cluster.cluster"
    assert read(waits, f"{SERVICE}: Creating...", f"{cluster}: Destroying... [id=x]") == (
        f"compute: creating {SERVICE} and 1 more",
        10.0,
    )
    assert read(waits, f"{SERVICE}: Still creating... [10s elapsed]") == (
        f"compute: creating {SERVICE} and 1 more",
        10.0,
    )
    assert read(waits, f"{SERVICE}: Creation complete after 17s [id=y]") == (
        f"compute: destroying {cluster}",
        12.0,
    )
    assert read(waits, f"{cluster}: Destruction complete after 0s") is None


def test_changes_and_reads_are_waits_too() -> None:
    waits = Waits(lambda: 1.0)
    data = "data.aws_vpcs.named_vpcs"
    assert read(waits, f"{SERVICE}: Modifying... [id=x]") == (f"compute: modifying {SERVICE}", 1.0)
    assert read(waits, f"{SERVICE}: Modifications complete after 0s [id=x]") is None
    assert read(waits, f"{data}: Reading...") == (f"compute: reading {data}", 1.0)
    assert read(waits, f"{data}: Read complete after 0s [id=ap-northeast-1]") is None
