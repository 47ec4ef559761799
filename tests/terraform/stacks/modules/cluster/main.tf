variable "name" {
  type = string
}

variable "capacity" {
  description = "The default strategy by provider: FARGATE, FARGATE_SPOT"
  type        = map(object({ weight = number, base = optional(number) }))
  default     = { FARGATE = { weight = 1 } }
}

variable "container_insights" {
  type    = string
  default = "enabled"
}

resource "aws_kms_key" "exec" {
  description             = "Sessions of ECS Exec in ${var.name}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
}

resource "aws_kms_alias" "exec" {
  name          = "alias/${var.name}-exec"
  target_key_id = aws_kms_key.exec.key_id
}

resource "aws_cloudwatch_log_group" "exec" {
  name              = "/ecs/${var.name}/exec"
  retention_in_days = 1
  log_group_class   = "INFREQUENT_ACCESS"
  kms_key_id        = aws_kms_key.exec.arn
  skip_destroy      = false
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  configuration {
    execute_command_configuration {
      kms_key_id = aws_kms_key.exec.arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.exec.name
      }
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = distinct(concat(["FARGATE", "FARGATE_SPOT"], keys(var.capacity)))

  dynamic "default_capacity_provider_strategy" {
    for_each = var.capacity
    iterator = provider

    content {
      capacity_provider = provider.key
      weight            = provider.value.weight
      base              = provider.value.base
    }
  }
}

output "name" {
  value = aws_ecs_cluster.this.name
}

output "arn" {
  value      = aws_ecs_cluster.this.arn
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}
