"""Requests of real clients, byte for byte, and the answers that they need.

Those of js-sdk and of the fetch client were captured from the running libraries, those of epcc-cli are written as its
source sends them; `$names` stand for host, ids, token and credentials.
"""

import pytest

from tests.clients.answers import (
    has_codes,
    is_empty,
    is_fault,
    is_job,
    is_link,
    is_new_promotion,
    is_page,
    is_promotion,
    is_token,
)

# What Node's fetch puts around the headers that a library sets.
NODE = """host: $host
connection: keep-alive
{}accept: */*
accept-language: *
sec-fetch-mode: cors
user-agent: node
accept-encoding: gzip, deflate
$length"""
JS_SDK_TOKEN = NODE.format("""Content-Type: application/x-www-form-urlencoded
X-MOLTIN-SDK-LANGUAGE: JS
X-MOLTIN-SDK-VERSION: 35.0.0
""")
JS_SDK = NODE.format("""X-MOLTIN-SDK-LANGUAGE: JS
X-MOLTIN-SDK-VERSION: 35.0.0
Content-Type: application/json
Authorization: Bearer $token
X-MOLTIN-APPLICATION: epcc sdk
""")
FETCH = NODE.format("Authorization: Bearer $token\n")
FETCH_JSON = NODE.format("Content-Type: application/json\nAuthorization: Bearer $token\n")
EPCC_CLI_TOKEN = """Host: $host
User-Agent: epcc-cli/0.32.0-6fdb535
${length}Accept: application/json
Content-Type: application/x-www-form-urlencoded
Accept-Encoding: gzip
"""
EPCC_CLI = """Host: $host
User-Agent: epcc-cli/0.32.0-6fdb535
${length}Authorization: Bearer $token
Content-Type: application/json
Accept-Encoding: gzip
"""

PROMOTION = (
    '"description":"d","enabled":true,"automatic":false,"promotion_type":"fixed_discount",'
    '"schema":{"currencies":[{"currency":"USD","amount":500}]},"start":"2026-01-01","end":"2026-12-31"'
)
GENERATE = (
    '{"type":"promotion_job","job_type":"code_generate","name":"gen","parameters":{"number_of_codes":5,'
    '"consume_unit":"per_cart","max_uses_per_code":1,"code_length":10,"code_prefix":"Summer-"}}'
)
EXPORT = '{"type":"promotion_job","job_type":"code_export","name":"exp"}'
CODES_TO_ADD = '[{"code":"ABC-1","uses":2,"consume_unit":"per_item","user":"u1"},{"code":"ABC-2"}]'


def js_sdk_body(data):
    """The layout in which js-sdk wraps what it sends."""
    return f'{{\n        "data": {data}\n      }}'


def request(name, headers, line, status, look, body=None, *, codes=()):
    return pytest.param(headers, line, body, codes, status, look, id=name)


