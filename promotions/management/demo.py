"""The demo shop that `seed_demo` builds: only data. Days are counted from the day it is built on."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from promotions.models import ConsumeUnit, PromotionType


class Fate(Enum):
    """What is done with a job once it is created."""

    WORKED_ON = auto()
    CANCELLED = auto()
    LEFT_TO_A_WORKER = auto()


@dataclass(frozen=True)
class DemoJob:
    """A job; without `codes` it asks for as many as a promotion may have, so one with codes has no room for it."""

    name: str
    fate: Fate
    codes: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class DemoPromotion:
    """A promotion; its `slug` tells it from the others for good, also after it was renamed."""

    slug: str
    starts: int
    days: int
    fields: dict[str, Any]
    jobs: tuple[DemoJob, ...] = ()


ONCE = {"max_uses_per_code": 1}

PROMOTIONS = (
    DemoPromotion(
        slug="staff-discount",
        starts=-90,
        days=365,
        fields={
            "name": "Staff discount",
            "description": "30 % off for everyone who works here. Paused until the new list of staff is in.",
            "enabled": False,
            "promotion_type": PromotionType.PERCENT_DISCOUNT,
            "schema": {"currencies": [{"currency": "USD", "percentage": 30}]},
        },
    ),
    DemoPromotion(
        slug="three-shirts-for-two",
        starts=-120,
        days=60,
        fields={
            "name": "Three shirts for two",
            "description": "Three T-shirts for the price of two, to make room for the summer collection.",
            "enabled": True,
            "promotion_type": PromotionType.X_FOR_Y,
            "schema": {"x": 3, "y": 2, "targets": ["SHIRT-WHITE", "SHIRT-BLACK", "SHIRT-NAVY"]},
        },
        jobs=(
            DemoJob("Flyer codes", Fate.WORKED_ON, 500, ONCE | {"code_prefix": "shirts"}),
            DemoJob("Flyer codes, second edition", Fate.CANCELLED, 20_000, ONCE, "The flyer was not printed again"),
        ),
    ),
    DemoPromotion(
        slug="loyalty",
        starts=-200,
        days=360,
        fields={
            "name": "Loyalty 10 %",
            "description": "10 % off every item for members of the loyalty programme.",
            "enabled": True,
            "promotion_type": PromotionType.ITEM_PERCENT_DISCOUNT,
            "schema": {"percent": 10, "targets": "all"},
        },
        jobs=(
            DemoJob("Members", Fate.WORKED_ON, 2_000, {"consume_unit": ConsumeUnit.PER_ITEM, "code_length": 12}),
            DemoJob("Everyone on the mailing list", Fate.WORKED_ON, None, ONCE),
        ),
    ),
    DemoPromotion(
        slug="summer-sale",
        starts=-20,
        days=90,
        fields={
            "name": "Summer sale",
            "description": "15 % off the whole cart, up to $100, from a cart of $50 on.",
            "enabled": True,
            "promotion_type": PromotionType.PERCENT_DISCOUNT,
            "schema": {"currencies": [{"currency": "USD", "percentage": 15}]},
            "min_cart_value": [{"currency": "USD", "amount": 5_000}],
            "max_discount_value": [{"currency": "USD", "amount": 10_000}],
        },
        jobs=(
            DemoJob("Newsletter, June", Fate.WORKED_ON, 5_000, ONCE | {"code_prefix": "summer"}),
            # Large enough to be seen at work.
            DemoJob("Letters to customers", Fate.LEFT_TO_A_WORKER, 900_000, ONCE | {"code_prefix": "summer"}),
        ),
    ),
    DemoPromotion(
        slug="free-mug",
        starts=-5,
        days=120,
        fields={
            "name": "Free mug with two coffees",
            "description": "Who buys two bags of coffee gets the enamel mug as a gift.",
            "enabled": True,
            "promotion_type": PromotionType.BUNDLE_GIFT,
            "schema": {
                "requirements": [{"targets": ["COFFEE-ESPRESSO", "COFFEE-FILTER"], "quantity": 2}],
                "gifts": ["MUG-ENAMEL"],
                "auto_add_free_gift": True,
            },
        },
        jobs=(DemoJob("Cards in the shops", Fate.LEFT_TO_A_WORKER, 50_000, {"code_prefix": "mug"}),),
    ),
    DemoPromotion(
        slug="black-friday-gift",
        starts=60,
        days=4,
        fields={
            "name": "Black Friday gift",
            "description": "$20 off a cart of $100 or more, for the four days from Black Friday on.",
            "enabled": True,
            "promotion_type": PromotionType.FIXED_DISCOUNT,
            "schema": {"currencies": [{"currency": "USD", "amount": 2_000}]},
            "min_cart_value": [{"currency": "USD", "amount": 10_000}],
        },
        jobs=(DemoJob("Early birds", Fate.CANCELLED, 10_000, ONCE, "Created before the budget was approved"),),
    ),
)
