"""The OpenAPI description of the API, as `/schema/` gives it.

Bodies of requests are described by their serializers (`extensions`), bodies of answers by hand (`answers`), because
answers are written by hand; `parameters` and `operations` have what many operations share. The other modules describe
one operation each time, as decorators of the views.
"""
