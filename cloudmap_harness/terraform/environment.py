# SPDX-License-Identifier: Apache-2.0
"""The environment of a Terraform process, and the program that runs as Terraform.

Imports the standard library only.
"""

from collections.abc import Mapping
from pathlib import Path


def terraform_environment(
    environ: Mapping[str, str], *, cli_configuration: Path | None
) -> dict[str, str]:
    """Returns `environ` with the settings for a Terraform that nobody watches at a terminal.

    `cli_configuration` replaces the user's CLI configuration file when the file exists.
    TF_WORKSPACE, which moves the state, and TF_DATA_DIR, one folder for all stacks, are removed.
    """
    child = {k: v for k, v in environ.items() if k not in ("TF_WORKSPACE", "TF_DATA_DIR")}
    child |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    child.setdefault("GOGC", "400")  # Fewer collections while the provider builds its schema.
    if cli_configuration is not None and cli_configuration.is_file():
        child["TF_CLI_CONFIG_FILE"] = str(cli_configuration)
    return child


def terraform_binary(environ: Mapping[str, str]) -> str:
    """Returns the program to run: TERRAFORM_BINARY_NAME, CDKTF's variable, or `terraform`."""
    return environ.get("TERRAFORM_BINARY_NAME") or "terraform"
