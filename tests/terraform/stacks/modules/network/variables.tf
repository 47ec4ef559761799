variable "name" {
  type = string
}

variable "cidr" {
  type = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "cidr has to be an IPv4 network in CIDR notation."
  }
}

variable "zones" {
  type = list(string)
}

variable "nat" {
  description = "none, single, or one for each zone"
  type        = string
  default     = "single"

  validation {
    condition     = contains(["none", "single", "zone"], var.nat)
    error_message = "nat is none, single or zone."
  }
}

variable "nat_secondary" {
  description = "Whether each NAT gateway has a second Elastic IP address"
  type        = bool
  default     = false
}

variable "private_nat_hosts" {
  description = "Host numbers of a private NAT gateway's addresses in its subnet, none for no gateway"
  type        = list(number)
  default     = []
}

variable "ipv6" {
  description = "Whether public and private subnets have an IPv6 network too"
  type        = bool
  default     = false
}

variable "flow_log_destination" {
  description = "cloud-watch-logs, s3, or null for no flow log"
  type        = string
  default     = null
}

variable "interface_endpoints" {
  description = "Services of AWS that are reached within the VPC, without the region's prefix"
  type        = set(string)
  default     = []
}

variable "dedicated_acl" {
  type    = bool
  default = false
}

variable "acl_rules" {
  type = map(object({
    number    = number
    egress    = optional(bool, false)
    cidr      = optional(string, "0.0.0.0/0")
    from      = optional(number, 0)
    to        = optional(number, 0)
    proto     = optional(string, "-1")
    action    = optional(string, "allow")
    icmp_type = optional(number)
    icmp_code = optional(number)
  }))
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}
