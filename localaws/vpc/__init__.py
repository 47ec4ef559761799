# SPDX-License-Identifier: Apache-2.0
"""What runs in a VPC: its resolver, its tasks' containers and a bastion, all on loopback."""
