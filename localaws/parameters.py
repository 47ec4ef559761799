# SPDX-License-Identifier: Apache-2.0
"""Systems Manager, completed: the parameters that AWS publishes are not the account's own."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from moto.ssm import urls
from moto.ssm.models import Parameter, ParameterDict, SimpleSystemManagerBackend

PUBLISHED = "/aws/"
"""What the names of AWS's parameters begin with; moto reads them when somebody asks for one."""


class SystemsManager(SimpleSystemManagerBackend):
    """moto's Systems Manager, which lists the account's own parameters, and keeps no others."""

    _url_module = urls

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        # moto: with a function that has no bytes.
        self._resource_tags = defaultdict(partial(defaultdict, dict))

    def __getstate__(self) -> dict[str, Any]:
        own = {
            name: versions
            for name, versions in self._parameters.items()
            if not name.startswith(PUBLISHED)
        }
        return {**self.__dict__, "_parameters": own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        parameters = ParameterDict(state["account_id"], state["region_name"])
        parameters.update(state["_parameters"])
        self.__dict__ |= {**state, "_parameters": parameters}

    def describe_parameters(self, *args: Any, **kwargs: Any) -> list[Parameter]:
        """moto: lists AWS's too once one was read. AWS: GetParametersByPath finds them only."""
        found = super().describe_parameters(*args, **kwargs)
        return [each for each in found if not each.name.startswith(PUBLISHED)]
