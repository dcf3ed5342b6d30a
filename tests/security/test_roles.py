"""What each role of staff may do, at every door of the admin."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from promotions.models import Job, Promotion
from promotions.states import Status
from tests.docs.test_docs import read
from tests.factories import JobFactory, PromotionCodeFactory, PromotionFactory, UserFactory

ADMIN = "/admin/promotions"
SEES = {"view_promotion", "view_historicalpromotion", "view_promotioncode", "view_job", "view_usage"}
ROLES = {
    "Viewer": SEES,
    "Editor": SEES | {"add_promotion", "change_promotion", "add_promotioncode", "change_promotioncode", "add_job"},
    "Job operator": SEES | {"add_job", "cancel_job"},
}
NEW_PROMOTION = {
    "name": "Summer",
    "description": "d",
    "start_0": "2026-06-01",
    "start_1": "00:00:00",
    "end_0": "2026-08-31",
    "end_1": "00:00:00",
    "max_applications_per_cart": "0",
    "currencies": "10.00 USD",
}


@pytest.fixture
def add_roles(db):
    """Adds the groups as migrating does."""
    [migration] = [
        migration
        for (app, name), migration in MigrationLoader(connection).disk_migrations.items()
        if app == "promotions" and name.endswith("_staff_roles")
    ]
    return lambda: migration.operations[0].code(apps, None)


@pytest.fixture
def client_in(add_roles):
    """A client of a member of staff in this group; of none, and of no staff."""
    add_roles()

    def client_of(role):
        client = Client()
        if role != "nobody":
            user = UserFactory(username="ann", is_staff=role != "no staff")
            if role in ROLES:
                user.groups.add(Group.objects.get(name=role))
            client.force_login(user)
        return client

    return client_of


class World:
    """A promotion with a code and a pending job."""

    def __init__(self):
        self.promotion = PromotionFactory()
        self.code = PromotionCodeFactory(promotion=self.promotion)
        self.job = JobFactory(promotion=self.promotion, status=Status.PENDING)
        self.free = PromotionFactory()


# Doors: each tries to get something done, and says whether it was.


def opens(path):
    return lambda client, world: client.get(path.format(world=world)).status_code == 200


def adds_a_promotion(client, world):
    client.post(f"{ADMIN}/promotion/add/?promotion_type=fixed_discount", NEW_PROMOTION)
    return Promotion.objects.filter(name="Summer").exists()


def changes_a_promotion(client, world):
    client.post(f"{ADMIN}/promotion/{world.promotion.pk}/change/", NEW_PROMOTION)
    return Promotion.objects.filter(pk=world.promotion.pk, name="Summer").exists()


def deletes_a_promotion(client, world):
    client.post(f"{ADMIN}/promotion/{world.free.pk}/delete/", {"post": "yes"})
    return not Promotion.objects.present().filter(pk=world.free.pk).exists()


def deletes_promotions_by_the_action(client, world):
    fields = {"action": "delete_selected", "_selected_action": world.free.pk, "post": "yes"}
    client.post(f"{ADMIN}/promotion/", fields)
    return not Promotion.objects.present().filter(pk=world.free.pk).exists()


def starts_a_job(client, world):
    client.post(f"{ADMIN}/job/add/", {"promotion": world.free.pk, "name": "New", "number_of_codes": "5"})
    return Job.objects.filter(promotion=world.free).exists()


def cancels_by_the_action(client, world):
    client.post(f"{ADMIN}/job/", {"action": "cancel_selected", "_selected_action": world.job.pk, "post": "yes"})
    return is_cancelled(world)


def cancels_by_the_page(client, world):
    client.post(f"{ADMIN}/job/{world.job.pk}/cancel/", {"post": "yes"})
    return is_cancelled(world)


def is_cancelled(world):
    return Job.objects.filter(pk=world.job.pk, status=Status.CANCELLED).exists()


def deletes_a_job(client, world):
    client.post(f"{ADMIN}/job/{world.job.pk}/delete/", {"post": "yes"})
    return not Job.objects.filter(pk=world.job.pk).exists()


def changes_a_job(client, world):
    client.post(f"{ADMIN}/job/{world.job.pk}/change/", {"name": "Other", "status": "completed"})
    return not Job.objects.filter(pk=world.job.pk, name=world.job.name, status=Status.PENDING).exists()


def becomes_a_superuser(client, world):
    user = UserFactory._meta.model.objects.filter(username="ann").first()
    if user:
        client.post(f"/admin/auth/user/{user.pk}/change/", {"username": "ann", "is_superuser": "on"})
        user.refresh_from_db()
    return bool(user and user.is_superuser)


WHO = [*ROLES, "no group", "no staff", "nobody"]
YES, NO = True, False
JOB, PROMOTION, CODE = (f"{ADMIN}/{model}/" for model in ("job", "promotion", "promotioncode"))
DOORS = {
    #                                 Viewer, Editor, Job operator, no group, no staff, nobody
    "see the index":                 (opens("/admin/"), YES, YES, YES, YES, NO, NO),
    "see promotions":                (opens(PROMOTION), YES, YES, YES, NO, NO, NO),
    "see a promotion":               (opens(PROMOTION + "{world.promotion.pk}/change/"), YES, YES, YES, NO, NO, NO),
    "see the log of a promotion":    (opens(PROMOTION + "{world.promotion.pk}/history/"), YES, YES, YES, NO, NO, NO),
    "open the form of a promotion":  (opens(PROMOTION + "add/"), NO, YES, NO, NO, NO, NO),
    "add a promotion":               (adds_a_promotion, NO, YES, NO, NO, NO, NO),
    "change a promotion":            (changes_a_promotion, NO, YES, NO, NO, NO, NO),
    "be asked to delete one":        (opens(PROMOTION + "{world.free.pk}/delete/"), NO, NO, NO, NO, NO, NO),
    "delete a promotion":            (deletes_a_promotion, NO, NO, NO, NO, NO, NO),
    "delete it by the action":       (deletes_promotions_by_the_action, NO, NO, NO, NO, NO, NO),
    "see codes":                     (opens(CODE), YES, YES, YES, NO, NO, NO),
    "see a code":                    (opens(CODE + "{world.code.pk}/change/"), YES, YES, YES, NO, NO, NO),
    "be asked to delete a code":     (opens(CODE + "{world.code.pk}/delete/"), NO, NO, NO, NO, NO, NO),
    "see jobs":                      (opens(JOB), YES, YES, YES, NO, NO, NO),
    "see a job":                     (opens(JOB + "{world.job.pk}/change/"), YES, YES, YES, NO, NO, NO),
    "open the form of a job":        (opens(JOB + "add/"), NO, YES, YES, NO, NO, NO),
    "start a job":                   (starts_a_job, NO, YES, YES, NO, NO, NO),
    "be asked to cancel a job":      (opens(JOB + "{world.job.pk}/cancel/"), NO, NO, YES, NO, NO, NO),
    "cancel a job by its page":      (cancels_by_the_page, NO, NO, YES, NO, NO, NO),
    "cancel a job by the action":    (cancels_by_the_action, NO, NO, YES, NO, NO, NO),
    "change a job":                  (changes_a_job, NO, NO, NO, NO, NO, NO),
    "be asked to delete a job":      (opens(JOB + "{world.job.pk}/delete/"), NO, NO, NO, NO, NO, NO),
    "delete a job":                  (deletes_a_job, NO, NO, NO, NO, NO, NO),
    "see API clients":               (opens(ADMIN + "/apiclient/"), NO, NO, NO, NO, NO, NO),
    "see staff":                     (opens("/admin/auth/user/"), NO, NO, NO, NO, NO, NO),
    "see groups":                    (opens("/admin/auth/group/"), NO, NO, NO, NO, NO, NO),
    "become a superuser":            (becomes_a_superuser, NO, NO, NO, NO, NO, NO),
}  # fmt: skip
CASES = [
    pytest.param(door, role, answer, id=f"{role}: {name}")
    for name, (door, *answers) in DOORS.items()
    for role, answer in zip(WHO, answers, strict=True)
]


@pytest.mark.parametrize(("door", "role", "answer"), CASES)
def test_a_door_is_open_to_those_who_may_and_to_no_others(client_in, door, role, answer):
    assert door(client_in(role), World()) is answer


def permissions_of(role):
    names = Permission.objects.filter(group__name=role, content_type__app_label="promotions")
    return set(names.values_list("codename", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_permissions_and_no_others(add_roles, role):
    add_roles()
    assert permissions_of(role) == ROLES[role]
    assert Group.objects.get(name=role).permissions.count() == len(ROLES[role])


def test_the_permissions_are_those_that_the_models_have(add_roles):
    add_roles()
    call_command("migrate", verbosity=0)
    assert Permission.objects.filter(content_type__app_label="promotions", codename="view_job").count() == 1
    for codename in set().union(*ROLES.values()):
        permission = Permission.objects.get(content_type__app_label="promotions", codename=codename)
        assert permission.content_type.model_class() is not None


def test_adding_the_roles_again_takes_away_nothing_that_a_shop_has_added(add_roles):
    mine, _ = Group.objects.get_or_create(name="Viewer")
    mine.permissions.add(Permission.objects.get(codename="delete_promotion"))
    ann = UserFactory(username="ann")
    ann.groups.add(mine)
    for _ in range(2):
        add_roles()
    assert permissions_of("Viewer") == SEES | {"delete_promotion"}
    assert list(ann.groups.all()) == [mine]
    assert Group.objects.filter(name__in=ROLES).count() == 3


def test_who_may_manage_groups_finds_the_roles_there(add_roles, admin_client):
    add_roles()
    page = admin_client.get("/admin/auth/group/").content.decode()
    assert all(role in page for role in ROLES)


def test_the_docs_have_the_same_roles():
    rows = re.findall(r"^\| \*\*([A-Z][a-z ]+)\*\* \| (.+) \|$", read("docs/security.md"), re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", cells)) for name, cells in rows} == ROLES
