"""The form of what comes in and goes out: `{"data": …}` or bare in, JSON and nothing else out."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser

from promotions.errors import Fault, Refused, wrong_type

# Nothing that the API knows is half as deep.
DEEPEST = 32


def errors_body(faults: Iterable[Fault]) -> dict[str, list[dict[str, Any]]]:
    """The error envelope (contract, section 1): one entry per fault, `status` a string, nothing empty."""
    return {
        "errors": [
            {
                "status": str(fault.status),
                "title": fault.title,
                **({"detail": fault.detail} if fault.detail else {}),
                **({"source": fault.source} if fault.source else {}),
                **({"meta": dict(fault.meta)} if fault.meta else {}),
            }
            for fault in faults
        ]
    }


class WrongType(Refused):
    """A value of another JSON type than the one that is needed."""

    def __init__(self, expected: str, value: Any, source: str = "data") -> None:
        super().__init__([wrong_type(expected, value, source)])


TOO_DEEP = "JSON parse error - nested too deeply"


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects are nested in `value` more than `most` times. Looks without recursion."""
    level = [value]
    for _ in range(most + 1):
        level = [one for outer in level if isinstance(outer, dict | list) for one in _inside(outer)]
        if not level:
            return False
    return True


def _inside(outer: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return outer.values() if isinstance(outer, dict) else outer


class EnvelopeParser(JSONParser):
    """Reads a JSON object, wrapped in `data` or bare: clients send both (contract, section 0.1)."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        if is_deeper(body, DEEPEST):
            raise ParseError(TOO_DEEP)
        if not isinstance(body, dict):
            raise WrongType("object", body)
        data = body.get("data", body)
        if not isinstance(data, dict):
            raise WrongType("object", data)
        return data


class JsonApiParser(EnvelopeParser):
    media_type = "application/vnd.api+json"


class AnyTypeParser(EnvelopeParser):
    """Reads JSON whatever the Content-Type says, for requests whose body hardly matters."""

    media_type = "*/*"


class AlwaysJson(DefaultContentNegotiation):
    """Answers JSON whatever Accept says: clients' defaults differ, and none can read anything else."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
