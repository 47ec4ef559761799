data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  to_logs = var.flow_log_destination == "cloud-watch-logs"
  to_s3   = var.flow_log_destination == "s3"
}

data "aws_iam_policy_document" "flow_log_trust" {
  count = local.to_logs ? 1 : 0

  statement {
    sid     = "FlowLogs"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "flow_log" {
  count = local.to_logs ? 1 : 0

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:*:*:log-group:${aws_cloudwatch_log_group.flow[0].name}:*"]
  }
}

resource "aws_cloudwatch_log_group" "flow" {
  count = local.to_logs ? 1 : 0

  name              = "/vpc/${var.name}/flow"
  retention_in_days = 14
  tags              = local.tags
}

resource "aws_iam_role" "flow_log" {
  count = local.to_logs ? 1 : 0

  name_prefix        = "${var.name}-flow-"
  assume_role_policy = data.aws_iam_policy_document.flow_log_trust[0].json
  tags               = local.tags
}

resource "aws_iam_policy" "flow_log" {
  count = local.to_logs ? 1 : 0

  name_prefix = "${var.name}-flow-"
  policy      = data.aws_iam_policy_document.flow_log[0].json
  tags        = local.tags
}

resource "aws_iam_role_policy_attachment" "flow_log" {
  count = local.to_logs ? 1 : 0

  role       = aws_iam_role.flow_log[0].name
  policy_arn = aws_iam_policy.flow_log[0].arn
}

resource "aws_s3_bucket" "flow" {
  count = local.to_s3 ? 1 : 0

  bucket_prefix = "${var.name}-flow-"
  force_destroy = true
  tags          = local.tags
}

resource "aws_flow_log" "this" {
  count = var.flow_log_destination == null ? 0 : 1

  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = var.flow_log_destination
  log_destination          = one(concat(aws_cloudwatch_log_group.flow[*].arn, [for bucket in aws_s3_bucket.flow : "${bucket.arn}/${var.name}"]))
  iam_role_arn             = one(aws_iam_role.flow_log[*].arn)
  max_aggregation_interval = 60
  tags                     = merge(local.tags, { Name = "${var.name}-flow" })

  dynamic "destination_options" {
    for_each = local.to_s3 ? ["parquet"] : []
    content {
      file_format                = destination_options.value
      per_hour_partition         = true
      hive_compatible_partitions = false
    }
  }
}
