# SPDX-License-Identifier: Apache-2.0
"""Cloud Map, completed: operations, namespaces with their zones, services and instances."""
