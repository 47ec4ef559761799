terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "ap-northeast-1"

  default_tags {
    tags = {
      Project = "stacks"
      Stack   = "web"
    }
  }
}

variable "desired_count" {
  type    = number
  default = 1
}

data "aws_availability_zones" "available" {
  state = "available"
}

module "network" {
  source = "../modules/network"

  name  = "web"
  cidr  = "10.40.0.0/16"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
  nat   = "single"

  interface_endpoints  = ["ssm"]
  flow_log_destination = "cloud-watch-logs"
}

module "cluster" {
  source = "../modules/cluster"

  name = "web"
}

module "load_balancer" {
  source = "../modules/load_balancer"

  name        = "web"
  vpc_id      = module.network.vpc_id
  subnet_ids  = module.network.public_subnet_ids
  access_logs = true
  targets = {
    site = { port = 80, stickiness = true }
    api  = { port = 80, path = "/api/*", priority = 10, check = { path = "/api/health", matcher = "200" } }
  }
}

module "discovery" {
  source = "../modules/discovery"

  namespace = { name = "web.internal", vpc_id = module.network.vpc_id }
  services  = { site = { records = { A = 10 } }, api = { records = { A = 10 } } }
}

module "service" {
  source   = "../modules/service"
  for_each = module.load_balancer.target_group_arns

  name                    = each.key
  cluster_arn             = module.cluster.arn
  desired_count           = var.desired_count
  vpc_id                  = module.network.vpc_id
  subnet_ids              = module.network.private_subnet_ids
  ingress_security_groups = { balancer = module.load_balancer.security_group_id }
  target_group_arns       = { (each.key) = each.value }
  grace_period            = 30
  registry                = { arn = module.discovery.service_arns[each.key] }
}

resource "aws_route53_zone" "public" {
  name          = "web.example.com"
  comment       = "The site's names"
  force_destroy = true
}

resource "aws_route53_record" "site" {
  for_each = toset(["", "www"])

  zone_id = aws_route53_zone.public.zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = module.load_balancer.dns_name
    zone_id                = module.load_balancer.zone_id
    evaluate_target_health = true
  }
}

resource "aws_ssm_parameter" "site" {
  for_each = { title = "Hello", footer = "Bye" }

  name  = "/web/site/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_secretsmanager_secret" "site" {
  name                    = "web/site"
  kms_key_id              = aws_kms_key.secrets.arn
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "site" {
  secret_id     = aws_secretsmanager_secret.site.id
  secret_string = "not-a-secret"
}

resource "aws_kms_key" "secrets" {
  description             = "The site's secrets"
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/web-secrets"
  target_key_id = aws_kms_key.secrets.id
}

resource "aws_ecr_repository" "site" {
  name         = "web/site"
  force_delete = true
}

resource "aws_service_discovery_http_namespace" "catalogue" {
  name = "web-catalogue"
}

resource "aws_sns_topic" "alarms" {
  name = "web-alarms"
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  alarm_name          = "web-unhealthy"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "UnHealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  dimensions = {
    LoadBalancer = module.load_balancer.arn
  }
}

output "dns_name" {
  value = module.load_balancer.dns_name
}

output "zone_id" {
  value = module.discovery.zone_id
}

output "service_ids" {
  value = module.discovery.service_ids
}

output "balancer_group" {
  value = module.load_balancer.security_group_id
}
