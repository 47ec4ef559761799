# SPDX-License-Identifier: Apache-2.0
"""ECS, completed: Fargate services that run tasks and register them in Cloud Map."""
