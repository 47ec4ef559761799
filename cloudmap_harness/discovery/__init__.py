# SPDX-License-Identifier: Apache-2.0
"""Observes service discovery: ECS tasks, Cloud Map instances, Route 53 records, DNS and HTTP."""
