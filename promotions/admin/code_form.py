"""The form in which staff add codes by hand, one on a line."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from promotions.admin.lines import LinesField
from promotions.admin.refusals import add_refusal
from promotions.codes import by_hand
from promotions.errors import DuplicateCodes, Refused
from promotions.models import ConsumeUnit, Promotion, PromotionCode

CODE, USER = (cast("CharField[str, str]", PromotionCode._meta.get_field(name)) for name in ("code", "user"))


class CodesField(LinesField):
    """Codes that people have thought of, each as it may be."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})

    def read(self, line: str) -> str:
        try:
            return CODE.clean(line, None)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > by_hand.MOST_AT_ONCE:
            raise ValidationError(_("At most %(most)s codes at once.") % {"most": by_hand.MOST_AT_ONCE})


class AddCodesForm(forms.Form):
    """Adds codes to the `promotion`, under the name of who does it, while it is validated: what refuses them stands
    beside the field that it is about."""

    codes = CodesField(label=_("Codes"), help_text=_("One on a line. Capital and small letters are different."))
    uses = forms.IntegerField(
        label=_("Uses per code"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("How often each code can be used in all. Empty means without limit."),
    )
    consume_unit = forms.ChoiceField(
        label=_("Consume unit"),
        choices=ConsumeUnit.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("What one use of a code is."),
    )
    user = forms.CharField(
        label=_("Only for the customer"),
        required=False,
        max_length=USER.max_length,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Optional: the ID of the one customer who may use the codes."),
    )

    def __init__(self, *args: Any, promotion: Promotion, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promotion = promotion
        self.by = by

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._add()

    def _add(self) -> None:
        texts = self.cleaned_data["codes"]
        try:
            by_hand.add(self.promotion, [self._code(text) for text in texts])
        except DuplicateCodes as refused:
            taken = dict.fromkeys(texts[place] for place in refused.places)
            self.add_error("codes", [f"{text}: {refused.faults[0]}" for text in taken])
        except Refused as refused:
            add_refusal(self, refused)

    def _code(self, text: str) -> PromotionCode:
        uses = self.cleaned_data["uses"]
        return PromotionCode(
            code=text,
            uses=uses,
            max_uses=uses,
            consume_unit=self.cleaned_data["consume_unit"],
            user=self.cleaned_data["user"],
            created_by=self.by,
        )
