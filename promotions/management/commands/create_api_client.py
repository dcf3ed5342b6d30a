"""`manage.py create_api_client`: lets another system of the shop call the API."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import IntegrityError, transaction
from oauth2_provider.generators import generate_client_secret

from promotions.management.console import ConsoleCommand, Error
from promotions.models import ApiClient


class Command(ConsoleCommand):
    help = (
        "Makes a client of the API and prints the id and the secret with which it gets its tokens. The secret is "
        "stored as a hash only, so this is the one time it can be seen."
    )
    examples = (
        ("'Web shop'", "let the shop read and write"),
        ("Reports --read-only --json", "let another system look at everything, and print its secret as JSON"),
    )
    exits = {0: "made", 1: "the name is empty or taken"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="What the client is called; shown wherever it did something.")
        parser.add_argument("--read-only", action="store_true", help="It may look at everything and change nothing.")
        super().add_arguments(parser)

    def handle(self, *, name: str, read_only: bool, json: bool, **options: Any) -> None:
        access = ApiClient.Access.READ if read_only else ApiClient.Access.READ_WRITE
        secret = generate_client_secret()
        client = create(name.strip(), access, secret)
        if json:
            self.print_json(
                {"client_id": client.client_id, "client_secret": secret, "name": client.name, "access": client.access}
            )
            return
        self.print_line("client_id      ", (client.client_id, "bold"))
        self.print_line("client_secret  ", (secret, "bold"))
        self.stderr.write("Keep the secret now: it is not shown again.", style_func=str)


def create(name: str, access: str, secret: str) -> ApiClient:
    """Make the client. Saving replaces the secret in it by its hash."""
    if not name:
        raise Error("The name must not be empty.")
    client = ApiClient(
        name=name,
        access=access,
        client_secret=secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
    )
    client.clean_fields()
    try:
        with transaction.atomic():
            client.save()
    except IntegrityError as error:
        raise Error(f"There is an API client named {name} already.") from error
    return client
