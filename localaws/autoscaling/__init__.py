# SPDX-License-Identifier: Apache-2.0
"""Application Auto Scaling, completed: tags, and policies and schedules that move ECS services."""
