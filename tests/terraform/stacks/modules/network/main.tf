data "aws_region" "current" {}

locals {
  nat_count = {
    none   = 0
    single = 1
    zone   = length(var.zones)
  }[var.nat]
  tiers = {
    public  = 0
    private = 4
    data    = 8
  }
  tags = merge(var.tags, { Network = var.name })
}

resource "aws_vpc" "this" {
  cidr_block                       = var.cidr
  assign_generated_ipv6_cidr_block = var.ipv6
  enable_dns_hostnames             = true
  enable_dns_support               = true
  tags                             = merge(local.tags, { Name = var.name })
}

resource "aws_vpc_dhcp_options" "this" {
  domain_name         = "${data.aws_region.current.name}.compute.internal"
  domain_name_servers = ["AmazonProvidedDNS"]
  tags                = local.tags
}

resource "aws_vpc_dhcp_options_association" "this" {
  vpc_id          = aws_vpc.this.id
  dhcp_options_id = aws_vpc_dhcp_options.this.id
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${var.name}-default" })
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []
  tags                   = merge(local.tags, { Name = "${var.name}-default" })
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id

  dynamic "ingress" {
    for_each = [100]
    content {
      rule_no    = ingress.value
      action     = "allow"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = "0.0.0.0/0"
    }
  }

  ingress {
    rule_no    = 110
    action     = "allow"
    protocol   = "icmp"
    icmp_type  = -1
    icmp_code  = -1
    from_port  = 0
    to_port    = 0
    cidr_block = "10.0.0.0/8"
  }

  dynamic "egress" {
    for_each = [100]
    content {
      rule_no    = egress.value
      action     = "allow"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = "0.0.0.0/0"
    }
  }

  tags = merge(local.tags, { Name = "${var.name}-default" })

  lifecycle {
    ignore_changes = [subnet_ids]
  }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = var.name })
}

resource "aws_egress_only_internet_gateway" "this" {
  count = var.ipv6 ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = var.name })
}

resource "aws_route" "ipv6" {
  count = var.ipv6 ? length(aws_route_table.private) : 0

  route_table_id              = aws_route_table.private[count.index].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

resource "aws_subnet" "public" {
  count = length(var.zones)

  vpc_id                  = aws_vpc.this.id
  availability_zone       = var.zones[count.index]
  cidr_block              = cidrsubnet(var.cidr, 4, local.tiers.public + count.index)
  map_public_ip_on_launch = true

  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, local.tiers.public + count.index) : null
  assign_ipv6_address_on_creation = var.ipv6

  enable_dns64                                   = var.ipv6
  enable_resource_name_dns_a_record_on_launch    = var.ipv6
  enable_resource_name_dns_aaaa_record_on_launch = var.ipv6
  private_dns_hostname_type_on_launch            = var.ipv6 ? "resource-name" : "ip-name"

  tags = merge(local.tags, { Name = "${var.name}-public-${count.index}", Tier = "public" })
}

resource "aws_subnet" "private" {
  count = length(var.zones)

  vpc_id                              = aws_vpc.this.id
  availability_zone                   = element(var.zones, count.index)
  cidr_block                          = cidrsubnet(var.cidr, 4, local.tiers.private + count.index)
  private_dns_hostname_type_on_launch = "ip-name"

  ipv6_cidr_block                 = var.ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, local.tiers.private + count.index) : null
  assign_ipv6_address_on_creation = var.ipv6

  tags = merge(local.tags, { Name = "${var.name}-private-${count.index}", Tier = "private" })
}

resource "aws_subnet" "data" {
  count = length(var.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = element(var.zones, count.index)
  cidr_block        = cidrsubnet(var.cidr, 4, local.tiers.data + count.index)
  tags              = merge(local.tags, { Name = "${var.name}-data-${count.index}", Tier = "data" })
}

resource "aws_eip" "nat" {
  count = local.nat_count

  domain     = "vpc"
  tags       = merge(local.tags, { Name = "${var.name}-nat-${count.index}" })
  depends_on = [aws_internet_gateway.this]
}

resource "aws_eip" "nat_secondary" {
  count = var.nat_secondary ? local.nat_count : 0

  domain     = "vpc"
  tags       = merge(local.tags, { Name = "${var.name}-nat-secondary-${count.index}" })
  depends_on = [aws_internet_gateway.this]

  # So that the gateway lets go of the address before it is released.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_nat_gateway" "this" {
  count = local.nat_count

  allocation_id            = element(aws_eip.nat[*].id, count.index)
  secondary_allocation_ids = var.nat_secondary ? [aws_eip.nat_secondary[count.index].id] : []
  subnet_id                = element(aws_subnet.public[*].id, count.index)
  private_ip               = cidrhost(element(aws_subnet.public[*].cidr_block, count.index), 10)
  tags                     = merge(local.tags, { Name = "${var.name}-${count.index}" })
  depends_on               = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "private" {
  count = length(var.private_nat_hosts) > 0 ? 1 : 0

  connectivity_type = "private"
  subnet_id         = aws_subnet.private[0].id
  private_ip        = cidrhost(aws_subnet.private[0].cidr_block, var.private_nat_hosts[0])
  secondary_private_ip_addresses = [
    for host in slice(var.private_nat_hosts, 1, length(var.private_nat_hosts)) :
    cidrhost(aws_subnet.private[0].cidr_block, host)
  ]
  tags = merge(local.tags, { Name = "${var.name}-private" })
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${var.name}-public" })
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id

  timeouts {
    create = "5m"
  }
}

resource "aws_route_table_association" "public" {
  count = length(var.zones)

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  count = max(local.nat_count, 1)

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${var.name}-private-${count.index}" })
}

resource "aws_route" "nat" {
  count = local.nat_count

  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route_table_association" "private" {
  count = length(var.zones)

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = element(aws_route_table.private[*].id, min(count.index, length(aws_route_table.private) - 1))
}

resource "aws_route_table_association" "data" {
  count = length(var.zones)

  subnet_id      = aws_subnet.data[count.index].id
  route_table_id = element(aws_route_table.private[*].id, min(count.index, length(aws_route_table.private) - 1))
}

resource "aws_network_acl" "data" {
  count = var.dedicated_acl ? 1 : 0

  vpc_id     = aws_vpc.this.id
  subnet_ids = aws_subnet.data[*].id
  tags       = merge(local.tags, { Name = "${var.name}-data" })
}

resource "aws_network_acl_rule" "data" {
  for_each = { for name, rule in var.acl_rules : name => rule if var.dedicated_acl }

  network_acl_id = aws_network_acl.data[0].id
  rule_number    = each.value.number
  egress         = each.value.egress
  protocol       = each.value.proto
  rule_action    = each.value.action
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
  icmp_type      = each.value.icmp_type
  icmp_code      = each.value.icmp_code
}
