# SPDX-License-Identifier: Apache-2.0
"""Mix-ins for moto's backends and request handlers: own URLs, validation by the model."""

from __future__ import annotations

import logging
import re
import traceback
import warnings
import zlib
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import RequestDict
from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from localaws import constraints, permanent
from localaws.bad_input import BadInput
from localaws.request_parsers import MALFORMED_XML, PARSERS, parse

LOG = logging.getLogger(__name__)

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that XML 1.0 does not have."""

NO_ACTION = {
    "json": ("UnknownOperationException", "The header X-Amz-Target names no operation."),
    "query": ("MissingAction", "The request has no parameter Action."),
    "ec2": ("MissingAction", "The request has no parameter Action."),
}
"""The error for a request without an operation, by protocol."""

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


class CheckedResponse(BaseResponse):
    """Mixed into a moto request handler: AWS's errors for a bad request."""

    unusable: ClassVar[str] = "ValidationError"
    """The code of the service's error for parameters that it cannot do anything with."""

    def _dispatch(self, request: Request, *args: Any, **kwargs: Any) -> TYPE_RESPONSE:
        self._refuse_unreadable(request)
        return super()._dispatch(request, *args, **kwargs)

    def _refuse_unreadable(self, request: Request) -> None:
        """Raises BadInput for a body that is no text, or not compressed as it says."""
        code = MALFORMED_XML if self._protocol == "rest-xml" else PARSERS[self._protocol][1]
        try:
            self.decompress_request_body(request)
            request.get_data(parse_form_data=True).decode()
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise BadInput(code, f"The body cannot be read: {error}") from error

    @property
    def _model(self) -> ServiceModel:
        return _model_of(self.boto3_service_name)

    @property
    def _operation(self) -> OperationModel:
        """The operation of the request. Raises OperationNotFoundError, and BadInput for none."""
        if not self._get_action() and self._protocol in NO_ACTION:
            raise BadInput(*NO_ACTION[self._protocol])
        operation: OperationModel = self._model.operation_model(self._get_action())
        return operation

    @property
    def _protocol(self) -> str:
        """The one protocol of the service that SDKs of every age speak: not CBOR."""
        spoken: list[str] = self._model.metadata.get("protocols", [self._model.protocol])
        return next(each for each in spoken if each in PARSERS)

    def determine_response_protocol(self, service_model: ServiceModel) -> str:
        """moto: the content type decides, also a wrong one."""
        return self._protocol

    def parse_parameters(self, request: Request) -> None:
        """moto: takes what it can read, and fails on the rest. AWS: refuses the request."""
        asked: RequestDict = {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": self.uri_match,
        }
        self.params = parse(self._protocol, self._operation, self.PROTOCOL_PARSER_MAP_TYPE, asked)

    def call_action(self) -> TYPE_RESPONSE:
        """moto: fails on parameters that it did not expect. AWS: refuses them."""
        try:
            return super().call_action()
        except (BadInput, NotImplementedError):
            raise
        except Exception as error:
            place = moto_frame(error)
            if place is None:
                raise
            action = self._get_action()
            LOG.warning("%s was refused, since moto failed at %s: %r", action, place, error)
            reason = f"{type(error).__name__}: {error}"
            raise BadInput(self.unusable, f"{action} has no use for these: {reason}") from error

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        with warnings.catch_warnings():
            # moto warns of errors outside the service's model, which AWS sends too.
            warnings.simplefilter("ignore")
            status, headers, body = super().serialized(action_result)
        if headers.get("Content-Type") == "text":  # moto's, of every JSON service
            headers["Content-Type"] = JSON
        if isinstance(body, str) and self._protocol != "json":
            body = readable_xml(body)
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


class ModelValidated(CheckedResponse):
    """Mixed into a moto request handler: refuses a request outside the service's model."""

    def call_action(self) -> TYPE_RESPONSE:
        shape = self._operation.input_shape
        if problem := shape and constraints.message(shape, self.params):
            raise BadInput(self.unusable, problem)
        return super().call_action()


def readable_xml(text: str) -> str:
    """Replaces what no XML parser takes: a name with a control character is echoed in an error."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def moto_frame(error: BaseException) -> str | None:
    """Where moto failed, as `module:line`; None when the innermost code was ours."""
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = frame.f_globals.get("__name__", "").partition(".")
        if module[0] == "moto":
            place = f"{frame.f_globals['__name__']}:{line}"
        elif module[0] == "localaws":
            place = None
    return place


@cache
def _model_of(service: str) -> ServiceModel:
    """Reads a service's model: tens of thousands of objects."""
    model = get_service_model(service)
    permanent.extend()
    return model
