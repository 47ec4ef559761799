# SPDX-License-Identifier: Apache-2.0
"""Drives Terraform and observes a deployment through public AWS APIs, DNS and HTTP.

May import python-terraform, boto3, dnspython and localstack-client; never moto, localaws, cdktf or
the stacks. It knows an endpoint's URL, a resolver and a proxy, never who answers there.
"""
