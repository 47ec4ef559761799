terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {
  region = "ap-northeast-1"

  default_tags {
    tags = {
      Project = "stacks"
      Stack   = "lookups"
    }
  }
}

variable "of" {
  description = "The stack that is looked up, by its name"
  type        = string
}
