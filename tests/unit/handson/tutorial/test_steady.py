# SPDX-License-Identifier: Apache-2.0
"""What chance makes of a reply is neither on the page nor a difference from it."""

import pytest

from handson.tutorial.steady import Steady, shape

TASK = "7d18281e9ed04b6b6c01fb5a02481a32"
OTHER = "949aa24584d14b6b6c01fb5a02481a32"


def test_the_same_order_of_ids_gives_the_same_page() -> None:
    first, second = Steady({}), Steady({})
    reply = '"sg-{0}" is of "vpc-{0}" and "vpc-{1}"'
    one = first(reply.format("6a8dca145a6f7094d", "b02fe49c5b0795a55"))
    two = second(reply.format("5bb87e8a2d1129948", "98fea36e7e407bd85"))
    assert one == two
    assert "6a8dca145a6f7094d" not in one
    assert len(one) == len(reply.format("6a8dca145a6f7094d", "b02fe49c5b0795a55"))


def test_an_id_is_the_same_wherever_it_stands() -> None:
    steady = Steady({})
    table = steady(f"{TASK[:12]} RUNNING   {OTHER[:12]} RUNNING")
    assert [steady(TASK)[:12], steady(OTHER)[:12]] == table.split()[::2]
    assert (
        steady("ns-yzra2nlmcbwggs6l ns-yzra2nlmcbwggs6l").split()
        == [steady("ns-yzra2nlmcbwggs6l")] * 2
    )


def test_paths_and_ports_are_those_that_a_reader_has() -> None:
    steady = Steady({"/somewhere/checkout": "/home/you/checkout"})
    steady.ports["45011"] = "4566"
    assert (
        steady("/somewhere/checkout/x on http://127.0.0.1:45011")
        == "/home/you/checkout/x on http://127.0.0.1:4566"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f'{{"Id": "{TASK}"}}', f'{{"Id": "{OTHER}"}}'),
        ("complete after 0s [id=vpc-b02fe49c5b0795a55]", "complete after 11s [id=vpc-" + "0" * 17),
        ("discovery  x: done\ncompute  y: done", "compute  y: done\n           x: done"),
        ("...\na\n...\nb", "b\na"),
        ("10.0.8.99    1", "10.0.9.100   1"),
        ('     12 {"zone": "ap-northeast-1a"}', '  9 {"zone": "ap-northeast-1c"}'),
        ('"CreateDate": 1764352611.123,', '"CreateDate": 1864352611.5'),
        ('"revision": 1, httpd-task:1 moto 5.2.5)', '"revision": 12, httpd-task:12 moto 5.3.0)'),
    ],
)
def test_two_runs_have_one_shape(one: str, other: str) -> None:
    assert shape(one.replace("[id=vpc-b02fe49c5b0795a55]", "[id=vpc-" + "0" * 17)) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"Status": "SUCCESS"', '"Status": "FAIL"'),
        ('"TTL": 300', '"TTL": 60'),
        ('{"Id": "sg-6a8dca145a6f7094d"}', '{"Id": "vpc-6a8dca145a6f7094d2"}'),
        ("a\nb", "a"),
        ("4 4 4 4 converged", "4 4 4 3"),
        ("10.0.0.0/16", "10.1.0.0/16"),
    ],
)
def test_a_real_difference_is_one(one: str, other: str) -> None:
    assert shape(one) != shape(other)
