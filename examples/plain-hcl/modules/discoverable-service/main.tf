# SPDX-License-Identifier: Apache-2.0
# A Fargate service that registers its tasks under its name in a private DNS namespace.

variable "name" { type = string }
variable "cluster" { type = string }
variable "namespace" { type = string }
variable "subnets" { type = list(string) }
variable "security_groups" { type = list(string) }
variable "port" { type = number }
variable "desired" { type = number }

resource "aws_service_discovery_service" "this" {
  name = var.name

  dns_config {
    namespace_id   = var.namespace
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512

  container_definitions = jsonencode([{
    name         = var.name
    image        = "httpd:2.4"
    essential    = true
    portMappings = [{ containerPort = var.port, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.desired
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = var.subnets
    security_groups = var.security_groups
  }

  service_registries {
    registry_arn = aws_service_discovery_service.this.arn
  }
}
