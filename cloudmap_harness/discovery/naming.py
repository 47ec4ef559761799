# SPDX-License-Identifier: Apache-2.0
"""What tasks, instances and records are called where a difference is told."""

from cloudmap_harness.discovery.observation import (
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)

AnyRecord = ObservedRecord | ObservedTarget


def task_name(task: ObservedTask) -> str:
    return str(task.addresses[0]) if task.addresses else f"task {task.id}"


def instance_name(instance: ObservedInstance) -> str:
    return " ".join(map(str, instance.addresses)) or f"instance {instance.id}"


def endpoint_of(instance: ObservedInstance) -> str:
    """The address, with the port where there is one: a server may have several tasks."""
    port = f" port {instance.port}" if instance.port else ""
    return f"{instance_name(instance)}{port}"


def record_value(record: AnyRecord) -> str:
    if isinstance(record, ObservedRecord):
        return str(record.address)
    return f"{record.host.rstrip('.')} port {record.port}"
