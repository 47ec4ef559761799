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
      Project   = "stacks"
      Stack     = "services"
      ManagedBy = "terraform"
    }
  }
}

variable "services" {
  type = map(object({
    desired_count = optional(number, 1)
    records       = map(number)
    capacity      = optional(map(object({ weight = number, base = optional(number) })), {})
    deployment    = optional(object({ minimum = optional(number), maximum = optional(number) }), {})
    secrets       = optional(bool, false)
    check         = optional(string)
    sidecars      = optional(map(object({ image = string, command = optional(list(string)) })), {})
  }))
}

variable "redeploy" {
  type    = string
  default = "first"
}

data "aws_availability_zones" "available" {
  state = "available"
}

module "network" {
  source = "../modules/network"

  name  = "services"
  cidr  = "10.30.0.0/16"
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
  nat   = "none"
}

module "cluster" {
  source = "../modules/cluster"

  name = "services"
  capacity = {
    FARGATE      = { weight = 1, base = 1 }
    FARGATE_SPOT = { weight = 3 }
  }
}

resource "aws_ssm_parameter" "settings" {
  for_each = {
    "/services/url"   = { type = "String", value = "http://api.services.internal" }
    "/services/token" = { type = "SecureString", value = "not-a-secret" }
    "/services/hosts" = { type = "StringList", value = "a,b" }
  }

  name        = each.key
  description = "Read by containers"
  type        = each.value.type
  value       = each.value.value
  tier        = "Standard"
}

resource "aws_secretsmanager_secret" "database" {
  name_prefix             = "services-database-"
  description             = "Where the database is"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = jsonencode({ user = "app", password = "not-a-secret" })
}

resource "aws_ecr_repository" "app" {
  name                 = "services/app"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep ten"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}

module "discovery" {
  source = "../modules/discovery"

  namespace = { name = "services.internal", vpc_id = module.network.vpc_id }
  services = merge(
    { for name, service in var.services : name => { records = service.records } },
    { database = { records = { CNAME = 60 }, routing = "WEIGHTED" }, legacy = { records = { A = 10 } } },
  )
  instances = {
    primary = { service = "database", attributes = { AWS_INSTANCE_CNAME = "db.example.com" } }
    vm-1    = { service = "legacy", attributes = { AWS_INSTANCE_IPV4 = "10.30.200.1", stage = "old" } }
    vm-2    = { service = "legacy", attributes = { AWS_INSTANCE_IPV4 = "10.30.200.2" } }
  }
}

module "catalogue" {
  source = "../modules/discovery"

  namespace = { name = "services-catalogue", private = false }
  services  = { queue = {} }
  instances = {
    orders = { service = "queue", attributes = { url = "https://queue.example.com/orders" } }
  }
}

module "service" {
  source   = "../modules/service"
  for_each = var.services

  name          = each.key
  cluster_arn   = module.cluster.arn
  desired_count = each.value.desired_count
  vpc_id        = module.network.vpc_id
  subnet_ids    = module.network.private_subnet_ids
  ingress_cidrs = [module.network.cidr]
  capacity      = each.value.capacity
  deployment    = each.value.deployment
  health_check  = each.value.check
  sidecars      = each.value.sidecars
  redeploy      = var.redeploy
  environment   = { STAGE = terraform.workspace }
  secrets = each.value.secrets ? {
    URL      = aws_ssm_parameter.settings["/services/url"].name
    TOKEN    = aws_ssm_parameter.settings["/services/token"].arn
    DATABASE = aws_secretsmanager_secret_version.database.arn
    PASSWORD = "${aws_secretsmanager_secret_version.database.arn}:password::"
  } : {}
  registry = contains(keys(each.value.records), "SRV") ? {
    arn            = module.discovery.service_arns[each.key]
    container_name = each.key
    container_port = 80
  } : { arn = module.discovery.service_arns[each.key] }
}

output "zone_id" {
  value = module.discovery.zone_id
}

output "service_ids" {
  value = module.discovery.service_ids
}
