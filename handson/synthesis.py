# SPDX-License-Identifier: Apache-2.0
"""`make synth`: writes the Terraform JSON of the three stacks and lists it."""

import os

from handson.project import CHECKOUT
from handson.stack_deployment import terraform_of
from handson.variables import Variables


def synth(variables: Variables) -> int:
    """Writes the Terraform JSON of the three stacks and lists it."""
    variables.settings()
    terraform = terraform_of(variables.environ)
    terraform.synth()
    for stack in terraform.stacks():
        file = stack.folder / "cdk.tf.json"
        shown = os.path.relpath(file, CHECKOUT)
        print(f"{file.stat().st_size:>7} {shown}")
    return 0
