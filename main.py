# SPDX-License-Identifier: Apache-2.0
"""The CDKTF application: settings in, three Terraform stacks out. Safe to import.

Run, it reads handson.toml beside it and HANDSON_* variables, and writes to CDKTF_OUTDIR, which
CDKTF has as cdktf.out.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.errors import SynthesisError

if TYPE_CHECKING:
    from stacks.bindings import App
    from stacks.settings import Settings

SETTINGS_FILE = Path(__file__).with_name("handson.toml")


def build_app(settings: Settings, outdir: str | None = None) -> App:
    """The three stacks, wired; ``synth()`` writes them to ``outdir``, else to CDKTF_OUTDIR.

    Raises ToolchainError when CDKTF cannot start, OSError when the folder cannot be made.
    """
    # Here, because to import CDKTF is to start Node: `import main` must not, and a wrong setting is
    # told without it.
    from stacks.bindings import App
    from stacks.compute import ComputeStack
    from stacks.discovery import DiscoveryStack
    from stacks.network_inputs import NetworkInputsStack

    folder = Path(outdir or os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
    folder.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(folder), stack_traces=False)
    network = NetworkInputsStack(app, "network-inputs", settings=settings)
    discovery = DiscoveryStack(app, "discovery", settings=settings, vpc_id=network.vpc_id)
    ComputeStack(
        app,
        "compute",
        settings=settings,
        vpc_id=network.vpc_id,
        vpc_cidr=network.vpc_cidr,
        private_subnet_ids=network.private_subnet_ids,
        service_arn=discovery.service_arn,
    )
    return app


def main() -> int:
    """Synthesize. A person's mistake is told on stderr and ends with 2."""
    try:
        from stacks.settings import load_settings

        build_app(load_settings(SETTINGS_FILE, os.environ)).synth()
    except ModuleNotFoundError as error:
        told = f"{sys.executable} has no module {error.name}: run `make setup`, then use .venv"
    # RuntimeError is jsii's for all that Node raises, such as a file that it cannot write.
    except (SynthesisError, OSError, RuntimeError) as error:
        told = str(error)
    else:
        return 0
    sys.stderr.write(f"{told}\n")
    return 2


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C: nothing to undo, no traceback.
    sys.exit(main())
