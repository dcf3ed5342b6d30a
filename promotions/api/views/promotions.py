"""`/v2/promotions`"""

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.authentication import actor
from promotions.api.filters import Filterable, condition
from promotions.api.pagination import page
from promotions.api.schema import promotions as schema
from promotions.api.serializers.promotion import PromotionSerializer
from promotions.api.views.lookup import find_promotion
from promotions.models import Promotion, PromotionCode
from promotions.models.promotion_change import change

FIELDS = {
    "code": Filterable("pk__in", read=lambda code: PromotionCode.objects.live().filter(code=code).values("promotion"))
}
# js-sdk repeats the filter of its last list of jobs in its next list of promotions.
LEFT_BY_JS_SDK = frozenset({"job_type", "status"})


class PromotionList(APIView):
    """All promotions, newest first, and new ones."""

    @schema.list_promotions(FIELDS)
    def get(self, request: Request) -> Response:
        wanted = condition(request, FIELDS, ignored=LEFT_BY_JS_SDK)
        rows, around = page(request, Promotion.objects.filter(wanted))
        return Response({"data": PromotionSerializer(rows, many=True).data, **around})

    @schema.create_promotion
    def post(self, request: Request) -> Response:
        new = PromotionSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        promotion = Promotion(**new.validated_data, created_by=actor(request), updated_by=actor(request))
        promotion.full_clean()
        promotion.save()
        return Response({"data": PromotionSerializer(promotion).data}, status=201)


class PromotionDetail(APIView):
    """One promotion, and changing it: fields that are left out stay as they are."""

    @schema.get_promotion
    def get(self, request: Request, promotion_id: str) -> Response:
        return Response({"data": PromotionSerializer(find_promotion(promotion_id)).data})

    @schema.update_promotion
    def put(self, request: Request, promotion_id: str) -> Response:
        body = request.data  # read before the row is locked: it may be slow to arrive
        with transaction.atomic():
            promotion = find_promotion(promotion_id, lock=True)
            wish = PromotionSerializer(promotion, data=body, partial=True)
            wish.is_valid(raise_exception=True)
            promotion = change(promotion, wish.validated_data, by=actor(request))
        return Response({"data": PromotionSerializer(promotion).data})
