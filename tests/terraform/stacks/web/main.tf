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

resource "aws_acm_certificate" "site" {
  domain_name       = "web.example.com"
  validation_method = "DNS"
}

resource "aws_lb_listener" "https" {
  for_each = { 443 = [], 8443 = ["off"] }

  load_balancer_arn = module.load_balancer.arn
  port              = each.key
  protocol          = "HTTPS"
  certificate_arn   = aws_acm_certificate.site.arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = module.load_balancer.target_group_arns["site"]
  }

  dynamic "mutual_authentication" {
    for_each = each.value
    content {
      mode = mutual_authentication.value
    }
  }
}

data "aws_subnet" "private" {
  count = 2

  id = module.network.private_subnet_ids[count.index]
}

resource "aws_lb" "fixed" {
  name                                                         = "web-fixed"
  load_balancer_type                                           = "network"
  internal                                                     = true
  security_groups                                              = [module.load_balancer.security_group_id]
  enforce_security_group_inbound_rules_on_private_link_traffic = "off"

  dynamic "subnet_mapping" {
    for_each = data.aws_subnet.private
    content {
      subnet_id            = subnet_mapping.value.id
      private_ipv4_address = cidrhost(subnet_mapping.value.cidr_block, 15)
    }
  }
}

resource "aws_eip" "entry" {
  domain = "vpc"
}

resource "aws_lb" "entry" {
  name               = "web-entry"
  load_balancer_type = "network"

  subnet_mapping {
    subnet_id     = module.network.public_subnet_ids[0]
    allocation_id = aws_eip.entry.allocation_id
  }
}

resource "aws_ecs_account_setting_default" "insights" {
  name  = "containerInsights"
  value = "enhanced"
}

resource "aws_iam_user" "deployer" {
  name          = "web-deployer"
  force_destroy = true
}

resource "aws_sqs_queue" "dead" {
  name = "web-dead"
}

resource "aws_sqs_queue" "orders" {
  name                       = "web-orders"
  visibility_timeout_seconds = 60 + var.desired_count
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.orders.arn
    }]
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url            = aws_sqs_queue.dead.id
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.orders.arn] })
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
