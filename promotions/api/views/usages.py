"""Redeeming codes, and `/v2/promotions/:promotionID/usages` and its relatives."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.authentication import actor
from promotions.api.envelope import AnyTypeParser, errors_body
from promotions.api.filters import Filterable, condition, read_moment
from promotions.api.idempotency import REPLAYED, answer_once, read_key
from promotions.api.pagination import page
from promotions.api.schema import usages as schema
from promotions.api.serializers.usage import AnonymizeSerializer, RedeemSerializer, UsageSerializer
from promotions.api.sorting import in_order
from promotions.api.throttling import ClientRate, UnknownCodeRate
from promotions.api.views.lookup import find_code_usages, find_promotion
from promotions.codes.redeem import anonymize, redeem, reverse
from promotions.errors import Fault, NotFound, UsagesNotFound
from promotions.models.lookup import as_uuid

SORT_OF_PROMOTION = {
    name: name for name in ("code", "customer_id", "order_id", "customer_email", "used_on", "updated_at")
} | {"id": "uuid"}
# Of the others only so many rows are sorted (api/sorting.py).
SORT_BY_INDEX = ("updated_at", "used_on")
SORT_OF_CODE = {"used_on": "used_on"}


FIELDS = {
    "id": Filterable("uuid", read=UUID),
    "code": Filterable("code"),
    "used_on": Filterable("used_on", ("gt", "ge", "lt", "le"), read_moment),
}


class Redeem(APIView):
    """Uses a code for an order, once for each Idempotency-Key. Who sends too many unknown codes has to wait."""

    throttle_classes = [ClientRate, UnknownCodeRate]

    @schema.redeem_code
    def post(self, request: Request) -> Response:
        read_key(request)
        order = RedeemSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        told = dict(order.validated_data)
        code = told.pop("code")

        def act() -> Response:
            return Response({"data": UsageSerializer(redeem(code, **told)).data}, status=201)

        answer = answer_once(request, act)
        # Outside the transaction, with which the count could be lost; an answer given again is no new guess.
        if answer.status_code == 404 and REPLAYED not in answer.headers:
            UnknownCodeRate().count(request, self)
        return answer


class UsageReverse(APIView):
    """Gives back the uses of a cancelled order, once for each Idempotency-Key. The body may be empty."""

    parser_classes = [AnyTypeParser]

    @schema.reverse_usage
    def post(self, request: Request, usage_id: str) -> Response:
        wanted, by = as_uuid(usage_id), actor(request)
        if wanted is None:
            raise NotFound("usage")
        return answer_once(request, lambda: Response({"data": UsageSerializer(reverse(wanted, by=by)).data}))


class PromotionUsages(APIView):
    """The usages of a promotion, last changed first."""

    @schema.list_promotion_usages(FIELDS, SORT_OF_PROMOTION, "-updated_at")
    def get(self, request: Request, promotion_id: str) -> Response:
        usages = find_promotion(promotion_id).usages.filter(condition(request, FIELDS))
        usages = in_order(request, usages, SORT_OF_PROMOTION, "-updated_at", indexed=SORT_BY_INDEX)
        rows, around = page(request, usages)
        return Response({"data": UsageSerializer(rows, many=True).data, **around})


class CodeUsages(APIView):
    """The usages of one code, oldest first, also of one that has been deleted."""

    @schema.list_code_usages(FIELDS, SORT_OF_CODE, "used_on")
    def get(self, request: Request, promotion_id: str, code: str) -> Response:
        usages = find_code_usages(promotion_id, code).filter(condition(request, FIELDS))
        usages = in_order(request, usages, SORT_OF_CODE, "used_on")
        rows, around = page(request, usages)
        return Response({"data": UsageSerializer(rows, many=True).data, **around})


class UsageAnonymize(APIView):
    """Takes the e-mail addresses out of usages; those that are not there are named beside those that are."""

    @schema.anonymize_usages
    def post(self, request: Request) -> Response:
        wish = AnonymizeSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        asked = {text: as_uuid(text) for text in wish.validated_data["usage_ids"]}
        usages = anonymize([usage_id for usage_id in asked.values() if usage_id], by=actor(request))
        found = {usage.uuid for usage in usages}
        missing = [text for text, usage_id in asked.items() if usage_id not in found]
        if not usages:
            raise UsagesNotFound(missing)
        fault = Fault(404, "Could not anonymize some usages", "Usages not found.", meta={"usage_ids": missing})
        return Response({"data": UsageSerializer(usages, many=True).data, **(errors_body([fault]) if missing else {})})
