# SPDX-License-Identifier: Apache-2.0
"""Where this checkout keeps things, and how patient its commands are with each target."""

import sys
from collections.abc import Mapping
from pathlib import Path

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.terraform.deployment import Synthesis

CHECKOUT = Path(__file__).resolve().parent.parent
STATE = CHECKOUT / ".state"
"""Logs, the endpoint's pid file, live runs and the Terraform CLI configuration."""
BIN = CHECKOUT / ".venv" / "bin"
SETTINGS_FILE = CHECKOUT / "handson.toml"
CLI_CONFIGURATION = STATE / "terraform.rc"
"""Written by the set-up; it names the provider that the set-up installed."""
PROVIDERS = STATE / "providers"
"""The mirror, with the unpacked provider, that the set-up made."""
SYNTHESIS = Synthesis([sys.executable, str(CHECKOUT / "main.py")], CHECKOUT)

CONVERGENCE_TIMEOUT: Mapping[Target, float] = {
    Target.LOCAL: 180.0,
    Target.LOCALSTACK: 300.0,
    Target.AWS: 900.0,
}
"""Seconds within which the layers must agree; Fargate starts a task in about one minute."""
POLL_INTERVAL: Mapping[Target, float] = {
    Target.LOCAL: 0.1,
    Target.LOCALSTACK: 2.0,
    Target.AWS: 5.0,
}
"""Seconds between two readings."""
