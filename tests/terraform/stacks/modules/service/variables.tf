variable "name" {
  type = string
}

variable "cluster_arn" {
  type = string
}

variable "desired_count" {
  type    = number
  default = 1
}

variable "image" {
  type    = string
  default = "httpd:2.4.41-alpine"
}

variable "size" {
  type    = object({ cpu = number, memory = number })
  default = { cpu = 256, memory = 512 }
}

variable "port" {
  type    = number
  default = 80
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "secrets" {
  description = "What a container reads at its start, by the name of the variable: an ARN or a parameter's name"
  type        = map(string)
  default     = {}
}

variable "sidecars" {
  type    = map(object({ image = string, command = optional(list(string)) }))
  default = {}
}

variable "health_check" {
  type    = string
  default = null
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "ingress_cidrs" {
  type    = list(string)
  default = []
}

variable "ingress_security_groups" {
  type    = map(string)
  default = {}
}

variable "capacity" {
  description = "The strategy by provider; with none, the launch type is FARGATE"
  type        = map(object({ weight = number, base = optional(number) }))
  default     = {}
}

variable "registry" {
  type = object({
    arn            = string
    port           = optional(number)
    container_name = optional(string)
    container_port = optional(number)
  })
  default = null
}

variable "target_group_arns" {
  type    = map(string)
  default = {}
}

variable "grace_period" {
  type    = number
  default = null
}

variable "deployment" {
  type = object({
    minimum  = optional(number, 100)
    maximum  = optional(number, 200)
    breaker  = optional(bool, true)
    rollback = optional(bool, true)
  })
  default = {}
}

variable "redeploy" {
  type    = string
  default = "first"
}

variable "autoscaled" {
  type    = bool
  default = false
}

variable "log_retention" {
  type    = number
  default = 7
}

variable "tags" {
  type    = map(string)
  default = {}
}
