# SPDX-License-Identifier: Apache-2.0
"""The application's unit tests begin without the variables that make may have exported."""

import pytest

MAKES = (
    "AGE ALLOW_ROOT BY CDKTF_OUTDIR CONFIRM DESIRED ENDPOINT JUNIT KEEP PAUSE RUN STATE TARGET VPC"
).split()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in MAKES:
        monkeypatch.delenv(name, raising=False)
