data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  prefix = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:parameter/"
  # A JSON key, a stage and a version may follow a secret's ARN, which no policy names.
  secret_arns = distinct([for from in values(var.secrets) : join(":", slice(split(":", from), 0, 7)) if can(regex(":secretsmanager:", from))])
  parameter_arns = [
    for from in values(var.secrets) : can(regex("^arn:", from)) ? from : "${local.prefix}${trimprefix(from, "/")}"
    if !can(regex(":secretsmanager:", from))
  ]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "secrets" {
  dynamic "statement" {
    for_each = length(local.parameter_arns) > 0 ? [local.parameter_arns] : []
    content {
      sid       = "Parameters"
      actions   = ["ssm:GetParameters"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.secret_arns) > 0 ? [local.secret_arns] : []
    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "exec" {
  statement {
    actions = [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "execution" {
  name_prefix          = "${var.name}-execution-"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secrets" {
  count = length(var.secrets) > 0 ? 1 : 0

  name   = "secrets"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.secrets.json
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  path               = "/services/"
  description        = "What ${var.name} may do"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_policy" "exec" {
  name   = "${var.name}-exec"
  policy = data.aws_iam_policy_document.exec.json
}

resource "aws_iam_role_policy_attachment" "exec" {
  role       = aws_iam_role.task.name
  policy_arn = aws_iam_policy.exec.arn
}
