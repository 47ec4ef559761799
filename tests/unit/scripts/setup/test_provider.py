# SPDX-License-Identifier: Apache-2.0
"""Where the Terraform provider comes from, with a fake Terraform that is online or offline."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from main import build_app
from scripts.setup import provider
from scripts.setup.programs import Programs
from scripts.setup.provider import VERSION, Provider
from scripts.setup.tools import Found, SetupError
from stacks.settings import load_settings
from tests.support.paths import CHECKOUT

FakeProgram = Callable[[str, str], Path]
AWS = Provider("registry.terraform.io", "linux_amd64")
ENVIRON = {"PATH": "/usr/bin:/bin"}
FOLDER = f"{AWS.address}/{VERSION}/{AWS.platform}"

# Each stands for a `terraform init`: 0 when the provider is found.
OFFLINE = """
[ -n "$TF_CLI_CONFIG_FILE" ] && exit 0
printf 'Error: Failed to query\\n\\nno such host\\n\\nTo see which modules\\n' >&2; exit 1
"""
DOWNLOAD = f"""
[ -z "$TF_PLUGIN_CACHE_DIR" ] || mkdir -p "$TF_PLUGIN_CACHE_DIR/{FOLDER}"
"""


def provide(asked: Provider, binary: str, state: Path, environ: Mapping[str, str]) -> str:
    return provider.provide(asked, binary, state, environ, Programs())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / ".state"
    folder.mkdir()
    return folder


def unpacked(mirror: Path) -> Path:
    """Put the provider into the mirror as Terraform unpacks it; returns the mirror."""
    (mirror / FOLDER).mkdir(parents=True)
    return mirror


def mirror_named(state: Path) -> str:
    """The mirror in the Terraform CLI configuration."""
    return (state / "terraform.rc").read_text().split('path    = "')[1].split('"')[0]


def test_the_provider_that_terraform_finds_by_itself_is_used(
    fake_program: FakeProgram, state: Path
) -> None:
    terraform = str(fake_program("terraform", DOWNLOAD))
    assert provide(AWS, terraform, state, ENVIRON) == "Terraform's usual place"
    assert AWS.folder(state / "providers").is_dir()
    assert (
        (state / "terraform.rc").read_text().split("\n", 1)[1]
        == f"""provider_installation {{
  filesystem_mirror {{
    path    = "{state}/providers"
    include = ["registry.terraform.io/hashicorp/aws"]
  }}
  direct {{
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }}
}}
"""
    )


def test_an_incomplete_download_is_not_used(fake_program: FakeProgram, state: Path) -> None:
    half = state / "providers" / FOLDER / "half"
    half.parent.mkdir(parents=True)
    half.touch()
    provide(AWS, str(fake_program("terraform", DOWNLOAD)), state, ENVIRON)
    assert not half.exists()


@pytest.mark.parametrize("below", [".", "tf", "a/b/c"])
def test_a_mirror_below_a_root_serves_when_the_registry_does_not_answer(
    fake_program: FakeProgram, state: Path, tmp_path: Path, below: str
) -> None:
    mirror = unpacked(tmp_path / "root" / below)
    environ = ENVIRON | {"TF_PLUGIN_MIRROR": str(tmp_path / "root")}
    source = provide(AWS, str(fake_program("terraform", OFFLINE)), state, environ)
    assert source == f"the mirror {mirror}, as the registry did not answer"
    assert AWS.folder(state / "providers").resolve() == mirror / FOLDER
    assert mirror_named(state) == f"{state}/providers"


def test_a_mirror_of_packed_providers_is_unpacked_once(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "root" / AWS.address / f"terraform-provider-aws_{VERSION}_linux_amd64.zip"
    archive.parent.mkdir(parents=True)
    archive.touch()
    with_mirror_only = f'[ -n "$TF_CLI_CONFIG_FILE" ] || exit 1\n{DOWNLOAD}'
    environ = ENVIRON | {"TF_PLUGIN_MIRROR": str(tmp_path / "root")}
    provide(AWS, str(fake_program("terraform", with_mirror_only)), state, environ)
    assert AWS.folder(state / "providers").is_dir()
    assert mirror_named(state) == f"{state}/providers"


def test_a_provider_that_terraform_refuses_is_reported(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    unpacked(tmp_path)
    terraform = str(fake_program("terraform", "echo 'Error: not good' >&2; exit 1"))
    with pytest.raises(SetupError, match=r"cannot use the provider from the mirror .*: not good"):
        provide(AWS, terraform, state, ENVIRON | {"TF_PLUGIN_MIRROR": str(tmp_path)})


def test_a_mirror_of_another_platform_is_not_used(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    unpacked(tmp_path / "root")
    environ = ENVIRON | {"TF_PLUGIN_MIRROR": str(tmp_path / "root")}
    terraform = str(fake_program("terraform", OFFLINE))
    with pytest.raises(SetupError):
        provide(Provider(AWS.host, "darwin_arm64"), terraform, state, environ)


def test_without_registry_and_mirror_the_error_says_what_was_tried_and_what_to_do(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    environ = ENVIRON | {"TF_PLUGIN_MIRROR": str(tmp_path / "nowhere")}
    with pytest.raises(SetupError) as raised:
        provide(AWS, str(fake_program("terraform", OFFLINE)), state, environ)
    message = str(raised.value)
    assert f"Provider {AWS.address} {VERSION} for linux_amd64: not found" in message
    assert "terraform init failed: Failed to query no such host\n" in message
    assert f"no mirror below: {tmp_path}/nowhere\n" in message
    assert "set TF_PLUGIN_MIRROR=DIR" in message


def test_a_configuration_file_that_does_not_exist_is_not_passed_on(
    fake_program: FakeProgram, state: Path, tmp_path: Path
) -> None:
    online_without_it = f"""
[ -z "$TF_CLI_CONFIG_FILE" ] || [ -f "$TF_CLI_CONFIG_FILE" ] || exit 1
{DOWNLOAD}"""
    environ = ENVIRON | {"TF_CLI_CONFIG_FILE": str(tmp_path / "none.rc")}
    terraform = str(fake_program("terraform", online_without_it))
    assert provide(AWS, terraform, state, environ) == "Terraform's usual place"


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


def test_the_version_is_the_one_that_the_stacks_ask_for(tmp_path: Path) -> None:
    settings = load_settings(CHECKOUT / "handson.toml", {})
    build_app(settings, outdir=str(tmp_path)).synth()
    for file in tmp_path.glob("stacks/*/cdk.tf.json"):
        required = json.loads(file.read_text())["terraform"]["required_providers"]["aws"]
        assert required["version"] == VERSION
