from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now


def take_running_ones_as_told(apps, schema_editor):
    """Nobody is told now of what has started long ago; when it ends, that is told. By one UPDATE of few rows."""
    promotions = apps.get_model("promotions", "Promotion").objects.using(schema_editor.connection.alias)
    running = promotions.filter(enabled=True, deleted_at=None, start__lte=Now(), end__gt=Now())
    running.update(told_running_at=Now())


class Migration(migrations.Migration):

    dependencies = [
        ("promotions", "0011_staff_roles"),
    ]

    operations = [
        # Nullable and without a default: the version before goes on without it.
        migrations.AddField(
            model_name="promotion",
            name="told_running_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="promotion",
            index=models.Index(
                condition=Q(told_running_at__isnull=False), fields=["end"], name="promotion_told"
            ),
        ),
        migrations.RunPython(take_running_ones_as_told, migrations.RunPython.noop),
    ]
