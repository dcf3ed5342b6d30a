"""What is in a database of an older version is still right after an upgrade."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate_to():
    """Brings the database to a migration of the app, and returns its models there; to the latest in the end."""

    def migrate(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("promotions", name)])
        return executor.loader.project_state([("promotions", name)]).apps

    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("promotions")[0][1]
    yield migrate
    migrate(latest)


def test_promotions_get_their_first_version_and_automatic_ones_their_code(migrate_to):
    old = migrate_to("0003_usages").get_model("promotions", "Promotion")
    fields = {
        "promotion_type": "fixed_discount",
        "schema": {"currencies": [{"currency": "USD", "amount": 1}]},
        "start": datetime(2026, 1, 1, tzinfo=UTC),
        "end": datetime(2026, 2, 1, tzinfo=UTC),
    }
    old.objects.create(name="Manual", **fields)
    old.objects.create(name="Automatic", automatic=True, **fields)
    new = migrate_to("0005_first_versions_and_own_codes")

    manual, automatic = new.get_model("promotions", "Promotion").objects.order_by("id")
    versions = new.get_model("promotions", "HistoricalPromotion").objects
    codes = new.get_model("promotions", "PromotionCode").objects
    assert [version.name for version in versions.filter(id=manual.id)] == ["Manual"]
    assert [version.schema for version in versions.filter(id=automatic.id)] == [fields["schema"]]
    assert (codes.filter(promotion=manual).count(), manual.code_count) == (0, 0)
    assert codes.get(promotion=automatic).code.startswith("auto_")
    assert automatic.code_count == 1
