# SPDX-License-Identifier: Apache-2.0
"""Runs a program and writes how it went: `python timed.py FILE PROGRAM [ARGUMENT ...]`.

A small process of its own, because on Linux a program's ru_maxrss begins with the resident size of
the process that started it: beside pytest, `true` seems to have hundreds of MiB.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    result, *argv = sys.argv[1:]
    start = time.perf_counter()
    code = subprocess.call(argv)
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Path(result).open("w") as file:
        json.dump({"code": code, "seconds": seconds, "ru_maxrss": usage.ru_maxrss}, file)
