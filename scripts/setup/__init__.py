# SPDX-License-Identifier: Apache-2.0
"""The set-up. It imports the standard library only: it runs before anything is installed."""
