# SPDX-License-Identifier: Apache-2.0
"""`make local-up`, `local-down`, `local-reset`, `local-status`: the endpoint in the background."""

from handson import local_endpoint
from handson.endpoint_lookup import LocalEndpoint
from handson.local_endpoint import Life, describe_absence
from handson.variables import Variables


def local_up(variables: Variables) -> int:
    """Starts the embedded endpoint, with the account that it keeps, unless it runs."""
    endpoint = local_endpoint.up(variables.environ, life=Life.KEPT)
    print(f"localaws {'started' if endpoint.started else 'runs already'} on {_describe(endpoint)}")
    _print_addresses(endpoint)
    return 0


def local_reset(variables: Variables) -> int:
    """Starts the embedded endpoint with an empty account."""
    endpoint = local_endpoint.reset(variables.environ)
    print(f"localaws started with an empty account on {_describe(endpoint)}")
    _print_addresses(endpoint)
    return 0


def local_down(variables: Variables) -> int:
    """Stops the embedded endpoint; `local-up` goes on with its account."""
    ended = local_endpoint.down()
    if ended is None:
        # One that was not started from this checkout is left alone, and then it is not down.
        return 0 if local_status(variables) else 1
    kept = f"; its account is kept in {ended.account}" if ended.account else ""
    print(f"localaws stopped: {_describe(ended)}{kept}")
    return 0


def local_status(variables: Variables) -> int:
    """Says whether the embedded endpoint runs and where; ends with 1 when it does not."""
    found = local_endpoint.find(variables.environ)
    if isinstance(found, LocalEndpoint):
        elsewhere = "" if local_endpoint.status() else ", not started from this checkout"
        print(f"localaws runs on {_describe(found)}{elsewhere}")
        _print_addresses(found)
        return 0
    print(describe_absence(variables.environ, found))
    return 1


def _describe(endpoint: LocalEndpoint) -> str:
    return f"{endpoint.url} (pid {endpoint.pid}, {endpoint.version})"


def _print_addresses(endpoint: LocalEndpoint) -> None:
    print(f"  resolver {endpoint.dns}, bastion {endpoint.bastion}: see `make env`")
    if endpoint.https:
        print(f"  {endpoint.https} with the certificate {endpoint.ca_bundle}")
    for fault in endpoint.faults:
        print(f"  fault: {fault}")
    if endpoint.notice:
        print(endpoint.notice)
