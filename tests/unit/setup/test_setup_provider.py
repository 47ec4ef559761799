# SPDX-License-Identifier: Apache-2.0
"""Where the Terraform provider comes from, with a fake Terraform that is online or offline."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.setup_provider import VERSION, Provider, provide
from scripts.setup_tools import Found, SetupError

FakeProgram = Callable[[str, str], Path]
AWS = Provider("registry.terraform.io", "linux_amd64")
FOLDER = f"{AWS.address}/{VERSION}/{AWS.platform}"

OFFLINE = """
[ -n "$TF_CLI_CONFIG_FILE" ] && exec cat "$TF_CLI_CONFIG_FILE"
printf 'Error: Failed to query\\n\\nno such host\\n\\nTo see which modules\\n' >&2; exit 1
"""
ONLINE = f"""
mkdir -p "$TF_PLUGIN_CACHE_DIR/{FOLDER}"
touch "$TF_PLUGIN_CACHE_DIR/{FOLDER}/terraform-provider-aws_v{VERSION}_x5"
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / ".state"
    folder.mkdir()
    return folder


def unpacked(mirror: Path) -> Path:
    """Put the provider into the mirror as Terraform unpacks it; returns the mirror."""
    binary = mirror / FOLDER / f"terraform-provider-aws_v{VERSION}_x5"
    binary.parent.mkdir(parents=True)
    binary.touch(mode=0o755)
    return mirror


def test_a_download_is_kept_and_named(fake_program: FakeProgram, state: Path) -> None:
    terraform = str(fake_program("terraform", ONLINE))
    assert provide(AWS, terraform, state, {"PATH": "/usr/bin:/bin"}) == "the registry"
    assert f'path    = "{state}/providers"' in (state / "terraform.rc").read_text()


def test_what_a_cut_download_left_is_not_taken_for_the_provider(
    fake_program: FakeProgram, state: Path
) -> None:
    half = state / "providers" / FOLDER / "half"
    half.parent.mkdir(parents=True)
    half.touch()
    provide(AWS, str(fake_program("terraform", ONLINE)), state, {"PATH": "/usr/bin:/bin"})
    assert not half.exists()


@pytest.mark.parametrize("below", [".", "tf", "a/b/c"])
def test_a_mirror_below_a_root_serves_when_the_registry_does_not_answer(
    fake_program: FakeProgram, state: Path, tmp_path: Path, below: str
) -> None:
    mirror = unpacked(tmp_path / "root" / below)
    environ = {"TF_PLUGIN_MIRROR": str(tmp_path / "root"), "PATH": "/usr/bin:/bin"}
    origin = provide(AWS, str(fake_program("terraform", OFFLINE)), state, environ)
    assert origin == f"the mirror {mirror} (the registry did not answer)"
    assert (
        (state / "terraform.rc").read_text().split("\n", 1)[1]
        == f"""provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""
    )


def test_a_mirror_of_packed_providers_is_unpacked_once(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "root" / AWS.address / f"terraform-provider-aws_{VERSION}_linux_amd64.zip"
    archive.parent.mkdir(parents=True)
    archive.touch()
    with_mirror_only = f'[ -n "$TF_CLI_CONFIG_FILE" ] || exit 1\n{ONLINE}'
    environ = {"TF_PLUGIN_MIRROR": str(tmp_path / "root"), "PATH": "/usr/bin:/bin"}
    provide(AWS, str(fake_program("terraform", with_mirror_only)), state, environ)
    assert f'path    = "{state}/providers"' in (state / "terraform.rc").read_text()


def test_another_version_or_platform_is_no_mirror(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    unpacked(tmp_path / "root")
    environ = {"TF_PLUGIN_MIRROR": str(tmp_path / "root"), "PATH": "/usr/bin:/bin"}
    terraform = str(fake_program("terraform", OFFLINE))
    with pytest.raises(SetupError):
        provide(Provider(AWS.host, "darwin_arm64"), terraform, state, environ)


def test_without_either_the_error_says_what_was_tried_and_what_to_do(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    environ = {"TF_PLUGIN_MIRROR": str(tmp_path / "nowhere"), "PATH": "/usr/bin:/bin"}
    with pytest.raises(SetupError) as raised:
        provide(AWS, str(fake_program("terraform", OFFLINE)), state, environ)
    message = str(raised.value)
    assert f"{AWS.address} {VERSION} (linux_amd64): not found" in message
    assert "Terraform by itself said: Failed to query no such host\n" in message
    assert f"mirrors looked for under: {tmp_path}/nowhere\n" in message
    assert "set TF_PLUGIN_MIRROR=DIR" in message


def test_a_configuration_file_that_is_not_there_is_not_handed_on(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    online_without_it = f'[ -z "$TF_CLI_CONFIG_FILE" ] || exit 1\n{ONLINE}'
    environ = {"TF_CLI_CONFIG_FILE": str(tmp_path / "none.rc"), "PATH": "/usr/bin:/bin"}
    terraform = str(fake_program("terraform", online_without_it))
    assert provide(AWS, terraform, state, environ) == "the registry"


@pytest.mark.parametrize(
    ("output", "host"),
    [
        ("Terraform v1.11.4\non darwin_arm64\n", "registry.terraform.io"),
        ("OpenTofu v1.8.2\non darwin_arm64\n", "registry.opentofu.org"),
    ],
)
def test_each_product_has_its_own_registry(output: str, host: str) -> None:
    found = Found("Terraform", "/bin/it", "1.0.0", output)
    assert Provider.of(found) == Provider(host, "darwin_arm64")
