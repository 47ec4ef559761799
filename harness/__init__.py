# SPDX-License-Identifier: Apache-2.0
"""Drives Terraform and observes a deployment through public AWS APIs.

May import python-terraform, boto3 and localstack-client; never moto, localaws, cdktf or the stacks.
It knows an endpoint's URL, never who answers there.
"""
