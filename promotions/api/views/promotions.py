"""`/v2/promotions`"""

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.authentication import actor
from promotions.api.filters import condition
from promotions.api.pagination import page
from promotions.api.promotion_search import FIELDS, SEARCH_FIELDS, fields_of
from promotions.api.schema import promotions as schema
from promotions.api.serializers.promotion import PromotionSerializer, VersionSerializer
from promotions.api.views.lookup import find_promotion
from promotions.jobs.delete import delete_promotion
from promotions.models import Promotion
from promotions.models.promotion_change import change, create

# js-sdk repeats the filter of its last list of jobs in its next list of promotions.
LEFT_BY_JS_SDK = frozenset({"job_type", "status"})


class PromotionList(APIView):
    """All promotions, newest first, and new ones."""

    @schema.list_promotions(FIELDS, SEARCH_FIELDS)
    def get(self, request: Request) -> Response:
        wanted = condition(request, fields_of(request), ignored=LEFT_BY_JS_SDK)
        rows, around = page(request, Promotion.objects.present().filter(wanted))
        return Response({"data": PromotionSerializer(rows, many=True).data, **around})

    @schema.create_promotion
    def post(self, request: Request) -> Response:
        new = PromotionSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        promotion = Promotion(**new.validated_data)
        create(promotion, by=actor(request))
        return Response({"data": PromotionSerializer(promotion).data}, status=201)


class PromotionDetail(APIView):
    """One promotion; changing it, where fields that are left out stay as they are; deleting it."""

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

    @schema.delete_promotion
    def delete(self, request: Request, promotion_id: str) -> Response:
        """Deletes the promotion; whatever a body says is of no account. Its rows are removed in the background."""
        delete_promotion(find_promotion(promotion_id), by=actor(request))
        return Response(status=204)


class PromotionHistory(APIView):
    """The versions of a promotion, newest first; the first is the promotion as it is now."""

    @schema.list_versions
    def get(self, request: Request, promotion_id: str) -> Response:
        versions = find_promotion(promotion_id).history.order_by("-history_id")
        rows, around = page(request, versions)
        current = versions.values_list("history_id", flat=True).first()
        context = {"current": current, "previous": _previous(versions, rows)}
        return Response({"data": VersionSerializer(rows, many=True, context=context).data, **around})


def _previous(versions: Any, rows: list[Any]) -> dict[int, Any]:
    """The version before each of `rows`, by its history_id."""
    before = versions.filter(history_id__lt=rows[-1].history_id).first() if rows else None
    return {version.history_id: older for version, older in zip(rows, [*rows[1:], before], strict=False) if older}
