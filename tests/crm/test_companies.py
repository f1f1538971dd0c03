from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from crm.customers.merge import merge
from crm.intake.facts import CustomerFact
from crm.intake.files.import_file import import_file
from crm.intake.recording import record_fact
from crm.models import Company, Customer, Source
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db

HOME = {"address": "Main st. 1", "postal_code": "101000", "region": "Omsk", "country": "RU"}


@pytest.fixture
def sign_in(client):
    def as_role(role):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return as_role


def test_a_source_tells_where_somebody_lives_and_works(now):
    source = Source.objects.create(kind="webhook", name="Till")

    for name, title in (("7", "Buyer"), ("8", "Head")):
        profile = HOME | {"company": " Acme   Ltd ", "job_title": title}
        record_fact(CustomerFact(external_id=name, profile=profile), source, now)

    acme = Company.objects.get()
    assert acme.name == "Acme Ltd"
    assert list(acme.people.order_by("pk").values_list("external_id", "job_title")) == [("7", "Buyer"), ("8", "Head")]
    assert Customer.objects.filter(external_id="7").values(*HOME).get() == HOME


def test_a_country_that_is_none_is_refused_in_words(now):
    source = Source.objects.create(kind="webhook", name="Till")

    with pytest.raises(ValueError, match="Two capital letters"):
        record_fact(CustomerFact(external_id="7", profile={"country": "Russia"}), source, now)


def test_a_merge_fills_the_gaps_and_an_erasure_empties_them(now):
    acme = Company.objects.create(name="Acme")
    keeper, duplicate = make_customer(), make_customer(company=acme, job_title="Buyer", **HOME)

    merge(keeper, duplicate, at=now)

    keeper.refresh_from_db()
    assert (keeper.company, keeper.address, keeper.job_title) == (acme, "Main st. 1", "Buyer")
    assert export_person(keeper)["customer"][0]["company__name"] == "Acme"
    erase(keeper, at=now)
    keeper.refresh_from_db()
    assert (keeper.company, keeper.address, keeper.country) == (None, "", "")


def test_a_file_tells_addresses(tmp_path, now):
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,address,postal_code,region,country,job_title\n7,Main st. 1,101000,Omsk,ru,Buyer\n")

    import_file("customers", path, now=now)

    assert Customer.objects.values(*HOME, "job_title").get() == HOME | {"job_title": "Buyer"}


def test_a_company_shows_its_people_and_what_they_bought(sign_in):
    acme = Company.objects.create(name="Acme")
    ann, bob = (make_customer(first_name=name, company=acme) for name in ("Ann", "Bob"))
    make_customer(first_name="Cleo")
    for customer in (ann, bob):
        make_order(customer=customer, total=Decimal(100))
    client = sign_in("Support")

    page = client.get(reverse("admin:crm_company_change", args=[acme.pk]))
    listed = client.get(reverse("admin:crm_company_changelist"))

    assert "Ann" in page.text
    assert "Bob" in page.text
    assert "Cleo" not in page.text
    company = listed.context["cl"].result_list[0]
    assert (company.counted_people, company.spent) == (2, 200)


def test_an_agent_adds_a_customer_with_address_and_company(sign_in):
    client = sign_in("Support")
    told = {"first_name": "Ann", "email": "ann@example.com", "company": "Acme", "address": "Main st. 1"}

    client.post(reverse("admin:crm_customer_new"), told)

    ann = Customer.objects.get()
    assert (ann.company.name, ann.address) == ("Acme", "Main st. 1")
    assert "Main st. 1" in client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text
