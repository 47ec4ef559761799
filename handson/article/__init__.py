# SPDX-License-Identifier: Apache-2.0
"""The article's commands, step by step, and what runs them."""
