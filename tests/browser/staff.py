"""Who uses the browser."""

from tests.factories import UserFactory

PASSWORD = "correct horse"


def new_ann(permissions=(), **values):
    """ann, a member of staff who has a password."""
    ann = UserFactory(username="ann", permissions=permissions, **values)
    ann.set_password(PASSWORD)
    ann.save()
    return ann
