variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "internal" {
  type    = bool
  default = false
}

variable "targets" {
  description = "Target groups by name: the port, the path that is theirs, how they are checked"
  type = map(object({
    port       = number
    path       = optional(string)
    priority   = optional(number)
    check      = optional(object({ path = optional(string, "/"), matcher = optional(string, "200-399") }), {})
    stickiness = optional(bool, false)
  }))
}

variable "ingress" {
  type = map(object({ port = number, cidr = optional(string, "0.0.0.0/0") }))
  default = {
    http = { port = 80 }
  }
}

variable "access_logs" {
  type    = bool
  default = false
}

data "aws_elb_service_account" "this" {}

locals {
  default = one([for name, target in var.targets : name if target.path == null])
}

resource "aws_s3_bucket" "logs" {
  count = var.access_logs ? 1 : 0

  bucket_prefix = "${var.name}-logs-"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "logs" {
  count = var.access_logs ? 1 : 0

  bucket                  = aws_s3_bucket.logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "logs" {
  count = var.access_logs ? 1 : 0

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs[0].arn}/*"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_elb_service_account.this.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.logs[0].id
  policy = data.aws_iam_policy_document.logs[0].json
}

resource "aws_security_group" "this" {
  name        = "${var.name}-balancer"
  description = "In front of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = var.ingress

  security_group_id = aws_security_group.this.id
  description       = each.key
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}

resource "aws_vpc_security_group_egress_rule" "this" {
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_lb" "this" {
  name                             = var.name
  load_balancer_type               = "application"
  internal                         = var.internal
  subnets                          = var.subnet_ids
  security_groups                  = [aws_security_group.this.id]
  idle_timeout                     = 120
  enable_deletion_protection       = false
  enable_http2                     = true
  enable_cross_zone_load_balancing = true
  drop_invalid_header_fields       = true
  desync_mitigation_mode           = "defensive"

  dynamic "access_logs" {
    for_each = aws_s3_bucket.logs
    content {
      bucket  = access_logs.value.id
      prefix  = var.name
      enabled = true
    }
  }

  timeouts {
    create = "5m"
    delete = "5m"
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_lb_target_group" "this" {
  for_each = var.targets

  name                          = "${var.name}-${each.key}"
  vpc_id                        = var.vpc_id
  target_type                   = "ip"
  protocol                      = "HTTP"
  protocol_version              = "HTTP1"
  port                          = each.value.port
  deregistration_delay          = 5
  slow_start                    = 30
  load_balancing_algorithm_type = "round_robin"

  health_check {
    enabled             = true
    path                = each.value.check.path
    matcher             = each.value.check.matcher
    port                = "traffic-port"
    protocol            = "HTTP"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  dynamic "stickiness" {
    for_each = each.value.stickiness ? [1] : []
    content {
      type            = "lb_cookie"
      cookie_duration = 3600
      enabled         = true
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  dynamic "default_action" {
    for_each = local.default[*]
    content {
      type = "forward"

      forward {
        target_group {
          arn    = aws_lb_target_group.this[default_action.value].arn
          weight = 1
        }
      }
    }
  }

  dynamic "default_action" {
    for_each = local.default == null ? [1] : []
    content {
      type = "fixed-response"

      fixed_response {
        content_type = "text/plain"
        message_body = "nobody is here"
        status_code  = "404"
      }
    }
  }
}

resource "aws_lb_listener" "moved" {
  load_balancer_arn = aws_lb.this.arn
  port              = 8080
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "80"
      protocol    = "HTTP"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each = { for name, target in var.targets : name => target if target.path != null }

  listener_arn = aws_lb_listener.http.arn
  priority     = each.value.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    path_pattern {
      values = [each.value.path]
    }
  }

  tags = { Target = each.key }
}

output "arn" {
  value = aws_lb.this.arn
}

output "dns_name" {
  value = aws_lb.this.dns_name
}

output "zone_id" {
  value = aws_lb.this.zone_id
}

output "security_group_id" {
  value = aws_security_group.this.id
}

output "target_group_arns" {
  value      = { for name, group in aws_lb_target_group.this : name => group.arn }
  depends_on = [aws_lb_listener.http, aws_lb_listener_rule.this]
}
