# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: this project's way measured against the usual one."""
