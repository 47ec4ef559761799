# SPDX-License-Identifier: Apache-2.0
# A VPC of its own with two Fargate services in it, `web` and `api`, that find each other by name.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100" # The version that the endpoint is tested with.
    }
  }
}

provider "aws" {
  region = var.region
}

locals {
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}

data "aws_availability_zones" "available" {
  state = "available"
}

resource "aws_vpc" "this" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true # Without both, private names do not resolve.
  tags                 = { Name = var.name }
}

resource "aws_subnet" "private" {
  for_each          = { for index, zone in local.zones : zone => cidrsubnet("10.20.0.0/16", 8, index) }
  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name = "${var.name}.internal"
  vpc  = aws_vpc.this.id
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

# Only the services and the hosts of the VPC reach `web`; only `web` reaches `api`.
resource "aws_security_group" "service" {
  for_each = var.services
  name     = "${var.name}-${each.key}"
  vpc_id   = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "service" {
  for_each          = var.services
  security_group_id = aws_security_group.service[each.key].id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.service["web"].id
  ip_protocol       = "tcp"
  from_port         = var.services["web"]
  to_port           = var.services["web"]
  cidr_ipv4         = aws_vpc.this.cidr_block
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  security_group_id            = aws_security_group.service["api"].id
  ip_protocol                  = "tcp"
  from_port                    = var.services["api"]
  to_port                      = var.services["api"]
  referenced_security_group_id = aws_security_group.service["web"].id
}

module "service" {
  source   = "../modules/discoverable-service"
  for_each = var.services

  name            = each.key
  cluster         = aws_ecs_cluster.this.id
  namespace       = aws_service_discovery_private_dns_namespace.this.id
  subnets         = [for subnet in aws_subnet.private : subnet.id]
  security_groups = [aws_security_group.service[each.key].id]
  port            = each.value
  desired         = var.desired
}
