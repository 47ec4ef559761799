# SPDX-License-Identifier: Apache-2.0
"""Drives Terraform and observes service discovery through public AWS APIs, DNS and HTTP.

Knows an endpoint's URL, a resolver and a proxy, never which program answers there, and nothing of
the project that it serves. Never imports moto, localaws, cdktf, stacks or handson.
"""
