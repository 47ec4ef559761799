# SPDX-License-Identifier: Apache-2.0
"""Mix-ins for moto's backends and request handlers: own URLs, one lock, validation by the model."""

from __future__ import annotations

import warnings
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from localaws import constraints, runtime

JSON = "application/x-amz-json-1.1"
"""The content type of ECS and Cloud Map."""


class ErrorReply(ServiceException):
    """An error as AWS answers it: a code, a message and the HTTP status on the wire."""

    http_status: ClassVar[int] = 400


class OwnUrls:
    """Mixed into a moto backend: lets the backend's own request handler answer moto's URLs.

    moto derives a backend's URLs from the module of its class, which is not moto's for ours.
    """

    moto_urls: ModuleType
    responses: type[BaseResponse]

    @property
    def _url_module(self) -> SimpleNamespace:
        paths = dict.fromkeys(self.moto_urls.url_paths, self.responses.dispatch)
        return SimpleNamespace(url_bases=self.moto_urls.url_bases, url_paths=paths)


class LockedResponse(BaseResponse):
    """Mixed into a moto request handler: holds the lock, so that requests and turns alternate."""

    def _dispatch(self, *args: Any, **kwargs: Any) -> TYPE_RESPONSE:
        with runtime.LOCK:
            return super()._dispatch(*args, **kwargs)

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        with warnings.catch_warnings():
            # moto warns of errors outside the service's model, which AWS sends too.
            warnings.simplefilter("ignore")
            status, headers, body = super().serialized(action_result)
        if headers.get("Content-Type") == "text":  # moto's, of every JSON service
            headers["Content-Type"] = JSON
        if isinstance(action_result.result, ErrorReply):
            # For some errors the models declare another status than the services send.
            status = action_result.result.http_status
        return status, headers, body

    @staticmethod
    def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        if headers.get("Content-Type") != JSON:
            return BaseResponse._enrich_response(headers, body)
        # moto looks through every body, however long, for the request id that an XML reply has.
        headers, _ = BaseResponse._enrich_response(headers, "")
        return headers, body


class ModelValidated(BaseResponse):
    """Mixed into a moto request handler: refuses a request outside the service's model."""

    constraint_error: ClassVar[str]
    """The code of the error that the service answers with."""

    def call_action(self) -> TYPE_RESPONSE:
        operation = get_service_model(self.boto3_service_name).operation_model(self._get_action())
        problem = operation.input_shape and constraints.message(operation.input_shape, self.params)
        if not problem:
            return super().call_action()
        error = ErrorReply(self.constraint_error, problem)
        status, headers, body = self.serialized(ActionResult(error))
        headers, body = self._enrich_response(headers, body)
        return status, headers, body
