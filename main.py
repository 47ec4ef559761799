# SPDX-License-Identifier: Apache-2.0
"""The CDKTF application: settings in, three Terraform stacks out. Importing it starts nothing.

As a program it reads handson.toml beside it and HANDSON_* variables, and writes the stacks to the
folder CDKTF_OUTDIR, which is cdktf.out by default.
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
    """Returns the app with the three stacks connected; its ``synth()`` writes them to ``outdir``.

    Without ``outdir`` that is CDKTF_OUTDIR. Raises ToolchainError when CDKTF cannot start, OSError
    when the folder cannot be made.
    """
    # Imported here, because importing CDKTF starts Node: `import main` must not, and a wrong
    # setting is reported without it.
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
    """Synthesizes. Returns 0, or 2 after the user's mistake on stderr."""
    try:
        from stacks.settings import load_settings

        build_app(load_settings(SETTINGS_FILE, os.environ)).synth()
    except ModuleNotFoundError as error:
        message = f"{sys.executable} has no module {error.name}: run `make setup`, then use .venv"
    # jsii raises RuntimeError for every error of Node, such as a file that it cannot write.
    except (SynthesisError, OSError, RuntimeError) as error:
        message = str(error)
    else:
        return 0
    sys.stderr.write(f"{message}\n")
    return 2


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback.
    sys.exit(main())
