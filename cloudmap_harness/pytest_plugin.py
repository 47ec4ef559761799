# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin: Terraform under test on an AWS endpoint; docs/pytest.md describes it.

Every pytest of an environment with the package imports this file, so it imports nothing heavy:
what a fixture needs is imported when the fixture is used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from cloudmap_harness.errors import HarnessError

if TYPE_CHECKING:
    from cloudmap_harness.testing.cloud import Cloud, Place
    from cloudmap_harness.testing.discovered import DiscoveredService
    from cloudmap_harness.testing.inside import Inside, VpcDns, VpcHttp
    from cloudmap_harness.testing.stacks import TerraformStack

KEPT = ".pytest-terraform"
"""Below pytest's root: the copies that are deployed, until they are destroyed."""

_PACKAGE = str(Path(__file__).resolve().parent)

Scope = Literal["function", "module", "session"]
PREFIXES: Mapping[Scope, str] = {"function": "", "module": "module_", "session": "session_"}
"""What the names of a scope's fixtures begin with."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cloudmap", "Terraform and service discovery under test")
    group.addoption(
        "--target",
        choices=("local", "localstack", "aws"),
        default="local",
        help="where Terraform deploys; local, the default, is an embedded endpoint for each worker",
    )
    group.addoption(
        "--localaws-endpoint",
        metavar="URL",
        help="use the embedded endpoint that runs there instead of starting one",
    )
    group.addoption(
        "--confirm-account", metavar="ID", help="the AWS account that --target=aws may use"
    )
    group.addoption(
        "--allow-root", action="store_true", help="let the root user of the AWS account do it"
    )
    group.addoption(
        "--discovery-report",
        metavar="FILE.html",
        help="write what happened, test by test, as one HTML file",
    )
    parser.addini("aws_region", "the region of the tests", default="ap-northeast-1")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--localaws-endpoint") and config.getoption("--target") != "local":
        raise pytest.UsageError("--localaws-endpoint goes with --target=local only")
    file = config.getoption("--discovery-report")
    if file:
        from cloudmap_harness.pytest_report import register

        register(config, file)
    if hasattr(config, "workerinput"):
        from cloudmap_harness.testing.patient_workers import finish_first

        finish_first(config.pluginmanager.get_plugins())
    elif config.pluginmanager.has_plugin("xdist"):
        from cloudmap_harness.testing.patient_workers import wait_for_workers

        wait_for_workers()


def pytest_report_header(config: pytest.Config) -> list[str]:
    from cloudmap_harness.testing.left_over import left_over

    running = config.getoption("--localaws-endpoint")
    target = f"cloudmap: target {config.getoption('--target')}{f', {running}' if running else ''}"
    return [target, *left_over(config.rootpath / KEPT)]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Lets an error of the harness show the test's own line and the error's words."""
    __tracebackhide__ = True
    with _shortened():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    __tracebackhide__ = True
    with _shortened():
        return (yield)


@contextmanager
def _shortened() -> Iterator[None]:
    """Cuts the frames of this package off the traceback of a HarnessError, and its causes."""
    __tracebackhide__ = True
    try:
        yield
    except HarnessError as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            if _is_ours(trace.tb_next.tb_frame.f_code.co_filename) and not _is_ours(
                trace.tb_frame.f_code.co_filename
            ):
                trace.tb_next = None
            trace = trace.tb_next
        error.__cause__, error.__suppress_context__ = None, True
        raise


def _is_ours(file: str) -> bool:
    return file.startswith(_PACKAGE) and file != __file__


