import pytest
from playwright.sync_api import expect

from promotions.models import Promotion

pytestmark = pytest.mark.django_db(transaction=True)


def test_staff_choose_a_type_and_write_what_it_needs(open_as_ann):
    page = open_as_ann("/admin/promotions/promotion/add/", "view_promotion", "add_promotion")
    page.get_by_role("link", name="X for Y").click()
    expect(page.get_by_label("Discount")).to_have_count(0)
    page.get_by_label("Name").fill("Three for two")
    page.get_by_label("Description").fill("Three shirts for the price of two")
    for field, value in {"start_0": "2026-06-01", "start_1": "00:00", "end_0": "2026-08-31", "end_1": "23:59"}.items():
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=x]").fill("2")
    page.locator("[name=y]").fill("2")
    page.get_by_label("Products", exact=True).fill("SHIRT-WHITE\nSHIRT-BLACK")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Must be less than 2")).to_be_visible()

    page.locator("[name=x]").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Promotion.objects.get().schema == {"x": 3, "y": 2, "targets": ["SHIRT-WHITE", "SHIRT-BLACK"]}
