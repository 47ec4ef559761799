# SPDX-License-Identifier: Apache-2.0
"""The embedded AWS endpoint: moto, with the parts of ECS service discovery that moto leaves out."""
