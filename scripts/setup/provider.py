# SPDX-License-Identifier: Apache-2.0
"""Installs the Terraform provider once, so that no later `terraform init` needs the network.

The source is what the user's own Terraform finds, else a provider mirror on this machine.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.programs import Programs
from scripts.setup.tools import Found, SetupError

VERSION = "5.100.0"
"""The version that the Python bindings are generated for."""

_DEPTH = 3
"""How many folders deep below a root a mirror is looked for."""

_REGISTRY_SECONDS = 900


@dataclass(frozen=True)
class Provider:
    """hashicorp/aws for one Terraform product on one platform."""

    host: str
    platform: str

    @classmethod
    def of(cls, binary: Found) -> "Provider":
        """Returns the provider that this binary asks for: OpenTofu has a registry of its own."""
        platform = re.search(r"^on (\w+)$", binary.output, re.MULTILINE)
        if platform is None:
            raise SetupError(
                f"{binary.path} does not print its platform; it printed {binary.output!r}"
            )
        tofu = binary.output.startswith("OpenTofu")
        return cls("registry.opentofu.org" if tofu else "registry.terraform.io", platform[1])

    @property
    def address(self) -> str:
        """The full name in Terraform's configuration."""
        return f"{self.host}/hashicorp/aws"

    def folder(self, mirror: Path) -> Path:
        """Returns its unpacked folder in the mirror."""
        return mirror / self.address / VERSION / self.platform

    def archive(self, mirror: Path) -> Path:
        """Returns its archive in the mirror, as the registry serves it."""
        return mirror / self.address / f"terraform-provider-aws_{VERSION}_{self.platform}.zip"


def provide(
    provider: Provider,
    binary: str,
    state: Path,
    environ: Mapping[str, str],
    programs: Programs,
) -> str:
    """Installs the provider into ``state``/providers; returns where it came from, in words.

    Writes ``state``/terraform.rc, which makes Terraform use that folder. Raises SetupError with
    everything that was tried when neither Terraform nor a mirror has the provider.
    """
    installed, rc = state / "providers", state / "terraform.rc"
    # Terraform would use what an interrupted download left, without noticing that it is incomplete.
    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    rc.unlink(missing_ok=True)
    plain = _plain(environ)
    source = "Terraform's usual place"

    def init(variables: Mapping[str, str]) -> str:
        return _init(binary, state, {**plain, **variables}, programs)

    failure = init({"TF_PLUGIN_CACHE_DIR": str(installed)})
    if failure:
        mirror = _install_from_a_mirror(installed, provider, init, state, environ)
        if mirror is None:
            raise SetupError(
                f"Provider {provider.address} {VERSION} for {provider.platform}: not found\n"
                f"  terraform init failed: {failure}\n"
                f"  no mirror below: {', '.join(map(str, _roots(environ)))}\n"
                f"  What to do: let Terraform reach {provider.host}, or unpack the provider into\n"
                f"  {provider.folder(Path('DIR'))}/ and set TF_PLUGIN_MIRROR=DIR"
            )
        source = f"the mirror {mirror}, as the registry did not answer"
    _write_configuration(rc, installed, provider)
    failure = init({"TF_CLI_CONFIG_FILE": str(rc)})
    if failure:
        raise SetupError(f"Terraform cannot use the provider from {source}: {failure}")
    return source


def _install_from_a_mirror(
    installed: Path,
    provider: Provider,
    init: Callable[[Mapping[str, str]], str],
    state: Path,
    environ: Mapping[str, str],
) -> Path | None:
    """Links or unpacks the provider from the first mirror that has it; returns that mirror.

    ``init`` runs `terraform init` with variables added to its environment and returns its error.
    """
    for mirror in (m for root in _roots(environ) for m in _mirrors(root, provider.host)):
        if provider.folder(mirror).is_dir():
            provider.folder(installed).parent.mkdir(parents=True)
            provider.folder(installed).symlink_to(provider.folder(mirror).resolve())
            return mirror
        if provider.archive(mirror).is_file():
            # Unpacked once, here: otherwise `init` of every stack unpacks 700 MB of its own.
            rc = _write_configuration(state / "terraform.rc", mirror, provider)
            if not init({"TF_CLI_CONFIG_FILE": str(rc), "TF_PLUGIN_CACHE_DIR": str(installed)}):
                return mirror
    return None


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the user's environment without the variables that would misdirect this `init`."""
    drop = {"TF_DATA_DIR", "TF_WORKSPACE", "TF_PLUGIN_CACHE_DIR"}
    if not Path(environ.get("TF_CLI_CONFIG_FILE", "")).is_file():
        drop.add("TF_CLI_CONFIG_FILE")
    return {name: value for name, value in environ.items() if name not in drop} | {
        "CHECKPOINT_DISABLE": "1",
        "TF_REGISTRY_DISCOVERY_RETRY": "0",
        "TF_REGISTRY_CLIENT_TIMEOUT": "10",
    }


def _init(binary: str, state: Path, environ: Mapping[str, str], programs: Programs) -> str:
    """Runs `terraform init` for the provider alone; returns Terraform's error, empty on success."""
    required = {"aws": {"source": "hashicorp/aws", "version": VERSION}}
    with tempfile.TemporaryDirectory(dir=state, prefix="init-") as folder:
        content = json.dumps({"terraform": {"required_providers": required}})
        (Path(folder) / "main.tf.json").write_text(content)
        try:
            ran = programs.run(
                [binary, "init", "-input=false", "-no-color", "-backend=false"],
                cwd=Path(folder),
                env=environ,
                timeout=_REGISTRY_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"timed out after {_REGISTRY_SECONDS} s"
    if ran.returncode == 0:
        return ""
    error = ran.stderr.partition("Error: ")[2].partition("\n\nTo see which modules")[0]
    words = (error or ran.stderr or ran.stdout).split()
    return " ".join(words) or f"exit code {ran.returncode} and no message"


def _roots(environ: Mapping[str, str]) -> list[Path]:
    """Returns the folders to search for a mirror: TF_PLUGIN_MIRROR if set, else the usual ones."""
    if environ.get("TF_PLUGIN_MIRROR"):
        return [Path(environ["TF_PLUGIN_MIRROR"])]
    home = Path(environ.get("HOME") or "/nonexistent")
    roots = [
        home / ".terraform.d",
        home / ".local/share/terraform",
        home / "Library/Application Support/io.terraform",
        *map(Path, ("/opt", "/srv", "/usr/local", "/usr/share/terraform", "/var/lib")),
    ]
    return [root for root in roots if root.is_dir()]


def _mirrors(folder: Path, host: str, depth: int = _DEPTH) -> Iterator[Path]:
    """Yields ``folder`` and the folders below it that have a subfolder named after the host."""
    if (folder / host).is_dir():
        yield folder
    if depth == 0:
        return
    try:
        below = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
    except OSError:  # No permission, or removed meanwhile.
        return
    for path in below:
        yield from _mirrors(Path(path), host, depth - 1)


def _write_configuration(rc: Path, mirror: Path, provider: Provider) -> Path:
    rc.write_text(
        f"""# Written by `make setup`; the commands of this checkout name it in TF_CLI_CONFIG_FILE.
provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror.resolve()))}
    include = ["{provider.address}"]
  }}
  direct {{
    exclude = ["{provider.address}"]
  }}
}}
"""
    )
    return rc
