# SPDX-License-Identifier: Apache-2.0
"""The embedded AWS endpoint: moto, plus the links of ECS service discovery that moto leaves out."""
