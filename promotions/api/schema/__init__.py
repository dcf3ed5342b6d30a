"""The OpenAPI description of the API, as `/schema/` gives it.

Bodies of requests are described by their serializers (`requests.py`), bodies of answers by hand (`answers.py`),
because answers are written by hand; `parameters.py` and `refusals.py` have what many operations share. The other
modules describe one operation each time, as decorators of the views.
"""
