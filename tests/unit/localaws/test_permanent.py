# SPDX-License-Identifier: Apache-2.0
"""Only a process that is the endpoint's own leaves objects out of garbage collection."""

import gc
import subprocess
import sys

from localaws import permanent

OWN_PROCESS = """
import gc
from localaws import permanent
permanent.begin()
before = gc.get_freeze_count()
kept = [[n] for n in range(1000)]
permanent.extend()
print(gc.get_freeze_count() - before >= 1000)
"""


def test_another_process_keeps_its_garbage_collection() -> None:
    before = gc.get_freeze_count()
    permanent.extend()
    assert gc.get_freeze_count() == before


def test_the_endpoints_own_process_leaves_out_what_has_come() -> None:
    run = [sys.executable, "-c", OWN_PROCESS]
    assert subprocess.run(run, capture_output=True, check=True, text=True).stdout == "True\n"
