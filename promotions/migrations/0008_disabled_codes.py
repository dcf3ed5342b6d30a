from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("promotions", "0007_usage_search"),
    ]

    operations = [
        # Nullable and without a default, so that neither database rewrites the table.
        migrations.AddField(
            model_name="promotioncode",
            name="disabled_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
