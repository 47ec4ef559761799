# SPDX-License-Identifier: Apache-2.0
"""The command line: `python -m handson <verb>`, which `make <verb>` calls.

A verb reads its parameters from the variables that make exports. This module alone turns an error
into a message and an exit code: 0 done and as it should be; 1 failed, or not as it should be;
2 wrong use or a wrong setting; 128 + n ended by signal n.
"""

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from cloudmap_harness.errors import HarnessError, TargetError
from cloudmap_harness.live_line import doing, shown_on
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from handson.errors import HandsonError
from handson.variables import Variables
from stacks.errors import SettingsError

VERBS: Mapping[str, str] = {
    "cdktf": "handson.cdktf_wrapper:cdktf",
    "check-target": "handson.preflight:check_target",
    "deploy": "handson.stack_verbs:deploy",
    "destroy": "handson.stack_verbs:destroy",
    "env": "handson.vpc_shell:env",
    "handson": "handson.walkthrough:handson",
    "leaks": "handson.leaks:list_leaks",
    "lesson": "handson.lesson.verb:lesson",
    "local-down": "handson.endpoint_verbs:local_down",
    "local-reset": "handson.endpoint_verbs:local_reset",
    "local-status": "handson.endpoint_verbs:local_status",
    "local-up": "handson.endpoint_verbs:local_up",
    "scale": "handson.stack_verbs:scale",
    "status": "handson.stack_verbs:status",
    "synth": "handson.synthesis:synth",
    "test-live": "handson.live_test:run_live_test",
    "tutorial": "handson.tutorial.write:tutorial",
    "vpc": "handson.network:vpc",
    "vpc-destroy": "handson.network:vpc_destroy",
    "watch": "handson.watch:watch",
}
"""Each verb's function; its module is imported when the verb is called, which saves seconds."""

FOR_THE_SHELL = {"env"}
"""The verbs whose stdout is for a program, so that a person sees stderr only."""

OTHERS_HAVE_THE_TERMINAL = {"cdktf", "test-live"}
"""The verbs in which another program, or pytest, shows on the terminal how far it is."""

WITH_ARGUMENTS = {"cdktf"}
"""The verbs that take arguments of their own; all others read variables only."""


def main(arguments: Sequence[str]) -> int:
    """Runs the verb that the arguments name and returns its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage(), file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    verb, *rest = arguments
    if verb not in VERBS:
        return fail(f"{verb}: no such verb\n{usage()}", 2)
    if rest and verb not in WITH_ARGUMENTS:
        return fail(f"{verb}: got {' '.join(rest)}, and takes variables only: NAME=value", 2)
    try:
        with interruptible():
            return run(verb, rest)
    except (SettingsError, TargetError) as error:
        return fail(describe(error), 2)
    except HandsonError as error:
        return fail(describe(error), error.exit_code)
    except HarnessError as error:
        return fail(describe(error), 1)
    except Interrupted as interrupted:
        return fail(f"{verb}: {describe(interrupted)}", interrupted.exit_code)


def run(verb: str, arguments: Sequence[str]) -> int:
    """Calls the verb's function with the variables of this process's environment."""
    module, _, name = VERBS[verb].partition(":")
    variables = Variables(os.environ)
    with _progress(verb), doing(verb):
        function: Callable[..., int] = getattr(importlib.import_module(module), name)
        return function(variables, arguments) if verb in WITH_ARGUMENTS else function(variables)


def _progress(verb: str) -> AbstractContextManager[None]:
    """Returns what shows on a terminal what the verb is doing."""
    if verb in OTHERS_HAVE_THE_TERMINAL:
        return nullcontext()
    return shown_on(sys.stderr if verb in FOR_THE_SHELL else sys.stdout)


def usage() -> str:
    """Returns how the command line is used, and every verb."""
    return f"usage: [NAME=value ...] python -m handson VERB\nverbs: {', '.join(sorted(VERBS))}"


def describe(error: BaseException) -> str:
    """Returns an error's text and the advice that was added on its way."""
    return "; ".join([str(error), *getattr(error, "__notes__", ())])


def fail(message: str, code: int) -> int:
    """Prints the message to stderr and returns the code."""
    print(message, file=sys.stderr)
    return code
