data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_regions" "all" {}
data "aws_partition" "current" {}
data "aws_default_tags" "current" {}
data "aws_elb_service_account" "current" {}
data "aws_lb_hosted_zone_id" "current" {}
data "aws_canonical_user_id" "current" {}

data "aws_service" "ecs" {
  service_id = "ecs"
}

data "aws_service_principal" "ecs_tasks" {
  service_name = "ecs-tasks"
}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_availability_zone" "first" {
  name = data.aws_availability_zones.available.names[0]
}

data "aws_iam_session_context" "current" {
  arn = data.aws_caller_identity.current.arn
}

data "aws_iam_policy" "execution" {
  name = "AmazonECSTaskExecutionRolePolicy"
}

data "aws_iam_policy" "own" {
  name = "site-exec"
}

data "aws_iam_roles" "tasks" {
  path_prefix = "/services/"
}

data "aws_iam_role" "task" {
  name = "site-task"
}

data "aws_kms_alias" "secrets" {
  name = "alias/${var.of}-secrets"
}

data "aws_kms_key" "secrets" {
  key_id = data.aws_kms_alias.secrets.target_key_arn
}

data "aws_ssm_parameter" "title" {
  name = "/${var.of}/site/title"
}

data "aws_ssm_parameters_by_path" "site" {
  path      = "/${var.of}"
  recursive = true
}

data "aws_ssm_parameter" "ecs_ami" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id"
}

data "aws_secretsmanager_secret" "site" {
  name = "${var.of}/site"
}

data "aws_secretsmanager_secret_version" "site" {
  secret_id = data.aws_secretsmanager_secret.site.id
}

data "aws_secretsmanager_secrets" "site" {
  filter {
    name   = "name"
    values = [var.of]
  }
}

data "aws_cloudwatch_log_group" "site" {
  name = "/ecs/services/site"
}

data "aws_cloudwatch_log_groups" "services" {
  log_group_name_prefix = "/ecs/services/"
}

data "aws_ecr_repository" "site" {
  name = "${var.of}/site"
}

data "aws_ecr_repositories" "all" {}
data "aws_ecr_authorization_token" "token" {}

data "aws_sns_topic" "alarms" {
  name = "${var.of}-alarms"
}

data "aws_resourcegroupstaggingapi_resources" "stack" {
  resource_type_filters = ["elasticloadbalancing:loadbalancer"]

  tag_filter {
    key    = "Stack"
    values = [var.of]
  }
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["amzn2-ami-hvm-*-x86_64-gp2"]
  }
}

data "aws_ec2_instance_type" "small" {
  instance_type = "t3.small"
}

data "aws_ec2_instance_type_offerings" "small" {
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = ["t3.small"]
  }
}
