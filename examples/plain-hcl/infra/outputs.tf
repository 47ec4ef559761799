# SPDX-License-Identifier: Apache-2.0

output "cluster" {
  value = aws_ecs_cluster.this.name
}

output "names" {
  description = "The name under which each service is found, by service."
  value = {
    for service in keys(var.services) :
    service => "${service}.${aws_service_discovery_private_dns_namespace.this.name}"
  }
}
