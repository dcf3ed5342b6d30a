"""Describes what needs no token: getting one, and files by signed links."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from promotions.api.schema import samples
from promotions.api.schema.answers import TEXT, described, one_of, record, ref
from promotions.api.schema.operations import answers, refused
from promotions.api.schema.parameters import RETRY_AFTER, in_path

CREDENTIALS = record(
    {
        "grant_type": one_of("client_credentials"),
        "client_id": TEXT,
        "client_secret": TEXT,
    },
    {"scope": described(one_of("read", "write", "read write"), "Without it, all that the client may have.")},
)

create_access_token = extend_schema(
    operation_id="createAccessToken",
    tags=["Authentication"],
    summary="Get a token",
    description="For a client that shows its secret. The token lives for an hour.",
    request={"application/x-www-form-urlencoded": CREDENTIALS, "application/json": CREDENTIALS},
    parameters=[RETRY_AFTER],
    responses={200: OpenApiResponse(ref("Token"), "The token, not wrapped in `data`.")}
    | refused(400, 401, 403, 413, 429, 500, 503),
    examples=[
        OpenApiExample(
            "Client credentials",
            {"grant_type": "client_credentials", "client_id": "…", "client_secret": "…"},
            request_only=True,
        ),
        answers("A token", samples.TOKEN),
    ],
)

get_file = extend_schema(
    operation_id="getFile",
    tags=["Jobs"],
    summary="Get a file",
    description="By a link that `getJobFile` gave. It needs no token and expires.",
    parameters=[
        in_path("name", TEXT, "As the link has it."),
        OpenApiParameter("Expires", TEXT, required=True, description="As the link has it."),
        OpenApiParameter("Signature", TEXT, required=True, description="As the link has it."),
        OpenApiParameter("Key-Pair-Id", TEXT, description="As the link has it."),
        RETRY_AFTER,
    ],
    responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The codes, a line each.")}
    | refused(403, 404, 413, 429, 500, 503),
)
