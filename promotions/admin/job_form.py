"""The form that starts a job that generates codes, for a promotion that is chosen in it or known before."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from promotions.admin.display import number
from promotions.admin.refusals import add_refusal
from promotions.codes import text
from promotions.errors import Refused
from promotions.jobs.create import codes_left, create_job
from promotions.models import ConsumeUnit, Job, JobType, Promotion
from promotions.models.job import CODE_LENGTH_DEFAULT, CODE_LENGTH_MAX, CODE_LENGTH_MIN

PARAMETERS = ("number_of_codes", "max_uses_per_code", "consume_unit", "code_length", "code_prefix")
NUMBER_TO_BEGIN_WITH = 1000
# Matches nothing: there is nothing to cut off.
NO_DECIMALS = re.compile(r"(?!)")


class NewJobForm(forms.ModelForm):
    """Starts a job that generates codes.

    The job is created while the form is validated, so that whatever refuses it stands beside the field it is
    about. The transaction around it keeps that safe: the job is delivered when it commits.
    """

    started_by = ""

    class Meta:
        model = Job
        fields = ("promotion", "name", *PARAMETERS)
        help_texts = {
            "name": _("Optional. What the codes are for, such as the letter that they are printed in."),
            "consume_unit": _("What one use of a code is. Empty means per cart."),
            "code_length": format_lazy(
                _("{least} to {most} characters. Empty means {default}."),
                least=CODE_LENGTH_MIN,
                most=CODE_LENGTH_MAX,
                default=CODE_LENGTH_DEFAULT,
            ),
            "code_prefix": _("Stands before each code, joined by a dash."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if codes := self.fields.get("number_of_codes"):
            # In German 1.000 is a thousand, and Django would take it for one: it is refused.
            codes.re_decimal = NO_DECIMALS  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Says before what would make the job fail later."""
        super().clean()
        number = self.cleaned_data.get("number_of_codes") or 0
        promotion = self._promotion()
        if promotion and codes_left(promotion) < number <= settings.PROMOTIONS_MAX_CODES:
            self.add_error("number_of_codes", room_in_words(promotion))

    def _promotion(self) -> Promotion | None:
        """The promotion that the job is for, as far as it is known."""
        return self.cleaned_data.get("promotion")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._start()

    def _start(self) -> None:
        given = {**self.cleaned_data, "promotion": self._promotion()}
        try:
            self.instance = create_job(job_type=JobType.CODE_GENERATE, by=self.started_by, **given)
        except ValidationError as error:
            self.add_error(None, error)
        except Refused as refused:
            add_refusal(self, refused)


class GenerateForm(NewJobForm):
    """The same for the `promotion` on whose page it stands, filled in as most people want it."""

    class Meta(NewJobForm.Meta):
        fields = ("name", *PARAMETERS)  # type: ignore[assignment]

    def __init__(self, *args: Any, promotion: Promotion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promotion = promotion
        self.fields["number_of_codes"].help_text = room_in_words(promotion)
        self.fields["number_of_codes"].required = True
        usual = {
            "number_of_codes": min(NUMBER_TO_BEGIN_WITH, codes_left(promotion)) or None,
            "max_uses_per_code": 1,
            "consume_unit": ConsumeUnit.PER_CART,
            "code_length": CODE_LENGTH_DEFAULT,
        }
        self.initial = {**usual, **self.initial}

    def _promotion(self) -> Promotion | None:
        return self.promotion


def room_in_words(promotion: Promotion) -> str:
    """How many more codes fit into the promotion."""
    left, limit = codes_left(promotion), settings.PROMOTIONS_MAX_CODES
    sentence = ngettext(
        "%(left)s more code fits into this promotion: it has %(has)s of at most %(limit)s.",
        "%(left)s more codes fit into this promotion: it has %(has)s of at most %(limit)s.",
        left,
    )
    return sentence % {"left": number(left), "has": number(promotion.code_count), "limit": number(limit)}


def example(code_length: str, code_prefix: str) -> dict[str, Any]:
    """What a code of this length and prefix, as they were written, may look like, and how many a job can make of
    them; or, as `error`, why there can be none."""
    job = Job(code_length=code_length or None, code_prefix=code_prefix or None)
    others = {field.name for field in Job._meta.fields} - {"code_length", "code_prefix"}
    try:
        job.clean_fields(exclude=others)
    except ValidationError as error:
        return {"error": " ".join(error.messages)}
    length = job.code_length or CODE_LENGTH_DEFAULT
    [code] = text.draw(1, length, job.code_prefix or "")
    return {"code": code, "length": length, "most": number(text.most_codes(length))}
