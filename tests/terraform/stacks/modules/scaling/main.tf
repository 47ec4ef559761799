variable "cluster_name" {
  type = string
}

variable "service_name" {
  type = string
}

variable "bounds" {
  type = object({ min = number, max = number })
}

variable "tracking" {
  description = "Targets by predefined metric"
  type        = map(number)
  default     = {}
}

variable "steps" {
  description = "Steps by policy: how much the alarm's threshold is passed, and by how many tasks"
  type = map(object({
    comparison = string
    threshold  = number
    cooldown   = optional(number, 0)
    steps      = list(object({ lower = optional(number), upper = optional(number), by = number }))
  }))
  default = {}
}

variable "schedules" {
  type = map(object({
    expression = string
    timezone   = optional(string, "Asia/Tokyo")
    min        = number
    max        = number
  }))
  default = {}
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${var.cluster_name}/${var.service_name}"
  min_capacity       = var.bounds.min
  max_capacity       = var.bounds.max

  # A schedule moves the bounds.
  lifecycle {
    ignore_changes = [min_capacity, max_capacity]
  }
}

resource "aws_appautoscaling_policy" "tracking" {
  for_each = var.tracking

  name               = each.key
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = each.key
    }
  }
}

resource "aws_appautoscaling_policy" "steps" {
  for_each = var.steps

  name               = "${var.service_name}-${each.key}"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = each.value.cooldown
    metric_aggregation_type = "Average"

    dynamic "step_adjustment" {
      for_each = each.value.steps
      content {
        metric_interval_lower_bound = step_adjustment.value.lower
        metric_interval_upper_bound = step_adjustment.value.upper
        scaling_adjustment          = step_adjustment.value.by
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "steps" {
  for_each = var.steps

  alarm_name          = "${var.service_name}-${each.key}"
  alarm_description   = "Scales ${var.service_name}"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.steps[each.key].arn]

  dimensions = {
    ClusterName = var.cluster_name
    ServiceName = var.service_name
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = var.schedules

  name               = each.key
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id
  schedule           = each.value.expression
  timezone           = each.value.timezone

  scalable_target_action {
    min_capacity = each.value.min
    max_capacity = each.value.max
  }
}

output "policy_arns" {
  value = { for name, policy in aws_appautoscaling_policy.steps : name => policy.arn }
}
