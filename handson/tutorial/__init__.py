# SPDX-License-Identifier: Apache-2.0
"""docs/handson.md and docs/handson.ja.md, written from one list of commands and a real run."""
