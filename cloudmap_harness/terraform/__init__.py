# SPDX-License-Identifier: Apache-2.0
"""Runs Terraform as child processes that have a time limit, show their output and can be stopped.

Imports nothing of the AWS, discovery and preflight packages.
"""
