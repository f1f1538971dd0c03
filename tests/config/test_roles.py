import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from config.navigation import SECTIONS, sidebar

pytestmark = pytest.mark.django_db


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("role", "first_screen"),
    [
        ("Support", "admin:crm_customer_find"),
        ("Marketing", "admin:chains_chain_changelist"),
        ("Managers", "admin:analytics_dashboard"),
    ],
)
def test_each_role_lands_on_its_first_screen(client, role, first_screen):
    sign_in(client, role)

    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[0][0] == reverse(first_screen)
    assert response.status_code == 200


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
