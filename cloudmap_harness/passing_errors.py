# SPDX-License-Identifier: Apache-2.0
"""The errors of AWS that pass by themselves, so that a wait goes on after them.

As terratest's retryable errors: throttling, failures of the service and of the connection, and what
is not found while its creation spreads. Whatever else AWS answers stays as it is.
"""

from cloudmap_harness.errors import AwsError

_THROTTLED = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
"""What botocore repeats by itself; by then it has given up."""

_NO_REPLY = {
    "ConnectionClosedError",
    "ConnectionError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "HTTPClientError",
    "ReadTimeoutError",
    "RequestTimeout",
    "RequestTimeoutException",
}
"""botocore's errors for a connection that was refused, lost or silent."""

_NOT_THERE_YET = {
    "ClusterNotFoundException",
    "InvalidGroup.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidVpcID.NotFound",
    "NamespaceNotFound",
    "NoSuchHostedZone",
    "OperationNotFound",
    "ServiceNotFound",
    "ServiceNotFoundException",
}
"""Errors for what was created a moment ago: AWS's replies are eventually consistent."""


def may_pass(error: AwsError) -> bool:
    """Says whether the same call may succeed later. 501 is an endpoint that has no such call."""
    if error.code in _THROTTLED | _NO_REPLY | _NOT_THERE_YET:
        return True
    return error.status is not None and error.status >= 500 and error.status != 501
