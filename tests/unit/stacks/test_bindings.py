# SPDX-License-Identifier: Apache-2.0
"""The bindings load only the names in use, and restore the environment of the process."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stacks import bindings
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT

REPORT = """
import json, os, sys
import stacks.bindings
package = sys.modules[stacks.bindings.PROVIDER]
print(json.dumps({
    "submodules": sorted({
        name.split(".")[1] for name in sys.modules if name.startswith(package.__name__ + ".")
    }),
    "NODE_OPTIONS": os.environ.get("NODE_OPTIONS"),
}))
"""


def import_bindings(**environ: str) -> dict[str, object]:
    inherited = environment_without("NODE_OPTIONS")
    done = subprocess.run(
        [sys.executable, "-c", REPORT],
        cwd=CHECKOUT,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""  # jsii prints no banner.
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


def test_only_the_named_submodules_are_imported() -> None:
    named = re.findall(rf"{bindings.PROVIDER}\.(\w+)", Path(bindings.__file__).read_text())
    # Each imports _jsii, which loads the assembly.
    assert import_bindings()["submodules"] == sorted({"_jsii", *named})


def test_empty_package_is_where_the_real_one_is() -> None:
    (folder,) = sys.modules[bindings.PROVIDER].__path__
    assert Path(folder, "ecs_service", "__init__.py").is_file()


@pytest.mark.parametrize("options", ["", "--max-old-space-size=4096"])
def test_node_options_are_left_as_they_were(options: str) -> None:
    assert import_bindings(NODE_OPTIONS=options)["NODE_OPTIONS"] == options


def test_node_options_are_left_unset() -> None:
    assert import_bindings()["NODE_OPTIONS"] is None


def test_every_binding_is_exported() -> None:
    assert all(hasattr(bindings, name) for name in bindings.__all__)


def test_an_imported_package_is_left_alone() -> None:
    bindings.register_empty_package("json")
    assert sys.modules["json"] is json


def test_a_missing_package_is_reported() -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_package'"):
        bindings.register_empty_package("no_such_package")


def node(preload: Path, script: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "--require", str(preload), str(script)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ('exports.one = require("./one");', "index\none\n1\n1\n"),
        ('exports.one = require("./one"); // as we do not know it', "one\nindex\n1\n1\n"),
    ],
)
def test_preload_defers_the_requires_that_it_knows(tmp_path: Path, line: str, printed: str) -> None:
    library = tmp_path / "node_modules" / "@cdktf" / "provider-aws" / "lib"
    library.mkdir(parents=True)
    (library / "index.js").write_text(f'{line}\nconsole.log("index");\n')
    (library / "one.js").write_text('console.log("one");\nmodule.exports = 1;\n')
    script = tmp_path / "script.js"
    script.write_text(
        'const aws = require("@cdktf/provider-aws/lib/index.js");\n'
        "console.log(aws.one);\nconsole.log(aws.one);\n"
    )
    done = node(bindings.PRELOAD, script)
    assert (done.stdout, done.stderr) == (printed, "")


def test_preload_lets_a_worker_end_before_the_exit(tmp_path: Path) -> None:
    (tmp_path / "worker.js").write_text(
        'setTimeout(() => require("node:fs").writeFileSync(__dirname + "/done", ""), 200);\n'
    )
    script = tmp_path / "script.js"
    script.write_text(
        'const threads = require("worker_threads");\n'
        'new threads.Worker(__dirname + "/worker.js");\nprocess.exit(3);\n'
    )
    assert node(bindings.PRELOAD, script).returncode == 3
    assert (tmp_path / "done").exists()
