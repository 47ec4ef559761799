# SPDX-License-Identifier: Apache-2.0
"""The application: one command line that ties the stacks, the harness and the endpoint together."""
