# SPDX-License-Identifier: Apache-2.0
"""What can go wrong before Terraform is reached; the messages are what a person reads."""


class SynthesisError(Exception):
    """Base of every error that the DSL raises on purpose."""


class SettingsError(SynthesisError, ValueError):
    """A setting is unknown, unreadable or out of its range. One line for each such setting."""


class ToolchainError(SynthesisError):
    """Something that CDKTF runs on is missing or does not start."""
