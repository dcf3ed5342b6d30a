"""Turning whatever goes wrong in a request into the error envelope, and nothing into anything else."""

import logging
import uuid
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from promotions import log
from promotions.api.envelope import errors_body
from promotions.errors import Fault, Refused
from promotions.models.promotion import RuleBroken

logger = logging.getLogger(__name__)

UNAUTHENTICATED = Fault(401, "Unable to validate access token")
FORBIDDEN = Fault(403, "Forbidden")
BUSY = Fault(503, "Service Unavailable", "The database is busy, try again")
BUSY_RETRY_AFTER = "1"  # seconds

# Titles of what Django and the REST framework refuse by themselves.
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
}

# Django's and DRF's codes of validation errors, in the vocabulary of the contract (section 1).
VALIDATION_TITLES = {
    "required": "required",
    "invalid_choice": "enum",
    "invalid": "invalid_type",
    "not_a_list": "invalid_type",
    "not_a_dict": "invalid_type",
    "null": "invalid_type",
    "format": "format",
    "pattern": "pattern",
    "null_characters_not_allowed": "pattern",
    "blank": "string_gte",
    "min_length": "string_gte",
    "max_length": "string_lte",
    "min_value": "number_gte",
    "max_value": "number_lte",
    "empty": "array_min_items",
}


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: answers every exception of a view in the envelope."""
    match error:
        case Refused():
            return respond(*error.faults)
        case exceptions.ValidationError():
            return respond(*_flatten(error.detail, ["data"]))
        case ModelValidationError():
            return respond(*_model_faults(error))
        case Http404():
            return respond(Fault(404, "Not Found"))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return respond(UNAUTHENTICATED, headers={"WWW-Authenticate": getattr(error, "auth_header", "Bearer")})
        case exceptions.PermissionDenied():
            return respond(FORBIDDEN)
        case exceptions.Throttled():
            retry_after = str(int(getattr(error, "wait", 0) or 1))
            return respond(Fault(429, TITLES[429], str(error.detail)), headers={"Retry-After": retry_after})
        case exceptions.APIException():
            status = error.status_code
            return respond(Fault(status, TITLES.get(status, "Error"), str(error.detail)))
        case OperationalError() | InterfaceError():
            logger.warning("the database failed a request: %s", error)
            return respond(BUSY, headers={"Retry-After": BUSY_RETRY_AFTER})
    return respond_to_unexpected(error)


def respond(*faults: Fault, headers: dict[str, str] | None = None) -> Response:
    """An answer with the given faults, under the status of the first."""
    return Response(errors_body(faults), status=faults[0].status, headers=headers)


def respond_to_unexpected(error: Exception) -> Response:
    """The answer to a fault of our own: nothing of it is told but the request's id, under which it is in the log."""
    request_id = log.current("request_id") or str(uuid.uuid4())
    logger.error("request %s failed", request_id, exc_info=error)
    detail = "There was an internal server error, you can report with your request id."
    body = errors_body([Fault(500, TITLES[500], detail)])
    body["errors"][0]["request_id"] = request_id
    return Response(body, status=500)


def _flatten(detail: Any, path: list[str]) -> Iterator[Fault]:
    """One fault for each error in DRF's nested dictionaries and lists."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flatten(value, path if key == "non_field_errors" else [*path, str(key)])
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from _flatten(value, path if isinstance(value, str) else [*path, str(index)])
    else:
        yield _validation_fault(detail.code, str(detail), path)


def _model_faults(error: ModelValidationError) -> Iterator[Fault]:
    """One fault for each error of a model's own validation."""
    fields = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, errors in fields.items():
        path = ["data"] if field == NON_FIELD_ERRORS else ["data", field]
        for one in errors:
            if isinstance(one, RuleBroken):
                yield one.fault
            else:
                yield _validation_fault(one.code or "invalid", " ".join(one.messages), path)


def _validation_fault(code: str, message: str, path: list[str]) -> Fault:
    title = VALIDATION_TITLES.get(code, code)
    if title == "required":
        # As Elastic Path does: the source is the object that lacks the field.
        return Fault(400, title, f"{path[-1]} is required", ".".join(path[:-1]))
    source = ".".join(path)
    return Fault(400, title, f"{source} {message}" if title == "enum" else message, source)
