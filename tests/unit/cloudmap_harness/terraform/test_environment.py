# SPDX-License-Identifier: Apache-2.0
"""Terraform's environment, and the program that runs as Terraform."""

from pathlib import Path

from cloudmap_harness.terraform.environment import terraform_binary, terraform_environment


def test_cli_configuration_replaces_the_users_only_when_the_file_exists(tmp_path: Path) -> None:
    given = {"TF_CLI_CONFIG_FILE": "/home/user/.terraformrc"}
    file = tmp_path / "terraform.rc"
    for configuration in (None, file):
        child = terraform_environment(given, cli_configuration=configuration)
        assert child["TF_CLI_CONFIG_FILE"] == "/home/user/.terraformrc"
    file.touch()
    child = terraform_environment(given, cli_configuration=file)
    assert child["TF_CLI_CONFIG_FILE"] == str(file)


def test_state_and_data_stay_where_the_stacks_put_them() -> None:
    given = {"TF_WORKSPACE": "w", "TF_DATA_DIR": "/d"}
    child = terraform_environment(given, cli_configuration=None)
    assert "TF_WORKSPACE" not in child
    assert "TF_DATA_DIR" not in child


def test_the_users_garbage_collector_setting_stays() -> None:
    assert terraform_environment({}, cli_configuration=None)["GOGC"] == "400"
    assert terraform_environment({"GOGC": "100"}, cli_configuration=None)["GOGC"] == "100"


def test_terraform_asks_nobody_and_reports_to_nobody() -> None:
    child = terraform_environment({}, cli_configuration=None)
    assert (child["TF_IN_AUTOMATION"], child["CHECKPOINT_DISABLE"]) == ("1", "1")


def test_terraform_binary_is_cdktfs_variable_when_it_is_set() -> None:
    assert terraform_binary({}) == "terraform"
    assert terraform_binary({"TERRAFORM_BINARY_NAME": ""}) == "terraform"
    assert terraform_binary({"TERRAFORM_BINARY_NAME": "tofu"}) == "tofu"
