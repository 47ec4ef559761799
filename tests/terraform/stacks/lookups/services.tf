data "aws_ecs_clusters" "all" {}

data "aws_ecs_cluster" "this" {
  cluster_name = var.of
}

data "aws_ecs_service" "site" {
  service_name = "site"
  cluster_arn  = data.aws_ecs_cluster.this.arn
}

data "aws_ecs_task_definition" "site" {
  task_definition = "site"
}

data "aws_ecs_container_definition" "site" {
  task_definition = data.aws_ecs_service.site.task_definition
  container_name  = "site"
}

data "aws_service_discovery_dns_namespace" "this" {
  name = "${var.of}.internal"
  type = "DNS_PRIVATE"
}

data "aws_service_discovery_http_namespace" "catalogue" {
  name = "${var.of}-catalogue"
}

data "aws_service_discovery_service" "site" {
  name         = "site"
  namespace_id = data.aws_service_discovery_dns_namespace.this.id
}

data "aws_route53_zone" "private" {
  name         = "${var.of}.internal."
  private_zone = true
  vpc_id       = data.aws_vpc.this.id
}

data "aws_route53_zone" "public" {
  name = "${var.of}.example.com"
}

data "aws_route53_zones" "all" {}

data "aws_route53_records" "private" {
  zone_id = data.aws_route53_zone.private.zone_id
}

data "aws_lb" "this" {
  name = var.of
}

data "aws_lbs" "stack" {
  tags = { Stack = var.of }
}

data "aws_lb_listener" "http" {
  load_balancer_arn = data.aws_lb.this.arn
  port              = 80
}

data "aws_lb_target_group" "site" {
  name = "${var.of}-site"
}

data "aws_s3_bucket" "logs" {
  bucket = data.aws_lb.this.access_logs[0].bucket
}
