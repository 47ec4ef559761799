# SPDX-License-Identifier: Apache-2.0
"""The requests of Elastic Load Balancing: both versions, and parameters that moto drops."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.elb import urls
from moto.elbv2.responses import ELBV2Response

from localaws.load_balancer_zones import ZonalLoadBalancer

VERSION_2 = "2015-12-01"

NO_CLIENT_CERTIFICATE = {"Mode": "off"}
"""Every HTTPS listener has it unless it was asked otherwise."""


class LoadBalancersResponse(ELBV2Response):
    """Answers the requests of version 2."""

    def create_listener(self) -> ActionResult:
        return self._with_mutual_authentication(super().create_listener())

    def modify_listener(self) -> ActionResult:
        return self._with_mutual_authentication(super().modify_listener())

    def _with_mutual_authentication(self, reply: ActionResult) -> ActionResult:
        """moto: drops it, and Terraform then plans to add it for ever."""
        (listener,) = cast(dict[str, Any], reply.result)["Listeners"]
        kept = getattr(listener, "mutual_authentication", None) or NO_CLIENT_CERTIFICATE
        asked = self._get_param("MutualAuthentication") or kept
        listener.mutual_authentication = asked if listener.protocol == "HTTPS" else None
        return reply

    def set_security_groups(self) -> ActionResult:
        """moto: drops whether the groups judge what comes through PrivateLink."""
        super().set_security_groups()
        balancer = cast(
            ZonalLoadBalancer,
            self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")],
        )
        name = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
        if judged := self._get_param(name):
            balancer.enforce_security_group_inbound_rules_on_private_link_traffic = judged
        groups = balancer.security_groups
        shown = balancer.enforce_security_group_inbound_rules_on_private_link_traffic
        return ActionResult({"SecurityGroupIds": groups, name: shown})


def _dispatch(request: Any, *args: Any, **kwargs: Any) -> Any:
    """Passes a request on by its version: both have the same URL."""
    if request.values.get("Version") == VERSION_2:
        return LoadBalancersResponse.dispatch(request, *args, **kwargs)
    return urls.api_version_elb_backend(request, *args, **kwargs)


URLS = SimpleNamespace(url_bases=urls.url_bases, url_paths=dict.fromkeys(urls.url_paths, _dispatch))
"""In the place of moto's urls.py."""