@pytest.fixture(scope="session")
def localaws(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the embedded AWS endpoint: one for each worker, or the one that was named."""
    from cloudmap_harness.testing.endpoint_process import endpoint_process

    target = request.config.getoption("--target")
    running = request.config.getoption("--localaws-endpoint")
    if target != "local":
        pytest.skip(f"--target={target}: this test needs the embedded endpoint")
    if running:
        yield str(running).rstrip("/")
    else:
        with endpoint_process(os.environ) as url:
            yield url
            if request.config.getoption("--discovery-report"):
                from cloudmap_harness.pytest_report import report_of

                if report := report_of(request.config):
                    report.read(url)


@pytest.fixture(scope="session")
def cloudmap_place(request: pytest.FixtureRequest) -> Place:
    """Where the tests deploy, reached and, on AWS, confirmed."""
    from cloudmap_harness.testing.cloud import aws_place, local_place, localstack_place

    __tracebackhide__ = True
    config = request.config
    target, region = config.getoption("--target"), config.getini("aws_region")
    if target == "local":
        return local_place(request.getfixturevalue("localaws"), os.environ, region)
    if target == "localstack":
        return localstack_place(os.environ, region)
    return aws_place(
        os.environ,
        region,
        confirmed=config.getoption("--confirm-account"),
        allow_root=config.getoption("--allow-root"),
    )


def _fixtures(scope: Scope, prefix: str) -> dict[str, object]:
    """Returns the fixtures that live as long as a test, a module or a session, by name."""

    @pytest.fixture(scope=scope, name=f"{prefix}aws_account")
    def aws_account(cloudmap_place: Place) -> str:
        """The id of an account of its own, empty but for the endpoint's network; AWS's on AWS."""
        from cloudmap_harness.testing.cloud import new_account

        return cloudmap_place.account or new_account()

    @pytest.fixture(scope=scope, name=f"{prefix}aws_cloud")
    def aws_cloud(request: pytest.FixtureRequest, cloudmap_place: Place) -> Cloud:
        """The account at its place, which the other fixtures share."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.cloud import Cloud

        return Cloud(cloudmap_place, request.getfixturevalue(f"{prefix}aws_account"))

    @pytest.fixture(scope=scope, name=f"{prefix}aws_inside")
    def aws_inside(request: pytest.FixtureRequest) -> Inside:
        """The way into the account's VPCs."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.inside import Inside

        return Inside(request.getfixturevalue(f"{prefix}aws_cloud"))

    @pytest.fixture(scope=scope, name=f"{prefix}aws_environment")
    def aws_environment(request: pytest.FixtureRequest) -> dict[str, str]:
        """The environment of a process that is to work in the account."""
        __tracebackhide__ = True
        cloud: Cloud = request.getfixturevalue(f"{prefix}aws_cloud")
        return cloud.environment

    @pytest.fixture(scope=scope, name=f"{prefix}aws_client")
    def aws_client(request: pytest.FixtureRequest) -> Callable[[str], Any]:
        """A function that returns boto3's client of a service: aws_client("ecs")."""
        __tracebackhide__ = True
        cloud: Cloud = request.getfixturevalue(f"{prefix}aws_cloud")
        return cache(cloud.clients().client)

    @pytest.fixture(scope=scope, name=f"{prefix}vpc_dns")
    def vpc_dns(request: pytest.FixtureRequest) -> VpcDns:
        """DNS inside the account's VPC: vpc_dns("web.shop.internal").addresses."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.inside import VpcDns

        _refuse_outside(request)
        return VpcDns(request.getfixturevalue(f"{prefix}aws_inside"))

    @pytest.fixture(scope=scope, name=f"{prefix}vpc_http")
    def vpc_http(request: pytest.FixtureRequest) -> VpcHttp:
        """HTTP inside the account's VPC: vpc_http("http://web.shop.internal/").status."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.inside import VpcHttp

        _refuse_outside(request)
        return VpcHttp(request.getfixturevalue(f"{prefix}aws_inside"))

    @pytest.fixture(scope=scope, name=f"{prefix}discovery")
    def discovery(request: pytest.FixtureRequest) -> Callable[[str, str], DiscoveredService]:
        """A function that returns an ECS service under test: discovery(cluster, service)."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.discovered import DiscoveredService

        inside: Inside = request.getfixturevalue(f"{prefix}aws_inside")
        return lambda cluster, service: DiscoveredService(inside, cluster, service)

    @pytest.fixture(scope=scope, name=f"{prefix}terraform")
    def terraform(request: pytest.FixtureRequest) -> Iterator[Callable[..., TerraformStack]]:
        """A function that applies a folder: terraform("infra", desired=4)["an_output"]."""
        __tracebackhide__ = True
        from cloudmap_harness.testing.stacks import Stacks

        cloud: Cloud = request.getfixturevalue(f"{prefix}aws_cloud")
        root = request.config.rootpath
        cached = getattr(request.config, "cache", None)  # None with -p no:cacheprovider.
        stacks = Stacks(
            cloud.environment,
            root=root,
            kept=root / KEPT,
            # Beside pytest's own cache, which the user keeps out of version control.
            plugin_cache=cached.mkdir("terraform-plugins") if cached else root / KEPT / "plugins",
            echo=_print_line,
        )

        def deploy(
            folder: str | Path, *, command: str | Sequence[str] | None = None, **variables: Any
        ) -> TerraformStack:
            """Applies a copy of the folder, beside the test or below pytest's root.

            `command` writes the stacks of a CDKTF app. Every other argument is a variable.
            """
            __tracebackhide__ = True
            beside = [] if scope == "session" else [request.path.parent]
            found = _find(Path(folder), [*beside, root])
            return stacks.deploy(found, request.node.name or "session", command, variables)

        try:
            yield deploy
        finally:
            try:
                failed = stacks.destroy()
            except KeyboardInterrupt:
                # Whatever captures the output of tests shows it no more.
                print(stacks.interrupted(), file=sys.__stderr__)
                raise
        if failed:
            pytest.fail("\n".join(map(str, failed)), pytrace=False)

    return {value: fixture for value, fixture in locals().items() if callable(fixture)}


for _scope, _prefix in PREFIXES.items():
    globals().update({f"{_prefix}{k}": v for k, v in _fixtures(_scope, _prefix).items()})


def _refuse_outside(request: pytest.FixtureRequest) -> None:
    target = request.config.getoption("--target")
    if target != "local":
        pytest.skip(f"--target={target}: its VPCs can only be looked into from a host inside")


def _find(folder: Path, below: Sequence[Path]) -> Path:
    """Returns the folder. Raises HarnessError, which says where it was looked for."""
    __tracebackhide__ = True
    for each in below:
        if (each / folder).is_dir():
            return each / folder
    places = " nor ".join(map(str, below))
    raise HarnessError(f"terraform({str(folder)!r}): there is no such folder in {places}")


def _print_line(stack: str, line: str) -> None:
    """Prints a line of Terraform's, which pytest shows when the test fails, or at once with -s."""
    if line:
        sys.stdout.write(f"{stack} | {line}\n")
