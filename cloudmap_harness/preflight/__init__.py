# SPDX-License-Identifier: Apache-2.0
"""Says which capabilities an endpoint has, before anything is deployed there."""
