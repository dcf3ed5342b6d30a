from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("promotions", "0006_audit_entry"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["promotion", "used_on", "id"], name="usage_by_promotion"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["used_on", "id"], name="usage_by_time"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["code", "used_on", "id"], name="usage_of_code"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["order_id", "used_on", "id"], name="usage_of_order"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["customer_id", "used_on", "id"], name="usage_of_customer"),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["customer_email", "used_on", "id"], name="usage_of_email"),
        ),
    ]
