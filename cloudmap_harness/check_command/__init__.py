# SPDX-License-Identifier: Apache-2.0
"""The command `cloudmap-check`: does every task have its instance, its record, its answer?"""
