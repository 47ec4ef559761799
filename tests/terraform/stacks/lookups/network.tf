data "aws_vpc" "this" {
  filter {
    name   = "tag:Name"
    values = [var.of]
  }
}

data "aws_vpcs" "this" {
  tags = { Stack = var.of }
}

data "aws_vpc_dhcp_options" "this" {
  dhcp_options_id = data.aws_vpc.this.dhcp_options_id
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }

  filter {
    name   = "tag:Name"
    values = ["*-private-*"]
  }
}

data "aws_subnet" "private" {
  for_each = toset(data.aws_subnets.private.ids)

  id = each.value
}

data "aws_subnet" "by_cidr" {
  vpc_id     = data.aws_vpc.this.id
  cidr_block = cidrsubnet(data.aws_vpc.this.cidr_block, 4, 0)
}

data "aws_security_groups" "this" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.this.id
  name   = "default"
}

data "aws_security_group" "balancer" {
  vpc_id = data.aws_vpc.this.id

  filter {
    name   = "group-name"
    values = ["${var.of}-balancer"]
  }
}

data "aws_vpc_security_group_rules" "balancer" {
  filter {
    name   = "group-id"
    values = [data.aws_security_group.balancer.id]
  }
}

data "aws_vpc_security_group_rule" "balancer" {
  security_group_rule_id = sort(data.aws_vpc_security_group_rules.balancer.ids)[0]
}

data "aws_route_tables" "this" {
  vpc_id = data.aws_vpc.this.id
}

data "aws_route_table" "private" {
  subnet_id = data.aws_subnets.private.ids[0]
}

data "aws_route" "out" {
  route_table_id         = data.aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
}

data "aws_internet_gateway" "this" {
  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.this.id]
  }
}

data "aws_nat_gateways" "this" {
  vpc_id = data.aws_vpc.this.id

  filter {
    name   = "state"
    values = ["available"]
  }
}

data "aws_nat_gateway" "this" {
  id = data.aws_nat_gateways.this.ids[0]
}

data "aws_eip" "nat" {
  public_ip = data.aws_nat_gateway.this.public_ip
}

data "aws_eips" "this" {
  tags = { Network = var.of }
}

data "aws_network_acls" "this" {
  vpc_id = data.aws_vpc.this.id
}

data "aws_network_interfaces" "tasks" {
  filter {
    name   = "subnet-id"
    values = data.aws_subnets.private.ids
  }

  filter {
    name   = "group-id"
    values = [for id in data.aws_security_groups.this.ids : id if id != data.aws_security_group.default.id]
  }
}

data "aws_network_interface" "nat" {
  filter {
    name   = "description"
    values = ["Interface for NAT Gateway ${data.aws_nat_gateway.this.id}"]
  }
}

data "aws_network_interface" "balancer" {
  filter {
    name   = "description"
    values = ["ELB ${data.aws_lb.this.arn_suffix}"]
  }

  filter {
    name   = "subnet-id"
    values = [data.aws_subnet.by_cidr.id]
  }
}

data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}

data "aws_vpc_endpoint" "s3" {
  vpc_id       = data.aws_vpc.this.id
  service_name = data.aws_vpc_endpoint_service.s3.service_name
}

data "aws_vpc_endpoint" "ssm" {
  vpc_id       = data.aws_vpc.this.id
  service_name = "com.amazonaws.${data.aws_region.current.name}.ssm"
}

data "aws_prefix_list" "s3" {
  name = "com.amazonaws.${data.aws_region.current.name}.s3"
}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.${data.aws_region.current.name}.s3"
}

data "aws_ec2_managed_prefix_lists" "all" {}
