import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from config.navigation import SECTIONS, sidebar
from crm.models import Event
from tests.conftest import make_order

pytestmark = pytest.mark.django_db


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ["Support", "Marketing", "Managers"])
def test_every_entry_a_role_sees_opens(client, rf, role):
    user = sign_in(client, role)
    request = rf.get("/admin/")
    request.user = user

    links = [item["link"] for section in sidebar(request) for item in section["items"]]

    assert links
    assert {link: client.get(link, follow=True).status_code for link in links} == dict.fromkeys(links, 200)


def test_every_entry_of_the_navigation_leads_somewhere():
    assert all(reverse(item.view) for _title, items in SECTIONS for item in items)


def test_only_the_deepest_entry_is_marked(client, rf):
    request = rf.get(reverse("admin:crm_customer_find"))
    request.user = User.objects.create_superuser("root")

    marked = [item["link"] for section in sidebar(request) for item in section["items"] if item["active"]]

    assert marked == [reverse("admin:crm_customer_find")]


@pytest.mark.parametrize(
    "page", ["admin:chains_chain_changelist", "admin:segments_segment_changelist", "admin:crm_shop_changelist"]
)
def test_a_marketers_page_tells_a_support_agent_why_it_stays_closed(client, page):
    sign_in(client, "Support")

    response = client.get(reverse(page), follow=True)

    assert response.status_code == 403
    assert "This page is not part of your role" in response.text
    assert "Support" in response.text


def test_a_support_agent_changes_nothing_of_a_marketers(client):
    sign_in(client, "Support")

    response = client.post(reverse("admin:segments_segment_add"), {"name": "Mine"})

    assert response.status_code == 403


def test_a_stranger_is_asked_to_sign_in(client):
    response = client.get(reverse("admin:crm_customer_find"))

    assert response.status_code == 302
    assert "/login/" in response.headers["Location"]


def test_somebody_without_a_role_is_told_so(client):
    client.force_login(User.objects.create_user("new", is_staff=True))

    assert client.get("/admin/").status_code == 200
    assert "nobody has given you a role yet" in client.get(reverse("admin:crm_customer_find")).text


# Who may do what: True where the page opens, False where it stays closed.
MATRIX = [
    ("crm_customer_new", "", {"Support": True, "Managers": True, "Marketing": False}),
    ("crm_customer_order", "customer", {"Support": True, "Managers": True, "Marketing": False}),
    ("crm_customer_products", "", {"Support": True, "Managers": True, "Marketing": False}),
    ("crm_customer_consent", "customer", {"Support": True, "Managers": True, "Marketing": False}),
    ("crm_order_return", "order", {"Support": True, "Managers": True, "Marketing": False}),
    ("crm_order_correct", "order", {"Support": True, "Managers": True, "Marketing": False}),
    ("chains_signupform_add", "", {"Support": False, "Managers": True, "Marketing": True}),
    ("chains_signupform_changelist", "", {"Support": False, "Managers": True, "Marketing": True}),
]


@pytest.mark.parametrize("role", ["Support", "Marketing", "Managers"])
def test_what_each_role_may_do_by_hand(client, shop, role):
    order = make_order()
    subjects = {"": [], "customer": [order.customer_id], "order": [order.pk]}
    sign_in(client, role)

    opened = {
        page: client.get(reverse(f"admin:{page}", args=subjects[about])).status_code for page, about, _may in MATRIX
    }

    assert opened == {page: 200 if may[role] else 403 for page, _about, may in MATRIX}


@pytest.mark.parametrize(("role", "may"), [("Support", True), ("Managers", True), ("Marketing", False)])
@pytest.mark.parametrize(
    ("verb", "typed", "refusal"),
    [
        ("pay", {}, False),
        ("milestone", {"name": "Frame up"}, False),
        ("mistake", {"moment": "cancelled_at"}, False),
        ("not-returned", {"key": "none"}, True),
        ("not-reached", {"name": "none"}, True),
    ],
)
def test_who_presses_the_buttons_of_an_order(client, shop, role, may, verb, typed, refusal):
    order = make_order()
    before = Event.objects.count()
    sign_in(client, role)

    answer = client.post(reverse("admin:crm_order_do", args=[order.pk, verb]), typed)

    assert answer.status_code == (302 if may else 403)
    is_told = may and not refusal and verb != "mistake"
    assert Event.objects.count() == before + is_told
