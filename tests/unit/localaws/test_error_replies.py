# SPDX-License-Identifier: Apache-2.0
"""An error has the form that the caller's SDK reads, whatever its signature happens to be."""

from typing import Any

import pytest

from localaws.error_replies import error_reply

SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{}/aws4_request, Signature={}"


@pytest.mark.parametrize(
    ("service", "signature", "begins"),
    [
        ("sts", "0ec2f", "<ErrorResponse><Error>"),
        ("iam", "00000", "<ErrorResponse><Error>"),
        ("ec2", "00000", "<Response><Errors><Error>"),
    ],
)
def test_the_form_follows_the_service_and_not_the_signature(
    service: str, signature: str, begins: str
) -> None:
    environ: Any = {"HTTP_AUTHORIZATION": SCOPE.format(service, signature)}
    (body,) = error_reply(environ, lambda *_: lambda _: None, 400, "Throttling", "Slow down.")
    assert body.decode().startswith(begins)
