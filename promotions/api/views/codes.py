"""`/v2/promotions/:promotionID/codes`"""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.authentication import actor
from promotions.api.filters import Filterable, condition
from promotions.api.pagination import page
from promotions.api.schema import codes as schema
from promotions.api.serializers.code import CodeSerializer, CodesToDeleteSerializer, NewCodesSerializer
from promotions.api.serializers.promotion import PromotionSerializer
from promotions.api.views.lookup import find_promotion
from promotions.codes import by_hand
from promotions.errors import CodesNotFound, NotFound
from promotions.models import Promotion

FIELDS = {"code": Filterable("code", ("eq", "in"))}


class CodeList(APIView):
    """The live codes of a promotion, oldest first; codes added and deleted by hand."""

    @schema.list_codes(FIELDS)
    def get(self, request: Request, promotion_id: str) -> Response:
        promotion = find_promotion(promotion_id)
        wanted = condition(request, FIELDS)
        codes = promotion.codes.live().filter(wanted).order_by("id") if wanted else by_hand.LiveCodes(promotion)
        rows, around = page(request, codes)
        return Response({"data": CodeSerializer(rows, many=True).data, **around})

    @schema.create_codes
    def post(self, request: Request, promotion_id: str) -> Response:
        promotion = find_promotion(promotion_id)
        new = NewCodesSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        by_hand.add(promotion, new.new_codes(by=actor(request)))
        return Response({"data": PromotionSerializer(promotion).data}, status=201)

    @schema.delete_codes
    def delete(self, request: Request, promotion_id: str) -> Response:
        """Delete the codes that the body names; a body that names none is refused, never taken for all."""
        promotion = find_promotion(promotion_id)
        named = CodesToDeleteSerializer(data=request.data)
        named.is_valid(raise_exception=True)
        by_hand.delete(promotion, named.texts())
        return Response(status=204)


class CodeDetail(APIView):
    """One code, named by its text, or by its id as some clients do."""

    @schema.delete_code
    def delete(self, request: Request, promotion_id: str, code: str) -> Response:
        promotion = find_promotion(promotion_id)
        try:
            by_hand.delete(promotion, [_text(promotion, code)])
        except CodesNotFound as error:
            raise NotFound("code") from error
        return Response(status=204)


def _text(promotion: Promotion, code: str) -> str:
    """The text of the code: `code` itself, unless it is no code of the promotion but the id of one."""
    if code.isascii() and code.isdigit() and len(code) < 19 and not promotion.codes.filter(code=code).exists():
        return promotion.codes.filter(pk=int(code)).values_list("code", flat=True).first() or code
    return code
