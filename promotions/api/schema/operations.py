"""What a description of an operation is made of. Nothing about any one operation."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from promotions.api.envelope import errors_body
from promotions.api.schema.answers import ref
from promotions.api.schema.parameters import AUTHENTICATE, RETRY_AFTER
from promotions.errors import Refused

REFUSALS = {
    400: "The request is not well formed, or a value in it is not allowed; one entry for each fault.",
    401: "No token, or one that is not valid.",
    403: "The token does not allow it, or plain HTTP is not served.",
    404: "What the address names is not there.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The request is well formed, but not possible as things are.",
    429: "Too many requests.",
    500: "A fault of our own.",
    503: "The database is busy.",
}
# Every operation that needs a token may be refused with these.
ALWAYS = (401, 403, 413, 429, 500, 503)
WITH_BODY = (400, 415)

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def operation(
    name: str,
    tag: str,
    summary: str,
    description: str = "",
    *,
    status: int = 200,
    answer: str | None = None,
    means: str = "",
    refusals: Sequence[int] = (),
    request: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    examples: Sequence[OpenApiExample] = (),
) -> Decorator:
    """The decorator that describes the method of a view.

    `answer` names the component of a good answer, which has `status` and `means` something; `refusals` are the
    statuses, beside ALWAYS, with which it may be refused. An example goes into request or answer, as it says.
    """
    good = OpenApiResponse(ref(answer) if answer else None, means)
    return extend_schema(
        operation_id=name,
        tags=[tag],
        summary=summary,
        description=description,
        request=request,
        parameters=[*parameters, RETRY_AFTER, AUTHENTICATE],
        responses={status: good} | refused(*refusals, *ALWAYS),
        examples=list(examples),
    )


def refused(*statuses: int) -> dict[int, OpenApiResponse]:
    """The answers of these statuses: all have the one envelope of errors."""
    return {status: OpenApiResponse(ref("Errors"), REFUSALS[status]) for status in sorted(set(statuses))}


def asks(name: str, value: Any) -> OpenApiExample:
    """An example of a request, in the envelope."""
    return OpenApiExample(name, {"data": value}, request_only=True)


def answers(name: str, value: Any, status: int = 200) -> OpenApiExample:
    """An example of an answer's whole body."""
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)])


def refusal(refused: Refused) -> OpenApiExample:
    """An example of a refusal."""
    return answers(str(refused), errors_body(refused.faults), refused.faults[0].status)
