# SPDX-License-Identifier: Apache-2.0
"""The DSL: frozen settings in, Terraform JSON out. May import cdktf, its bindings and pydantic."""
