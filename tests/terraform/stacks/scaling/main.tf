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
      Stack   = "scaling"
    }
  }
}

variable "due" {
  description = "When the scheduled action moves the bounds, in Tokyo"
  type        = string
  default     = "2030-01-01T00:00:00"
}

data "aws_vpc" "shared" {
  tags = {
    Name = "cloudmap-handson-vpc"
  }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }

  tags = {
    Tier = "private"
  }
}

data "aws_subnet" "private" {
  for_each = toset(data.aws_subnets.private.ids)

  id = each.value
}

module "cluster" {
  source = "../modules/cluster"

  name               = "scaling"
  container_insights = "enhanced"
}

module "discovery" {
  source = "../modules/discovery"

  namespace = { name = "scaling.internal", vpc_id = data.aws_vpc.shared.id }
  services  = { worker = { records = { SRV = 10 } } }
}

module "service" {
  source = "../modules/service"

  name          = "worker"
  cluster_arn   = module.cluster.arn
  desired_count = 1
  port          = 8080
  vpc_id        = data.aws_vpc.shared.id
  subnet_ids    = sort([for subnet in data.aws_subnet.private : subnet.id])
  ingress_cidrs = [data.aws_vpc.shared.cidr_block]
  autoscaled    = true
  registry = {
    arn            = module.discovery.service_arns["worker"]
    container_name = "worker"
    container_port = 8080
  }
}

module "scaling" {
  source = "../modules/scaling"

  cluster_name = module.service.cluster_name
  service_name = module.service.name
  bounds       = { min = 1, max = 6 }
  tracking     = { ECSServiceAverageCPUUtilization = 60, ECSServiceAverageMemoryUtilization = 70 }
  steps = {
    busy = {
      comparison = "GreaterThanOrEqualToThreshold"
      threshold  = 80
      steps      = [{ lower = 0, upper = 10, by = 1 }, { lower = 10, by = 3 }]
    }
    idle = {
      comparison = "LessThanThreshold"
      threshold  = 20
      steps      = [{ upper = 0, by = -1 }]
    }
  }
  schedules = {
    night = { expression = "at(${var.due})", min = 0, max = 0 }
    day   = { expression = "cron(0 8 ? * MON-FRI *)", min = 1, max = 6 }
  }
}

output "zone_id" {
  value = module.discovery.zone_id
}
