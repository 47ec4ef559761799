# SPDX-License-Identifier: Apache-2.0
"""Runs Terraform and other child processes: in time, interruptible, with their output shown."""
