data "aws_region" "current" {}

locals {
  service = one(concat(aws_ecs_service.this, aws_ecs_service.scaled))
  logging = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = data.aws_region.current.name
      awslogs-stream-prefix = "ecs"
    }
  }
  main = {
    name         = var.name
    image        = var.image
    essential    = true
    cpu          = 0
    portMappings = [{ name = "http", containerPort = var.port, hostPort = var.port, protocol = "tcp", appProtocol = "http" }]
    environment  = [for name, value in var.environment : { name = name, value = value }]
    secrets      = [for name, from in var.secrets : { name = name, valueFrom = from }]
    healthCheck = var.health_check == null ? null : {
      command  = ["CMD-SHELL", var.health_check]
      interval = 5
      retries  = 3
    }
    linuxParameters        = { initProcessEnabled = true }
    logConfiguration       = local.logging
    readonlyRootFilesystem = true
    mountPoints            = []
    volumesFrom            = []
  }
  sidecars = [for name, sidecar in var.sidecars : {
    name             = name
    image            = sidecar.image
    essential        = false
    command          = sidecar.command
    logConfiguration = local.logging
    dependsOn        = [{ containerName = var.name, condition = "START" }]
  }]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/services/${var.name}"
  retention_in_days = var.log_retention
  tags              = var.tags
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.size.cpu
  memory                   = var.size.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(concat([{ for key, value in local.main : key => value if value != null }], local.sidecars))
  tags                     = var.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_ecs_service" "this" {
  count = var.autoscaled ? 0 : 1

  name                               = var.name
  cluster                            = var.cluster_arn
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = var.desired_count
  launch_type                        = length(var.capacity) > 0 ? null : "FARGATE"
  deployment_minimum_healthy_percent = var.deployment.minimum
  deployment_maximum_percent         = var.deployment.maximum
  health_check_grace_period_seconds  = var.grace_period
  enable_ecs_managed_tags            = true
  enable_execute_command             = true
  propagate_tags                     = "TASK_DEFINITION"
  wait_for_steady_state              = true
  force_new_deployment               = true
  triggers                           = { redeploy = var.redeploy }
  tags                               = var.tags

  deployment_controller {
    type = "ECS"
  }

  deployment_circuit_breaker {
    enable   = var.deployment.breaker
    rollback = var.deployment.rollback
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = false
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity
    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  dynamic "service_registries" {
    for_each = var.registry[*]
    content {
      registry_arn   = service_registries.value.arn
      port           = service_registries.value.port
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
    }
  }

  dynamic "load_balancer" {
    for_each = var.target_group_arns
    content {
      target_group_arn = load_balancer.value
      container_name   = var.name
      container_port   = var.port
    }
  }

  timeouts {
    create = "5m"
    update = "5m"
    delete = "5m"
  }

  depends_on = [aws_iam_role_policy_attachment.execution, aws_iam_role_policy.secrets]
}

# lifecycle takes no expressions: the public modules have this second resource for the same reason.
resource "aws_ecs_service" "scaled" {
  count = var.autoscaled ? 1 : 0

  name                    = var.name
  cluster                 = var.cluster_arn
  task_definition         = aws_ecs_task_definition.this.arn
  desired_count           = var.desired_count
  launch_type             = "FARGATE"
  platform_version        = "1.4.0"
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"
  wait_for_steady_state   = true
  tags                    = var.tags

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.this.id]
  }

  dynamic "service_registries" {
    for_each = var.registry[*]
    content {
      registry_arn   = service_registries.value.arn
      port           = service_registries.value.port
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
    }
  }

  dynamic "load_balancer" {
    for_each = var.target_group_arns
    content {
      target_group_arn = load_balancer.value
      container_name   = var.name
      container_port   = var.port
    }
  }

  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_iam_role_policy_attachment.execution]
}
