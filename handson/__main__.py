# SPDX-License-Identifier: Apache-2.0
"""Runs the command line: `python -m handson <verb>`."""

import sys

from handson.cli import main

sys.exit(main(sys.argv[1:]))