JS_SDK_REQUESTS = [
    request(
        "js-sdk asks for a token",
        JS_SDK_TOKEN,
        "POST /oauth/access_token",
        200,
        is_token,
        "grant_type=client_credentials&client_id=$client&client_secret=$secret",
    ),
    request("js-sdk lists", JS_SDK, "GET /v2/promotions?page[limit]=10", 200, is_page(total=2, items=2)),
    request(
        "js-sdk finds by code, beyond the end",
        JS_SDK,
        "GET /v2/promotions?page[limit]=10&page[offset]=20&filter=eq(code,A%20B-1)",
        200,
        is_page(total=1, items=0),
        codes=["A B-1"],
    ),
    request(
        "js-sdk repeats the filter of jobs",
        JS_SDK,
        "GET /v2/promotions?filter=eq(job_type,code_generate):eq(status,cancelled)",
        200,
        is_page(total=2, items=2),
    ),
    request(
        "js-sdk creates",
        JS_SDK,
        "POST /v2/promotions",
        201,
        is_new_promotion,
        js_sdk_body('{"type":"promotion","name":"js @elasticpath/js-sdk",' + PROMOTION + "}"),
    ),
    request(
        "js-sdk changes",
        JS_SDK,
        "PUT /v2/promotions/$promotion",
        200,
        is_promotion("renamed"),
        js_sdk_body('{"id":"$promotion","name":"renamed","automatic":false,"type":"promotion"}'),
    ),
    request(
        "js-sdk adds codes",
        JS_SDK,
        "POST /v2/promotions/$promotion/codes",
        201,
        has_codes("ABC-1", "ABC-2"),
        js_sdk_body('{"type":"promotion_codes","codes":' + CODES_TO_ADD + "}"),
    ),
    request(
        "js-sdk lists codes",
        JS_SDK,
        "GET /v2/promotions/$promotion/codes?page[limit]=5",
        200,
        is_page(total=6, items=5),
        codes=["1", "2", "3", "4", "5", "6"],
    ),
    request(
        "js-sdk deletes a code",
        JS_SDK,
        "DELETE /v2/promotions/$promotion/codes/ABC-1",
        204,
        has_codes("ABC-2"),
        codes=["ABC-1", "ABC-2"],
    ),
    request(
        "js-sdk deletes codes",
        JS_SDK,
        "DELETE /v2/promotions/$promotion/codes",
        204,
        has_codes("ABC-1"),
        js_sdk_body('{"type":"promotion_codes","codes":[{"code":"ABC-2"}]}'),
        codes=["ABC-1", "ABC-2"],
    ),
    request(
        "js-sdk reads the history",
        JS_SDK,
        "GET /v2/promotions/$promotion/history?page[limit]=10&page[offset]=20",
        200,
        is_page(total=1, items=0),
    ),
    request(
        "js-sdk creates a job",
        JS_SDK,
        "POST /v2/promotions/$promotion/jobs",
        201,
        is_job("code_generate", "pending"),
        js_sdk_body(GENERATE),
    ),
    request(
        "js-sdk lists jobs",
        JS_SDK,
        "GET /v2/promotions/$promotion/jobs?page[limit]=2&page[offset]=1"
        "&filter=eq(job_type,code_generate):eq(status,cancelled)",
        200,
        is_page(total=2, items=1),
    ),
    request(
        "js-sdk cancels",
        JS_SDK,
        "POST /v2/promotions/$busy/jobs/$pending/cancel",
        200,
        is_job("code_generate", "cancelled"),
        "",
    ),
    request(
        "js-sdk cancels by RulePromotions.CancelJob",
        JS_SDK,
        "POST /v2/rule-promotions/$busy/jobs/$pending/cancel",
        200,
        is_job("code_generate", "cancelled", rule=True),
        "",
    ),
    request(
        "js-sdk exports",
        JS_SDK,
        "POST /v2/promotions/$promotion/jobs",
        201,
        is_job("code_export", "pending"),
        js_sdk_body(EXPORT),
    ),
    request("js-sdk asks for the file", JS_SDK, "GET /v2/promotions/$promotion/jobs/$export/file", 200, is_link),
    request("js-sdk deletes", JS_SDK, "DELETE /v2/promotions/$promotion", 204, is_empty),
]

FETCH_REQUESTS = [
    request("fetch lists", FETCH, "GET /v2/promotions?page[limit]=10&page[offset]=0", 200, is_page(total=2, items=2)),
    request(
        "fetch creates",
        FETCH_JSON,
        "POST /v2/promotions",
        201,
        is_new_promotion,
        '{"data":{"type":"promotion","name":"hey",' + PROMOTION + "}}",
    ),
    request(
        "fetch changes",
        FETCH_JSON,
        "PUT /v2/promotions/$promotion",
        200,
        is_promotion("hey2"),
        '{"type":"promotion","name":"hey2",' + PROMOTION + ',"id":"$promotion"}',
    ),
    request(
        "fetch adds codes",
        FETCH_JSON,
        "POST /v2/promotions/$promotion/codes",
        201,
        has_codes("HEY/1 a", "HEY-2"),
        '{"type":"promotion_codes","codes":[{"code":"HEY/1 a"},{"code":"HEY-2"}]}',
    ),
    request(
        "fetch deletes a code",
        FETCH,
        "DELETE /v2/promotions/$promotion/codes/HEY%2F1%20a",
        204,
        has_codes("HEY-2"),
        codes=["HEY/1 a", "HEY-2"],
    ),
    request(
        "fetch deletes codes and names none",
        FETCH,
        "DELETE /v2/promotions/$promotion/codes",
        400,
        is_fault("codes is required"),
        codes=["HEY-2"],
    ),
    request(
        "fetch deletes codes",
        FETCH_JSON,
        "DELETE /v2/promotions/$promotion/codes",
        204,
        has_codes(),
        '{"type":"promotion_codes","codes":[{"code":"HEY-2"}]}',
        codes=["HEY-2"],
    ),
    request(
        "fetch creates a job",
        FETCH_JSON,
        "POST /v2/promotions/$promotion/jobs",
        201,
        is_job("code_generate", "pending"),
        '{"type":"promotion_job","job_type":"code_generate","name":"gen",'
        '"parameters":{"number_of_codes":5,"code_length":8}}',
    ),
    request(
        "fetch cancels",
        FETCH,
        "POST /v2/promotions/$busy/jobs/$pending/cancel",
        200,
        is_job("code_generate", "cancelled"),
        "",
    ),
    request(
        "fetch lists jobs",
        FETCH,
        "GET /v2/promotions/$promotion/jobs?filter=eq(status%2C%20cancelled)",
        200,
        is_page(total=2, items=2),
    ),
    request("fetch asks for the file", FETCH, "GET /v2/promotions/$promotion/jobs/$export/file", 200, is_link),
    request(
        "fetch reads the history",
        FETCH,
        "GET /v2/promotions/$promotion/history",
        200,
        is_page(total=1, items=1),
    ),
    request("fetch deletes", FETCH, "DELETE /v2/promotions/$promotion", 204, is_empty),
]

