# SPDX-License-Identifier: Apache-2.0
"""What is measured against the stock way of doing it."""
