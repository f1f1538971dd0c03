"""How staff get in, how often somebody may try, and when a session ends."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessFailureLog, AccessLog
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.log_in import attempts, two_step

pytestmark = pytest.mark.django_db
PASSWORD = "secret-of-a-test"
LOG_IN = "/admin/login/"


@pytest.fixture
def anna():
    return User.objects.create_user("anna", password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def phone(anna):
    """Shows codes as her app does, each of which is good once."""
    two_step.confirm(anna, code_of(two_step.begun(anna)))
    return TOTPDevice.objects.get(user=anna, confirmed=True)


def code_of(device, steps=0):
    return f"{totp(device.bin_key, drift=steps):06d}"


def try_password(client, password=PASSWORD, username="anna", **request):
    return client.post(f"{LOG_IN}?next=/admin/crm/customer/", {"username": username, "password": password}, **request)


def is_in(client):
    return client.get(reverse("two_step")).status_code == 200


def test_a_password_lets_staff_in_and_on_to_where_they_were_going(client, anna):
    answer = try_password(client)

    assert (answer.status_code, answer["Location"]) == (302, "/admin/crm/customer/")
    assert is_in(client)
    assert AccessLog.objects.values_list("username", "ip_address").get() == ("anna", "127.0.0.1")


def test_a_page_elsewhere_is_no_place_to_go_on_to(client, anna):
    answer = client.post(f"{LOG_IN}?next=https://evil.example/", {"username": "anna", "password": PASSWORD})

    assert answer["Location"] == "/admin/"


def test_who_is_no_staff_stays_outside(client):
    User.objects.create_user("bob", password=PASSWORD)

    assert try_password(client, username="bob").status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Try again in 15 minutes."), ("ru", "Попробуйте снова через 15 минут.")]
)
def test_after_five_wrong_passwords_staff_are_told_how_long_to_wait(client, anna, language, words):
    for _time in range(4):
        assert try_password(client, "wrong").status_code == 200

    answers = [
        try_password(client, password, headers={"Accept-Language": language}) for password in ("wrong", PASSWORD)
    ]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert all(words in answer.text for answer in answers)
    assert answers[1]["Retry-After"] == "900"
    assert not is_in(client)
    assert AccessFailureLog.objects.filter(username="anna").count() >= 5
    assert PASSWORD not in str(list(AccessFailureLog.objects.values()))


def test_a_stranger_does_not_lock_a_colleague_out(client, anna):
    for _time in range(8):
        try_password(client, "wrong", REMOTE_ADDR="203.0.113.9")

    assert try_password(client, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert try_password(client, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_behind_a_proxy_the_address_it_has_seen_counts(client, anna, settings):
    settings.PROXIES = 1
    for _time in range(5):
        try_password(client, "wrong", headers={"X-Forwarded-For": "203.0.113.9"})

    assert try_password(client, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    assert try_password(client, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}).status_code == 302
    assert set(AccessFailureLog.objects.values_list("ip_address", flat=True)) == {"203.0.113.9"}


def test_the_wait_ends_although_the_stranger_goes_on_trying(client, anna):
    begin = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    with time_machine.travel(begin, tick=False):
        for _time in range(5):
            try_password(client, "wrong")
    with time_machine.travel(begin + dt.timedelta(minutes=10), tick=False):
        assert try_password(client, "wrong").status_code == 429
    with time_machine.travel(begin + dt.timedelta(minutes=16), tick=False):
        assert try_password(client).status_code == 302


def test_one_place_may_not_try_names_without_end(client, monkeypatch):
    monkeypatch.setattr(attempts, "MOST_OF_A_PLACE", 3)

    answers = [try_password(client, "wrong", username=f"name{number}") for number in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


@pytest.mark.parametrize("password", ["1234567890123", "password123", "short-one"])
def test_a_weak_password_is_refused(client, anna, password):
    client.force_login(anna)
    told = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}

    assert client.post(reverse("admin:password_change"), told).status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_a_new_password_ends_the_sessions_elsewhere(client, anna):
    elsewhere = Client()
    try_password(client)
    try_password(elsewhere)

    told = {"old_password": PASSWORD, "new_password1": "another-secret", "new_password2": "another-secret"}
    assert client.post(reverse("admin:password_change"), told).status_code == 302

    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_with_two_steps_the_password_alone_opens_nothing(client, anna, phone):
    answer = try_password(client)

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/code/")
    assert not is_in(client)
    assert "Two-step log-in" in client.get("/admin/login/code/").text


def test_the_code_of_the_app_lets_in_once(client, anna, phone):
    code = code_of(phone, 1)
    try_password(client)

    answer = client.post("/admin/login/code/", {"code": f"{code[:3]} {code[3:]}"})

    assert (answer.status_code, answer["Location"]) == (302, "/admin/crm/customer/")
    assert is_in(client)
    other = Client()
    try_password(other)
    assert other.post("/admin/login/code/", {"code": code}).status_code == 200
    assert not is_in(other)


def test_each_recovery_code_lets_in_once(client, anna, phone):
    code = two_step.new_recovery_codes(anna)[0]
    for expected in (True, False):
        visitor = Client()
        try_password(visitor)
        visitor.post("/admin/login/code/", {"code": code.upper()})
        assert is_in(visitor) is expected

    assert two_step.recovery_codes_left(anna) == two_step.RECOVERY_CODES - 1


def test_wrong_codes_are_counted_as_wrong_passwords_are(client, anna, phone):
    try_password(client)

    answers = [client.post("/admin/login/code/", {"code": "000000"}).status_code for _ in range(6)]

    assert answers == [200] * 4 + [429] * 2
    assert "000000" not in str(list(AccessFailureLog.objects.values()))


def test_the_code_is_asked_of_nobody_without_the_password(client, anna, phone):
    answer = client.post("/admin/login/code/", {"code": code_of(phone, 1)})

    assert answer["Location"] == f"{LOG_IN}?next=/admin/"
    assert not is_in(client)


def test_the_password_is_asked_again_when_the_code_comes_too_late(client, anna, phone):
    begin = dt.datetime.now(dt.UTC)
    try_password(client)
    with time_machine.travel(begin + dt.timedelta(minutes=6), tick=False):
        assert client.post("/admin/login/code/", {"code": code_of(phone)})["Location"].startswith(LOG_IN)
        assert not is_in(client)


def test_a_colleague_switches_two_steps_on_and_off_on_a_page_of_their_own(client, anna):
    client.force_login(anna)
    page = client.get(reverse("two_step"))
    device = TOTPDevice.objects.get(user=anna)
    assert "<svg" in page.text
    assert two_step.secret(device) in page.text

    assert client.post(reverse("two_step"), {"code": "000000"}).status_code == 200
    assert not two_step.is_on(anna)
    device.refresh_from_db()
    device.throttle_reset()
    page = client.post(reverse("two_step"), {"code": code_of(device)})

    assert two_step.is_on(anna)
    assert len(page.context["codes"]) == two_step.RECOVERY_CODES
    assert all(code in page.text for code in page.context["codes"])
    assert page["Cache-Control"].startswith("max-age=0")
    assert "<svg" not in client.get(reverse("two_step")).content.decode().partition("enc-stack")[2]
    client.post(reverse("two_step"), {"code": page.context["codes"][0], "off": ""})
    assert not two_step.is_on(anna)


def test_a_superuser_switches_it_off_for_a_colleague_whose_phone_is_gone(client, anna, phone):
    boss = User.objects.create_superuser("boss", password=PASSWORD)
    client.force_login(boss)

    client.post(reverse("admin:auth_user_changelist"), {"action": "switch_two_step_off", "_selected_action": [anna.pk]})

    assert not two_step.is_on(anna)


def test_a_manager_switches_it_off_for_nobody_and_sees_the_log(client, anna, phone):
    manager = User.objects.create_user("mia", password=PASSWORD, is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    try_password(Client(), "wrong")
    client.force_login(manager)

    client.post(reverse("admin:auth_user_changelist"), {"action": "switch_two_step_off", "_selected_action": [anna.pk]})

    assert two_step.is_on(anna)
    failed = AccessFailureLog.objects.get()
    assert "anna" in client.get(reverse("admin:axes_accessfailurelog_changelist")).text
    page = client.get(reverse("admin:axes_accessfailurelog_change", args=[failed.pk]))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert client.get(reverse("admin:axes_accesslog_changelist")).status_code == 200
    assert client.post(reverse("admin:axes_accesslog_add")).status_code == 403


def test_support_does_not_see_the_log(client):
    user = User.objects.create_user("sam", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)

    assert client.get(reverse("admin:axes_accessfailurelog_changelist")).status_code == 403


def test_a_command_lets_a_locked_out_owner_in_again(client, anna, phone, capsys):
    for _time in range(5):
        try_password(client, "wrong")
    assert try_password(client).status_code == 429

    call_command("reset_log_in", "anna")

    assert "anna may log in by the password alone" in capsys.readouterr().out
    assert try_password(client)["Location"] == "/admin/crm/customer/"
    with pytest.raises(CommandError, match="Nobody is called bob here"):
        call_command("reset_log_in", "bob")


@pytest.mark.parametrize(
    ("what", "uses_after_hours", "is_still_in"),
    [
        ("used each morning and evening", [11, 22, 33], True),
        ("left alone over night", [11, 24], False),
        ("used without a pause for a week", [11 * step for step in range(1, 17)], False),
    ],
)
def test_a_session_ends_by_itself(client, anna, what, uses_after_hours, is_still_in):
    begin = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    with time_machine.travel(begin, tick=False):
        try_password(client)
    for hours in uses_after_hours:
        with time_machine.travel(begin + dt.timedelta(hours=hours), tick=False):
            last = is_in(client)

    assert last is is_still_in
