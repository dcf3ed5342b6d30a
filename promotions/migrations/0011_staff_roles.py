from django.db import migrations

VIEWER = [
    "view_promotion",
    "view_historicalpromotion",
    "view_promotioncode",
    "view_job",
    "view_usage",
]
EDITOR = [
    *VIEWER,
    "add_promotion",
    "change_promotion",
    "add_promotioncode",
    "change_promotioncode",
    "add_job",
]
JOB_OPERATOR = [
    *VIEWER,
    "add_job",
    "cancel_job",
]
ROLES = {"Viewer": VIEWER, "Editor": EDITOR, "Job operator": JOB_OPERATOR}


def add_roles(apps, schema_editor):
    """The groups of staff, with their permissions. What a shop has added to a group of this name stays."""
    Group = apps.get_model("auth", "Group")
    for name, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*(permission(apps, codename) for codename in codenames))


def permission(apps, codename):
    """The permission, which on a new database Django itself would add only after the last migration."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    action, model = codename.split("_")
    content_type, _ = ContentType.objects.get_or_create(app_label="promotions", model=model)
    name = f"Can {action} {apps.get_model('promotions', model)._meta.verbose_name}"
    return Permission.objects.get_or_create(codename=codename, content_type=content_type, defaults={"name": name})[0]


class Migration(migrations.Migration):

    dependencies = [
        ("promotions", "0010_webhooks"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        # Backwards they stay: somebody may be in them.
        migrations.RunPython(add_roles, migrations.RunPython.noop),
    ]
