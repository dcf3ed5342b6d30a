"""Showing in a form what the rules have refused."""

from django import forms

from promotions.errors import Refused


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Put what was refused beside the field that it is about, or above the form when it is about none of them."""
    field = refused.faults[0].source.rpartition(".")[2]
    form.add_error(field if field in form.fields else None, str(refused))
