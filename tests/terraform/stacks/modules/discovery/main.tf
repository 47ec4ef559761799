variable "namespace" {
  type = object({
    name    = string
    private = optional(bool, true)
    vpc_id  = optional(string)
  })
}

variable "services" {
  description = "Services by name; without record types, one of the kind that only the API finds"
  type = map(object({
    records = optional(map(number), {})
    routing = optional(string, "MULTIVALUE")
  }))
}

variable "instances" {
  description = "Instances that are no tasks, by name"
  type = map(object({
    service    = string
    attributes = map(string)
  }))
  default = {}
}

locals {
  private = var.namespace.private
  id      = one(concat(aws_service_discovery_private_dns_namespace.this[*].id, aws_service_discovery_http_namespace.this[*].id))
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  count = local.private ? 1 : 0

  name        = var.namespace.name
  description = "Services of ${var.namespace.name}"
  vpc         = var.namespace.vpc_id
}

resource "aws_service_discovery_http_namespace" "this" {
  count = local.private ? 0 : 1

  name        = var.namespace.name
  description = "Services of ${var.namespace.name}"
}

resource "aws_service_discovery_service" "this" {
  for_each = var.services

  name          = each.key
  namespace_id  = local.private ? null : local.id
  force_destroy = true

  dynamic "dns_config" {
    for_each = length(each.value.records) > 0 ? [each.value] : []
    content {
      namespace_id   = local.id
      routing_policy = dns_config.value.routing

      dynamic "dns_records" {
        for_each = dns_config.value.records
        content {
          type = dns_records.key
          ttl  = dns_records.value
        }
      }
    }
  }

  dynamic "health_check_custom_config" {
    for_each = each.value.routing == "MULTIVALUE" ? [1] : []
    content {
      failure_threshold = health_check_custom_config.value
    }
  }
}

resource "aws_service_discovery_instance" "this" {
  for_each = var.instances

  service_id  = aws_service_discovery_service.this[each.value.service].id
  instance_id = each.key
  attributes  = each.value.attributes
}

output "namespace_id" {
  value = local.id
}

output "zone_id" {
  value = one(aws_service_discovery_private_dns_namespace.this[*].hosted_zone)
}

output "service_arns" {
  value = { for name, service in aws_service_discovery_service.this : name => service.arn }
}

output "service_ids" {
  value = { for name, service in aws_service_discovery_service.this : name => service.id }
}
