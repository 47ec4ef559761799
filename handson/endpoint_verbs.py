# SPDX-License-Identifier: Apache-2.0
"""`make local-up`, `local-down` and `local-status`: the embedded endpoint in the background."""

from handson import local_endpoint
from handson.local_endpoint import LocalEndpoint, describe_absence
from handson.variables import Variables


def local_up(variables: Variables) -> int:
    """Starts the embedded endpoint unless it runs."""
    endpoint = local_endpoint.up(variables.environ)
    print(f"localaws {'started' if endpoint.started else 'runs already'} on {_describe(endpoint)}")
    _print_vpc(endpoint)
    return 0


def local_down(variables: Variables) -> int:
    """Stops the embedded endpoint; what was deployed there is gone with it."""
    ended = local_endpoint.down()
    if ended is None:
        # One that was not started from this checkout is left alone, and then it is not down.
        return 0 if local_status(variables) else 1
    print(f"localaws stopped: {_describe(ended)}")
    return 0


def local_status(variables: Variables) -> int:
    """Says whether the embedded endpoint runs and where; ends with 1 when it does not."""
    found = local_endpoint.find(variables.environ)
    if isinstance(found, LocalEndpoint):
        elsewhere = "" if local_endpoint.status() else ", not started from this checkout"
        print(f"localaws runs on {_describe(found)}{elsewhere}")
        _print_vpc(found)
        return 0
    print(describe_absence(variables.environ, found))
    return 1


def _describe(endpoint: LocalEndpoint) -> str:
    return f"{endpoint.url} (pid {endpoint.pid}, {endpoint.version})"


def _print_vpc(endpoint: LocalEndpoint) -> None:
    print(f"  resolver {endpoint.dns}, bastion {endpoint.bastion}: see `make env`")
    if endpoint.https:
        print(f"  {endpoint.https} with the certificate {endpoint.ca_bundle}")
