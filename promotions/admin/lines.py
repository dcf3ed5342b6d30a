"""Form fields in which staff write money, percentages, products and bundles as people do: one thing on a line.

Each reads its lines into the JSON of a promotion (contract, section 4) and writes them back. A field knows how its
lines look and nothing of a promotion's rules; what a line means is checked by the promotion itself.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

# ISO 4217: how many decimals a currency has, where it is not two.
DECIMALS = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)

NUMBER = r"\d{1,20}(?:[.,]\d{1,6})?"
REQUIREMENT = re.compile(r"(?P<quantity>\d{1,9})\s*[x\u00d7]\s+(?P<targets>.+)", re.IGNORECASE)


def written(text: str) -> str:
    """A number such as `12.50` with the decimal separator of the language that holds. Both are read in any."""
    return text.replace(".", get_format("DECIMAL_SEPARATOR"))


def json_number(number: Decimal) -> int | float:
    """The number as JSON has it: whole ones without a point."""
    return int(number) if number == number.to_integral_value() else float(number)


class LinesField(forms.Field):
    """A list, one item on a line; this one is of texts."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})
    not_a_line = _("This cannot be read.")

    def read(self, line: str) -> Any:
        """The item that a line is. Raises ValueError when it is none, with a text for the user if it has one."""
        return line

    def write(self, item: Any) -> str:
        """The line that an item is."""
        return str(item)

    def to_python(self, value: Any) -> list[Any]:
        lines = [line.strip() for line in (value or "").splitlines()]
        items, errors = [], []
        for number, line in enumerate(lines, start=1):
            try:
                items += [self.read(line)] if line else []
            except ValueError as error:
                why = str(error) or self.not_a_line
                errors.append(ValidationError(_("Line %(number)s: %(why)s") % {"number": number, "why": why}))
        if errors:
            raise ValidationError(errors)
        return items

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.write(item) for item in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True

    def can_show(self, value: Any) -> bool:
        """Whether the value comes back as it is, were it shown and sent again."""
        try:
            return self.to_python(self.prepare_value(value)) == value
        except (ValidationError, KeyError, TypeError):
            return False


def currency_and_number(line: str, unit: str = "") -> tuple[str, Decimal]:
    """What a line such as `10.00 USD` or `USD 10` says; `unit` may stand behind its number. Raises ValueError."""
    match = re.fullmatch(rf"([A-Za-z]{{3}})?\s*({NUMBER})\s*{unit}\s*([A-Za-z]{{3}})?", line)
    if not match or bool(match[1]) == bool(match[3]):
        raise ValueError
    return (match[1] or match[3]).upper(), Decimal(match[2].replace(",", "."))


class MoneyField(LinesField):
    """Amounts in several currencies, which the wire counts in the smallest unit of each."""

    not_a_line = _("This is no amount with its currency, such as 10.00 USD.")

    def read(self, line: str) -> dict[str, Any]:
        currency, number = currency_and_number(line)
        amount = number.scaleb(DECIMALS.get(currency, 2))
        if amount != amount.to_integral_value():
            text = _("%(currency)s has at most %(decimals)s decimals.")
            raise ValueError(text % {"currency": currency, "decimals": DECIMALS.get(currency, 2)})
        return {"currency": currency, "amount": int(amount)}

    def write(self, item: Any) -> str:
        decimals = DECIMALS.get(item["currency"], 2)
        amount = written(f"{Decimal(item['amount']).scaleb(-decimals):.{decimals}f}")
        return f"{amount} {item['currency']}"


class PercentagesField(LinesField):
    """Percentages that differ by currency."""

    not_a_line = _("This is no percentage with its currency, such as 15 % USD.")

    def read(self, line: str) -> dict[str, Any]:
        currency, number = currency_and_number(line, "%?")
        return {"currency": currency, "percentage": json_number(number)}

    def write(self, item: Any) -> str:
        percentage = written(f"{Decimal(str(item['percentage'])):f}")
        return f"{percentage} % {item['currency']}"


class RequirementsField(LinesField):
    """What a bundle is made of: how many of which products."""

    not_a_line = _("This is no number of products, such as 2 x SKU-A, SKU-B.")

    def read(self, line: str) -> dict[str, Any]:
        match = REQUIREMENT.fullmatch(line)
        if not match:
            raise ValueError
        targets = [target.strip() for target in match["targets"].split(",")]
        return {"targets": [target for target in targets if target], "quantity": int(match["quantity"])}

    def write(self, item: Any) -> str:
        return f"{item['quantity']} x {', '.join(item['targets'])}"


class PercentField(forms.Field):
    """One percentage, such as `12.5` or `12,5 %`."""

    widget = UnfoldAdminTextInputWidget

    def to_python(self, value: Any) -> int | float | None:
        text = str(value or "").replace("%", "").strip()
        if not text:
            return None
        if not re.fullmatch(NUMBER, text):
            raise ValidationError(_("This is no percentage, such as 12.5."))
        return json_number(Decimal(text.replace(",", ".")))

    def prepare_value(self, value: Any) -> Any:
        return written(f"{Decimal(str(value)):f}") if isinstance(value, int | float) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
