terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = "ap-northeast-1"

  default_tags {
    tags = {
      Project = "stacks"
      Stack   = "network"
    }
  }
}

variable "networks" {
  type = map(object({
    cidr      = string
    nat       = string
    flow_log  = optional(string)
    endpoints = optional(set(string), [])
    acl       = optional(bool, false)
    ipv6      = optional(bool, false)

    nat_secondary     = optional(bool, false)
    private_nat_hosts = optional(list(number), [])
  }))
}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

module "network" {
  source   = "../modules/network"
  for_each = var.networks

  name                 = each.key
  cidr                 = each.value.cidr
  zones                = slice(data.aws_availability_zones.available.names, 0, 2)
  nat                  = each.value.nat
  nat_secondary        = each.value.nat_secondary
  private_nat_hosts    = each.value.private_nat_hosts
  flow_log_destination = each.value.flow_log
  interface_endpoints  = each.value.endpoints
  dedicated_acl        = each.value.acl
  ipv6                 = each.value.ipv6
  acl_rules = {
    in        = { number = 100, cidr = each.value.cidr, proto = "tcp", from = 5432, to = 5432 }
    in_ping   = { number = 130, proto = "icmp", icmp_type = 8, icmp_code = -1 }
    in_reply  = { number = 110, proto = "tcp", from = 1024, to = 65535 }
    out       = { number = 100, egress = true }
    out_never = { number = 90, egress = true, cidr = "192.0.2.0/24", action = "deny" }
  }
}

resource "aws_vpc_peering_connection" "this" {
  vpc_id      = module.network["one"].vpc_id
  peer_vpc_id = module.network["two"].vpc_id
  auto_accept = true

  accepter {
    allow_remote_vpc_dns_resolution = true
  }

  tags = { Name = "one-two" }
}

output "nat_addresses" {
  value = { for name, network in module.network : name => length(network.nat_addresses) }
}
