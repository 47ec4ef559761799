output "name" {
  value = local.service.name
}

output "cluster_name" {
  value = element(split("/", local.service.cluster), 1)
}

output "security_group_id" {
  value = aws_security_group.this.id
}

output "task_definition_arn" {
  value = aws_ecs_task_definition.this.arn
}
