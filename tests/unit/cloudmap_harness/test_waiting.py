# SPDX-License-Identifier: Apache-2.0
"""wait_for, on a clock that only its own sleep moves."""

from collections.abc import Callable, Iterable

import pytest

from cloudmap_harness.errors import AwsError, WaitTimeout
from cloudmap_harness.waiting import wait_for


class Clock:
    """A clock that only `sleep` moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def reader(values: Iterable[int]) -> Callable[[], int]:
    return iter(values).__next__


def four(value: int) -> list[str]:
    return [] if value == 4 else [f"{4 - value} missing"]


def test_the_first_good_reading_is_returned_without_sleeping() -> None:
    clock = Clock()
    seen = wait_for(
        reader([4]), four, expected="4", timeout=10, interval=1, clock=clock, sleep=clock.sleep
    )
    assert seen == 4
    assert clock.now == 100.0


def test_it_reads_until_there_are_no_problems() -> None:
    clock = Clock()
    seen = wait_for(
        reader([0, 2, 4]),
        four,
        expected="4",
        timeout=10,
        interval=2,
        clock=clock,
        sleep=clock.sleep,
    )
    assert seen == 4
    assert clock.now == 104.0


def test_the_last_reading_is_at_the_deadline() -> None:
    clock = Clock()
    seen = wait_for(
        reader([1, 2, 4]), four, expected="4", timeout=5, interval=3, clock=clock, sleep=clock.sleep
    )
    assert seen == 4
    assert clock.now == 105.0


def test_a_timeout_has_the_last_reading() -> None:
    clock = Clock()
    with pytest.raises(WaitTimeout) as error:
        wait_for(
            reader([1, 2, 3]),
            four,
            expected="4 of them",
            timeout=5,
            interval=3,
            clock=clock,
            sleep=clock.sleep,
        )
    assert (error.value.expected, error.value.last_seen, error.value.elapsed) == ("4 of them", 3, 5)
    assert str(error.value) == "after 5 s expected 4 of them, last seen 3:\n  1 missing"


def test_the_services_events_follow_the_problems() -> None:
    late = WaitTimeout("4", 3, ["10.0.8.9: missing in A records"], 60.0)
    assert str(late.with_events(["12:00:00 (service x) has started 1 tasks"])) == (
        "after 60 s expected 4, last seen 3:\n"
        "  10.0.8.9: missing in A records\n"
        "the service's last events:\n"
        "  12:00:00 (service x) has started 1 tasks"
    )


def test_an_error_of_the_reading_is_not_retried() -> None:
    reads = []

    def denied() -> int:
        reads.append(1)
        raise PermissionError("AccessDenied")

    with pytest.raises(PermissionError):
        wait_for(denied, four, expected="4", timeout=10, interval=1)
    assert len(reads) == 1


def failing(error: AwsError, times: int) -> Callable[[], int]:
    """A reading that fails so many times, and then is 4."""
    readings: list[AwsError | int] = [*[error] * times, 4]

    def read() -> int:
        reading = readings.pop(0)
        if isinstance(reading, AwsError):
            raise reading
        return reading

    return read


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 503),
        ("ServiceNotFound", 404),
        ("ClusterNotFoundException", 400),
        ("EndpointConnectionError", None),
        ("SomethingNew", 502),
    ],
)
def test_an_error_that_may_pass_is_waited_out_and_told(
    code: str, status: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    read = failing(AwsError("ListTasks", code, "words", status), 3)
    seen = wait_for(
        read, four, expected="4 tasks", timeout=10, interval=2, clock=clock, sleep=clock.sleep
    )
    assert (seen, clock.now) == (4, 106.0)
    assert f"while waiting for 4 tasks, errors have passed: {code} (3 times)" in caplog.text


@pytest.mark.parametrize(
    ("code", "status"),
    [("AccessDeniedException", 400), ("InvalidInput", 400), ("NotImplemented", 501)],
)
def test_an_error_that_stays_ends_the_wait(code: str, status: int) -> None:
    clock = Clock()
    read = failing(AwsError("ListTasks", code, "words", status), 1)
    with pytest.raises(AwsError, match=code):
        wait_for(read, four, expected="4", timeout=9, interval=1, clock=clock, sleep=clock.sleep)
    assert clock.now == 100.0


def test_an_error_that_has_not_passed_at_the_deadline_is_raised() -> None:
    clock = Clock()
    read = failing(AwsError("ListTasks", "ThrottlingException", "words", 400), 9)
    with pytest.raises(AwsError, match="ThrottlingException") as error:
        wait_for(read, four, expected="4", timeout=5, interval=2, clock=clock, sleep=clock.sleep)
    assert clock.now == 105.0
    assert error.value.__notes__ == ["after 5 s of waiting for 4"]
