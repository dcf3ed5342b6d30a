"""Keys of rows, as they come back in forms and addresses."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect

# A number that is a key in every database.
KEY = re.compile(r"[0-9]{1,18}")


class KeySelect(AutocompleteSelect):
    """Django's, which looks up what was sent before anything has checked it, and fails on what is no key."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [one for one in value if KEY.fullmatch(one)], attr)
