# SPDX-License-Identifier: Apache-2.0
"""Inside the VPC: its resolver, its tasks' sockets and a bastion, all on loopback."""
