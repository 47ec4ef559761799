# SPDX-License-Identifier: Apache-2.0
"""What stands for the article's commands when Terraform deploys the three stacks."""

from handson.article.step import Step

SYNTH = Step("synth", "make synth", "Terraform JSON for three stacks, the same for every target.")
DEPLOY = Step(
    "deploy",
    "make deploy DESIRED=1",
    "Namespace and service; security group, cluster, task definition, ECS service.",
)
SCALE = Step(
    "scale", "make scale DESIRED=4", "One number changed: the ECS service wants four tasks."
)
DESTROY = Step("destroy", "make destroy", "What the stacks made is gone, dependants first.")

BY_CODE = (SYNTH, DEPLOY, SCALE, DESTROY)
