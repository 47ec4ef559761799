# SPDX-License-Identifier: Apache-2.0
"""Faults on purpose: calls that fail, and tasks, images, containers and zones that do."""
