import io

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from openpyxl import load_workbook

from crm.figures import scores
from segments.models import Segment
from segments.overlap import compare
from segments.refresh import refresh
from segments.rfm_grid import grid, rule_of
from tests.conftest import make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

BUYERS = condition("orders_count", "at_least", 1)


@pytest.fixture
def staff(client):
    def log_in(*permissions):
        user = User.objects.create_user("staff", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def buyers(now):
    """Five customers who ordered one to five times, on the same days."""
    for number in range(1, 6):
        customer = make_customer(first_name=f"Buyer {number}")
        for _ in range(number):
            make_order(customer=customer, placed_at=now, total=100)
    make_customer(first_name="Visitor")
    scores.score_all(now)


def test_the_grid_counts_every_buyer_once(buyers):
    cells = [cell for row in grid() for cell in row]

    assert len(cells) == 25
    assert sum(cell.customers for cell in cells) == 5
    assert sum(cell.revenue for cell in cells) == 1500
    assert sum(cell.share for cell in cells) == pytest.approx(1)


def test_a_cell_of_the_grid_becomes_a_segment_with_those_in_it(buyers, staff, now):
    marketer = staff("view_segment", "add_segment")
    cell = max((cell for row in grid() for cell in row), key=lambda cell: cell.revenue)
    address = f"{reverse('admin:segments_segment_add')}?recency={cell.recency}&frequency={cell.frequency}"

    page = marketer.get(reverse("admin:segments_segment_grid")).content.decode()
    form = marketer.get(address).context["adminform"].form

    assert address.replace("&", "&amp;") in page
    assert form.initial["rule"] == rule_of(cell.recency, cell.frequency)
    segment = make_segment(rule=form.initial["rule"])
    assert refresh(segment, now).entered == cell.customers


def test_an_empty_shop_has_an_empty_grid(staff):
    page = staff("view_segment").get(reverse("admin:segments_segment_grid"))

    assert page.status_code == 200
    assert sum(cell.customers for row in grid() for cell in row) == 0


def test_two_segments_are_compared_by_who_is_in_both(buyers, staff, now):
    often = make_segment(condition("orders_count", "at_least", 3), name="Often")
    few = make_segment(condition("orders_count", "at_most", 3), name="Few")
    for segment in (often, few):
        refresh(segment, now)

    found = compare(often, few)
    page = staff("view_segment").get(reverse("admin:segments_segment_compare"), {"first": often.pk, "second": few.pk})

    assert (found.first.customers, found.second.customers, found.both.customers) == (3, 4, 1)
    assert (found.only_first.orders, found.only_first.revenue) == (9, 900)
    assert (found.only_second.customers, found.only_second.repeat_buyers) == (3, 1)
    assert found.both.revenue_each == 300
    assert "only in “Few”" in page.content.decode()


def test_members_are_taken_out_as_files_that_no_spreadsheet_runs(buyers, staff, now):
    make_order(customer=make_customer(first_name="=HYPERLINK(1)"), placed_at=now)
    segment = make_segment(BUYERS, name="Buyers")
    refresh(segment, now)
    manager = staff("view_segment", "add_customer", "change_customer")

    text = manager.get(reverse("admin:segments_segment_file", args=[segment.pk, "csv"]))
    sheet = manager.get(reverse("admin:segments_segment_file", args=[segment.pk, "xlsx"]))

    told = text.getvalue().decode()
    lines = told.splitlines()
    assert len(lines) == 1 + 6
    assert any(",'=HYPERLINK(1)," in line for line in lines)
    assert "Visitor" not in told
    assert text["Content-Disposition"] == 'attachment; filename="buyers.csv"'
    assert load_workbook(io.BytesIO(sheet.getvalue())).active.max_row == 7


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_files_are_for_those_who_may_export_customers(staff, now, extension):
    segment = make_segment(BUYERS)
    marketer = staff("change_segment", "view_segment", "view_customer", "change_customer")
    address = reverse("admin:segments_segment_file", args=[segment.pk, extension])

    assert marketer.get(address).status_code == 403
    assert marketer.get(reverse("admin:crm_customer_export")).status_code == 403
    assert address not in marketer.get(reverse("admin:segments_segment_change", args=[segment.pk])).text


def test_pages_take_a_constant_number_of_queries(buyers, staff, now, django_assert_max_num_queries):
    first, second = Segment.objects.all()[:2]
    client = staff("view_segment")

    with django_assert_max_num_queries(8):
        client.get(reverse("admin:segments_segment_grid"))
    with django_assert_max_num_queries(16):
        client.get(reverse("admin:segments_segment_compare"), {"first": first.pk, "second": second.pk})


def test_a_segment_leads_to_writing_to_it_once(buyers, admin_client):
    segment = make_segment(BUYERS, name="Buyers")

    page = admin_client.get(reverse("admin:segments_segment_change", args=[segment.pk])).content.decode()

    assert f'href="{reverse("admin:chains_one_off")}?segment={segment.pk}"' in page
