# SPDX-License-Identifier: Apache-2.0
"""The services are found by their names, each task answers, and only `web` reaches `api`."""


def test_web_reaches_api(terraform, discovery):
    infra = terraform("infra", desired=4)
    web = discovery(infra["cluster"], "web").wait(desired=4)
    api = discovery(infra["cluster"], "api").wait(desired=4)
    assert api.resolve() == api.addresses
    assert [page.status for page in web.get("/")] == [200] * 4
    assert [page.status for page in api.get("/", source=web.tasks[0])] == [200] * 4
    assert [page.status for page in api.get("/", source=api.tasks[0])] == [504] * 4
    infra.apply(desired=0)
    assert web.wait(desired=0).resolve() == []


def test_every_name_is_in_the_vpcs_dns(terraform, vpc_dns, aws_client):
    infra = terraform("infra", name="garden", desired=1)
    (cluster,) = aws_client("ecs").describe_clusters(clusters=["garden"])["clusters"]
    assert cluster["status"] == "ACTIVE"
    for name in infra["names"].values():
        assert vpc_dns(name).rcode in ("NOERROR", "NXDOMAIN")
