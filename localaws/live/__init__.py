# SPDX-License-Identifier: Apache-2.0
"""The live page of the endpoint and what it reads."""
