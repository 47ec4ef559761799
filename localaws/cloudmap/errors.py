# SPDX-License-Identifier: Apache-2.0
"""The errors of Cloud Map, each with the fields that its model declares.

On the wire all of them come with HTTP 400, whatever status the model declares.
"""

from __future__ import annotations

from localaws.moto_mixins import ErrorReply


class InvalidInput(ErrorReply):
    """A parameter's value, or a combination of them, that Cloud Map does not take."""

    code = "InvalidInput"


class NamespaceNotFound(ErrorReply):
    """No namespace has this id."""

    code = "NamespaceNotFound"


class ServiceNotFound(ErrorReply):
    """No service has this id."""

    code = "ServiceNotFound"


class InstanceNotFound(ErrorReply):
    """The service has no such instance, or its registration is still in progress."""

    code = "InstanceNotFound"


class OperationNotFound(ErrorReply):
    """No operation has this id."""

    code = "OperationNotFound"


class CustomHealthNotFound(ErrorReply):
    """A custom health status for a service without a custom health check."""

    code = "CustomHealthNotFound"


class ResourceInUse(ErrorReply):
    """A namespace with services, or a service with instances, cannot be deleted."""

    code = "ResourceInUse"


class ResourceLimitExceeded(ErrorReply):
    """A quota would be exceeded."""

    code = "ResourceLimitExceeded"


class ResourceNotFound(ErrorReply):
    """Tags of something that is not there."""

    code = "ResourceNotFoundException"


class TooManyTags(ErrorReply):
    """More tags than a resource can have."""

    code = "TooManyTagsException"


class DuplicateRequest(ErrorReply):
    """Another operation on the same thing is in progress."""

    code = "DuplicateRequest"

    def __init__(self, api_action: str, operation_id: str):
        super().__init__(
            f"Another operation of type {api_action} and id {operation_id} is in progress"
        )
        self.duplicate_operation_id = operation_id


class NamespaceAlreadyExists(ErrorReply):
    """The account has a namespace of this name that the new one would be confused with."""

    code = "NamespaceAlreadyExists"

    def __init__(self, namespace_id: str, creator_request_id: str):
        super().__init__("Namespace already exists.")
        self.namespace_id = namespace_id
        self.creator_request_id = creator_request_id


class ServiceAlreadyExists(ErrorReply):
    """The namespace has a service of this name."""

    code = "ServiceAlreadyExists"

    def __init__(self, service_id: str, service_arn: str, creator_request_id: str):
        super().__init__("Service already exists.")
        self.service_id = service_id
        self.service_arn = service_arn
        self.creator_request_id = creator_request_id


class OperationFailed(Exception):
    """Ends an operation with status FAIL; never a reply of its own."""

    def __init__(self, error_code: str, error_message: str):
        super().__init__(error_message)
        self.error_code = error_code
        self.error_message = error_message
