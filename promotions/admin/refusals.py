"""Showing what the rules, or the database, have refused."""

from django import forms
from django.utils.translation import gettext_lazy as _

from promotions.errors import Refused

# Someone holds the row or the database for longer than we wait.
BUSY = _("The database was busy, try again")


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Put what was refused beside the field that it is about, or above the form when it is about none of them."""
    field = refused.faults[0].source.rpartition(".")[2]
    form.add_error(field if field in form.fields else None, str(refused))
