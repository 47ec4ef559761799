# SPDX-License-Identifier: Apache-2.0
"""What the fixtures of the pytest plugin give to tests; none of it imports pytest."""
