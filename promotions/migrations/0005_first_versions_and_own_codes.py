import uuid

from django.db import migrations
from django.utils import timezone


def add_first_versions(apps, schema_editor):
    """The promotions that are there begin their history with what they are now."""
    Promotion = apps.get_model("promotions", "Promotion")
    Version = apps.get_model("promotions", "HistoricalPromotion")
    fields = [field.name for field in Promotion._meta.fields if field.name != "code_count"]
    for values in Promotion.objects.order_by("id").values(*fields).iterator():
        Version.objects.create(**values, history_date=timezone.now(), history_type="+")


def add_own_codes(apps, schema_editor):
    """The automatic promotions that are there get the code that a new one makes for itself."""
    Promotion = apps.get_model("promotions", "Promotion")
    Code = apps.get_model("promotions", "PromotionCode")
    for promotion in Promotion.objects.filter(automatic=True, code_count=0):
        Code.objects.create(promotion=promotion, code=f"auto_{uuid.uuid4()}", created_by=promotion.updated_by)
        Promotion.objects.filter(pk=promotion.pk, code_count=0).update(code_count=1)


class Migration(migrations.Migration):

    dependencies = [
        ("promotions", "0004_deletion_and_versions"),
    ]

    operations = [
        migrations.RunPython(add_first_versions, migrations.RunPython.noop),
        migrations.RunPython(add_own_codes, migrations.RunPython.noop),
    ]
