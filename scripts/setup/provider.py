# SPDX-License-Identifier: Apache-2.0
"""The Terraform provider, brought within reach once, so that no later `init` needs the network.

The user's own Terraform is tried first; a mirror that lies on this machine only when that fails.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.tools import Found, SetupError

VERSION = "5.100.0"
"""The one that the Python bindings are generated for."""

_DEPTH = 3
"""How many folders below a root the host's folder of a mirror may lie."""

_REGISTRY_SECONDS = 900


@dataclass(frozen=True)
class Provider:
    """hashicorp/aws for one Terraform product on one platform."""

    host: str
    platform: str

    @classmethod
    def of(cls, binary: Found) -> "Provider":
        """What that binary will ask for: OpenTofu looks the short name up in its own registry."""
        platform = re.search(r"^on (\w+)$", binary.output, re.MULTILINE)
        if platform is None:
            raise SetupError(f"{binary.path} does not tell its platform; it said {binary.output!r}")
        tofu = binary.output.startswith("OpenTofu")
        return cls("registry.opentofu.org" if tofu else "registry.terraform.io", platform[1])

    @property
    def address(self) -> str:
        """The full name, as in Terraform's own configuration."""
        return f"{self.host}/hashicorp/aws"

    def folder(self, mirror: Path) -> Path:
        """Where it lies in that mirror, ready to run."""
        return mirror / self.address / VERSION / self.platform

    def archive(self, mirror: Path) -> Path:
        """Where it lies in that mirror as the registry serves it."""
        return mirror / self.address / f"terraform-provider-aws_{VERSION}_{self.platform}.zip"


def provide(provider: Provider, binary: str, state: Path, environ: Mapping[str, str]) -> str:
    """Put the provider into `state`/providers, have `state`/terraform.rc name that, say whence.

    Raises SetupError, with all that was tried, when neither Terraform nor the machine has it.
    """
    kept, rc = state / "providers", state / "terraform.rc"
    # A download that was cut short leaves half a provider, which Terraform would take for a whole.
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    rc.unlink(missing_ok=True)
    plain = _plain(environ)
    whence = "Terraform's usual place"
    said = _init(binary, state, plain | {"TF_PLUGIN_CACHE_DIR": str(kept)})
    if said:
        mirror = _fill_from_a_mirror(kept, provider, binary, state, environ)
        if mirror is None:
            raise SetupError(
                f"Provider {provider.address} {VERSION} for {provider.platform}: not found\n"
                f"  Terraform by itself said: {said}\n"
                f"  mirrors looked for under: {', '.join(map(str, _roots(environ)))}\n"
                f"  What to do: let Terraform reach {provider.host}, or unpack the provider into\n"
                f"  {provider.folder(Path('DIR'))}/ and set TF_PLUGIN_MIRROR=DIR"
            )
        whence = f"the mirror {mirror}, as the registry did not answer"
    _write_configuration(rc, kept, provider)
    failed = _init(binary, state, plain | {"TF_CLI_CONFIG_FILE": str(rc)})
    if failed:
        raise SetupError(f"Terraform cannot use the provider from {whence}: {failed}")
    return whence


def _fill_from_a_mirror(
    kept: Path, provider: Provider, binary: str, state: Path, environ: Mapping[str, str]
) -> Path | None:
    """Link or unpack the provider out of the first mirror that has it; None when none has."""
    for mirror in (m for root in _roots(environ) for m in _mirrors(root, provider.host)):
        if provider.folder(mirror).is_dir():
            provider.folder(kept).parent.mkdir(parents=True)
            provider.folder(kept).symlink_to(provider.folder(mirror).resolve())
            return mirror
        if provider.archive(mirror).is_file():
            # Unpacked here, once: else every stack would do it, 700 MB each.
            rc = _write_configuration(state / "terraform.rc", mirror, provider)
            own = {"TF_CLI_CONFIG_FILE": str(rc), "TF_PLUGIN_CACHE_DIR": str(kept)}
            if not _init(binary, state, _plain(environ) | own):
                return mirror
    return None


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment for Terraform, less what would lead this one `init` astray."""
    drop = {"TF_DATA_DIR", "TF_WORKSPACE", "TF_PLUGIN_CACHE_DIR"}
    if not Path(environ.get("TF_CLI_CONFIG_FILE", "")).is_file():
        drop.add("TF_CLI_CONFIG_FILE")
    return {name: value for name, value in environ.items() if name not in drop} | {
        "CHECKPOINT_DISABLE": "1",
        "TF_REGISTRY_DISCOVERY_RETRY": "0",
        "TF_REGISTRY_CLIENT_TIMEOUT": "10",
    }


def _init(binary: str, state: Path, environ: Mapping[str, str]) -> str:
    """`terraform init` of the provider alone: empty when it worked, else Terraform's reason."""
    required = {"aws": {"source": "hashicorp/aws", "version": VERSION}}
    with tempfile.TemporaryDirectory(dir=state, prefix="init-") as folder:
        content = json.dumps({"terraform": {"required_providers": required}})
        (Path(folder) / "main.tf.json").write_text(content)
        try:
            ran = subprocess.run(
                [binary, "init", "-input=false", "-no-color", "-backend=false"],
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_REGISTRY_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"nothing in {_REGISTRY_SECONDS} s"
    if ran.returncode == 0:
        return ""
    error = ran.stderr.partition("Error: ")[2].partition("\n\nTo see which modules")[0]
    words = (error or ran.stderr or ran.stdout).split()
    return " ".join(words) or f"nothing, exit code {ran.returncode}"


def _roots(environ: Mapping[str, str]) -> list[Path]:
    """Where to look for a mirror: in TF_PLUGIN_MIRROR when set, else where they usually lie."""
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
    """Every folder at or below `folder` that holds one of that host's name, nearest first."""
    if (folder / host).is_dir():
        yield folder
    if depth == 0:
        return
    try:
        below = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
    except OSError:  # Not ours to read, or gone.
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