EPCC_CLI_REQUESTS = [
    request(
        "epcc-cli asks for a token",
        EPCC_CLI_TOKEN,
        "POST /oauth/access_token",
        200,
        is_token,
        "client_id=$client&client_secret=$secret&grant_type=client_credentials",
    ),
    # After its login it looks at the store's settings, and goes on without.
    request("epcc-cli asks for settings", EPCC_CLI, "GET /v2/settings", 404, is_fault("endpoint not found")),
    request(
        "epcc-cli lists",
        EPCC_CLI,
        "GET /v2/promotions?page%5Blimit%5D=100&page%5Boffset%5D=0",
        200,
        is_page(total=2, items=2),
    ),
    # It asks for page after page up to this offset, and stops at an empty one.
    request(
        "epcc-cli lists up to the last offset",
        EPCC_CLI,
        "GET /v2/promotions?page%5Blimit%5D=100&page%5Boffset%5D=10000",
        200,
        is_page(total=2, items=0),
    ),
    request(
        "epcc-cli lists codes up to the last offset",
        EPCC_CLI,
        "GET /v2/promotions/$promotion/codes?page%5Blimit%5D=100&page%5Boffset%5D=10000",
        200,
        is_page(total=1, items=0),
        codes=["ABC-1"],
    ),
    request(
        "epcc-cli finds by code",
        EPCC_CLI,
        "GET /v2/promotions?filter=eq%28code%2CA+B-1%29",
        200,
        is_page(total=1, items=1),
        codes=["A B-1"],
    ),
    request(
        "epcc-cli creates",
        EPCC_CLI,
        "POST /v2/promotions",
        201,
        is_new_promotion,
        '{"data":{"type":"promotion","name":"cli",' + PROMOTION + "}}",
    ),
    request(
        "epcc-cli adds codes",
        EPCC_CLI,
        "POST /v2/promotions/$promotion/codes",
        201,
        has_codes("ABC-1"),
        '{"data":{"codes":[{"code":"ABC-1"}],"type":"promotion_codes"}}',
    ),
    request(
        "epcc-cli deletes a code by its text",
        EPCC_CLI,
        "DELETE /v2/promotions/$promotion/codes/ABC-1",
        204,
        has_codes("ABC-2"),
        '{"data":{"type":"promotion_codes"}}',
        codes=["ABC-1", "ABC-2"],
    ),
    request(
        "epcc-cli deletes a code by its id",
        EPCC_CLI,
        "DELETE /v2/promotions/$promotion/codes/$code_id",
        204,
        has_codes("ABC-2"),
        '{"data":{"type":"promotion_codes"}}',
        codes=["ABC-1", "ABC-2"],
    ),
    request(
        "epcc-cli deletes",
        EPCC_CLI,
        "DELETE /v2/promotions/$promotion",
        204,
        is_empty,
        '{"data":{"type":"promotion"}}',
    ),
]
