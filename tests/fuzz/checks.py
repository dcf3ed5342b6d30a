"""What is checked of every answer beside schemathesis' own checks."""

from schemathesis.core.failures import Failure

SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0"

# Why a request that is good by its schema may be refused with 400: what JSON Schema has no words for.
UNSAYABLE = {
    "end_before_start": "compares two values",
    "unique": "compares the items of a list",
    "number_lt": "compares two values",
    "multiple_of": "decimals are decimal, JSON Schema's multipleOf is not",
    "format": "dates that the calendar does not have",
    "Too many promotion codes": "depends on the length of codes and of the promotion",
    "Too many jobs": "depends on the promotion's jobs",
}


def good_requests_are_refused_only_for_what_no_schema_can_say(ctx, response, case):
    """Good requests may find the shop in a state that does not allow them (422); a 400 needs a reason."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    for fault in response.json()["errors"]:
        if not is_excused(fault, case):
            raise Failure(
                operation=case.operation.label,
                title="A good request is refused",
                message=f"The schema should say that this is refused: {fault}",
            )


def is_excused(fault, case):
    detail, source = fault.get("detail", ""), fault.get("source", "")
    return (
        fault["title"] in UNSAYABLE
        # The grammar of filters, and which values fields have, stand in words.
        or detail.startswith("Could not parse the supplied filter")
        # Neither can be stored; saying so in a pattern of every text would hide all else.
        or (fault["title"] == "pattern" and ("ull characters" in detail or "surrogates" in detail))
        # JSON Schema takes 5.0 for an integer.
        or detail == "Invalid type. Expected: integer, given: number"
        # A text of spaces only.
        or (fault["title"] == "string_gte" and detail.endswith("than or equal to 1"))
        # The stored promotion has a type, which the schema of a PUT does not know.
        or (case.method == "PUT" and (source.startswith(("data.schema", "data.max_appl")) or fault["title"] == "const"))
    )
