# SPDX-License-Identifier: Apache-2.0
"""A project of somebody else's, with the pytest plugin, whose tests run as a process."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from handson.project import CLI_CONFIGURATION
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT


@dataclass(frozen=True)
class Ran:
    code: int
    out: str


@dataclass(frozen=True)
class Project:
    """A folder with tests, as a user of the plugin has it."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def pytest(self, *arguments: str, **environ: str) -> Ran:
        """Runs the project's tests with these arguments and environment variables."""
        with self.start(*arguments, **environ) as process:
            try:
                out, _ = process.communicate(timeout=300)
            except BaseException:
                process.kill()
                raise
        return Ran(process.returncode, out)

    def start(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        """Starts the project's tests in a process group of their own."""
        # The wheel names the plugin in its entry points; here it is named by hand.
        argv = [sys.executable, "-m", "pytest", "-p", "cloudmap_harness.pytest_plugin"]
        environment = environment_without("AWS_", "LOCALAWS_", "PYTEST_", "HANDSON_")
        environment |= {
            "PYTHONPATH": str(CHECKOUT),
            "TF_CLI_CONFIG_FILE": str(CLI_CONFIGURATION),
            **environ,
        }
        return subprocess.Popen(
            [*argv, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
