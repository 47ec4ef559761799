# SPDX-License-Identifier: Apache-2.0

variable "region" {
  type    = string
  default = "ap-northeast-1"
}

variable "name" {
  type    = string
  default = "shop"
}

variable "desired" {
  description = "How many tasks each service has."
  type        = number
  default     = 1
}

variable "services" {
  description = "The port of each service, by name."
  type        = map(number)
  default     = { web = 80, api = 8080 }
}
