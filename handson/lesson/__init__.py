# SPDX-License-Identifier: Apache-2.0
"""`make lesson`: what clients that cache DNS answers do while the tasks behind a name change."""
