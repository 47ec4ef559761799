# SPDX-License-Identifier: Apache-2.0
"""The errors of a synthesis. Their messages are printed to the user as they are."""


class SynthesisError(Exception):
    """The base of every error that the DSL raises itself."""


class SettingsError(SynthesisError, ValueError):
    """A setting is unknown, unreadable or out of range. The message has a line for each."""


class ToolchainError(SynthesisError):
    """Node.js, which CDKTF needs, is missing, too old or does not start."""
