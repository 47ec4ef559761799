# SPDX-License-Identifier: Apache-2.0
"""What the tests of a VPC's inside share: its resolver."""

from tests.endpoint.localaws.vpc.resolver import resolver as resolver
