# SPDX-License-Identifier: Apache-2.0
"""Clients for AWS or an endpoint that speaks its API, and what is found in an account."""
