"""Who may open each page and who may write on it, from the URL configuration itself: a page without a rule fails."""

from fnmatch import fnmatchcase

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client

from analytics.models import Dashboard
from chains.models import ChannelState
from tests.config.pages.addresses import addresses, row_of, values_of, verbs_of
from tests.config.pages.asking import undone
from tests.config.pages.rules import ACTIONS, DOORS, MODELS, PAGES, PUBLIC
from tests.config.pages.shop_rows import LETTER_DAY, LETTER_NAME, open_shop

pytestmark = pytest.mark.django_db
# Their lists are pages of their own, where nothing is chosen.
WITHOUT_ROWS = {ChannelState, Dashboard}
ROLES = {"S": "Support", "M": "Marketing", "G": "Managers"}
ROOT, NO_ROLE, NO_STAFF, NOBODY = "R", "x", "user", "stranger"
# It ends the session that asks.
LEFT_OUT = {"logout"}
# Besides these a page is closed: it is refused, asks to log in, knows nothing of the row, or is not called so.
OPEN = {200, 302, 303, 400}


@pytest.fixture
def clients(shop, settings, tmp_path):
    """A browser for each role of staff, the superuser, staff without a role, a user who is no staff, and a stranger."""
    open_shop()
    settings.OUTBOX_DIR = tmp_path
    (tmp_path / LETTER_DAY).mkdir()
    (tmp_path / LETTER_DAY / LETTER_NAME).write_bytes(b"Subject: Hello\n\nGood day.")
    users = {letter: User.objects.create_user(name, is_staff=True) for letter, name in ROLES.items()}
    for letter, name in ROLES.items():
        users[letter].groups.add(Group.objects.get(name=name))
    users[ROOT] = User.objects.create_superuser("root")
    users[NO_ROLE] = User.objects.create_user("new", is_staff=True)
    users[NO_STAFF] = User.objects.create_user("no staff")
    found = {letter: Client(raise_request_exception=False) for letter in users}
    for letter, client in found.items():
        client.force_login(users[letter])
    return found | {NOBODY: Client(raise_request_exception=False)}


def rule_of(address):
    """Who reads and who writes, as letters of roles."""
    named = next((rule for name, rule in PAGES.items() if fnmatchcase(address.name, name)), None)
    if named is not None:
        return named
    about = address.about()
    assert about is not None, f"{address.template} has no rule: write it into rules.py"
    label = f"{about.opts.app_label}_{about.opts.model_name}"
    look, change, add, delete = MODELS[label]
    return {
        f"{label}_changelist": (look, look),
        f"{label}_history": (look, look),
        f"{label}_simple_history": (look, change),
        f"{label}_change": (look, change),
        f"{label}_add": (add, add),
        f"{label}_delete": (delete, delete),
        f"{label}_do": ("", change),
        address.template: ("SMGRx", "SMGRx"),
    }[address.name if address.name.startswith(label) else address.template]


def staff_addresses():
    for one in addresses():
        if one.name not in {*PUBLIC, *DOORS, *LEFT_OUT}:
            for verb in verbs_of(one)[:1] if one.name.endswith("_do") else [""]:
                yield one, one.filled(values_of(one) | ({"name": verb} if verb else {}))


def rows_written():
    """So many rows this transaction wrote until now, whatever became of them; a session is none of the shop's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'django_session'"
        )
        return cursor.fetchone()[0]


def is_open(answer):
    asks_to_log_in = answer.status_code == 302 and "/login/" in answer.headers["Location"]
    return answer.status_code in OPEN and not asks_to_log_in


def letters_let_in(clients, method, path):
    """Who gets in, and who was kept out although rows were written for them."""
    let_in, wrote = "", ""
    for who, client in clients.items():
        before = rows_written()
        with undone():
            answer = getattr(client, method)(path)
            if answer.streaming:
                b"".join(answer.streaming_content)
        is_in = is_open(answer)
        let_in += who if is_in else ""
        wrote += who if rows_written() > before and not is_in else ""
    return let_in, wrote


@pytest.mark.parametrize(("method", "ruled_by"), [("get", 0), ("post", 1)])
def test_each_page_of_staff_opens_to_whom_its_rule_says_and_writes_for_nobody_else(clients, method, ruled_by):
    found, ruled, wrote = {}, {}, {}

    for address, path in staff_addresses():
        let_in, wrote_refused = letters_let_in(clients, method, path)
        found[path], ruled[path] = (address.name, let_in), (address.name, rule_of(address)[ruled_by])
        if wrote_refused:
            wrote[path] = wrote_refused

    assert {path: one for path, one in found.items() if one != ruled[path]} == {}
    assert wrote == {}
    assert len(found) > 280


def test_public_pages_and_doors_ask_nobody_who_they_are(clients):
    found = {}

    for one in addresses():
        if one.name in {*PUBLIC, *DOORS}:
            path = one.filled(values_of(one))
            seen = set()
            for client in clients.values():
                with undone():
                    posted = client.post(
                        path, {}, **({"content_type": "application/json"} if one.name in DOORS else {})
                    )
                    seen.add((client.get(path).status_code, posted.status_code))
            found[one.name] = seen

    assert found == {name: {statuses} for name, statuses in {**PUBLIC, **DOORS}.items()}


def actions_of_lists():
    return {
        f"{model._meta.app_label}_{model._meta.model_name}": (shown, [name for _call, name, _words in calls])
        for model, shown in admin.site._registry.items()
        if model not in WITHOUT_ROWS and (calls := shown._get_base_actions())
    }


def test_each_action_of_a_list_is_for_whom_its_rule_says(clients):
    found, wrote = {}, {}

    for label, (shown, names) in actions_of_lists().items():
        path = f"/admin/{shown.opts.app_label}/{shown.opts.model_name}/"
        for name in names:
            told = {"action": name, "_selected_action": row_of(shown.model).pk, "tag": "vip"}
            offered = f'value="{name}"'
            may = "".join(who for who, client in clients.items() if offered in client.get(path).content.decode())
            if may:
                found[f"{label} {name}"] = may
            for who, client in clients.items():
                before = rows_written()
                with undone():
                    client.post(path, told)
                if who not in may and rows_written() > before:
                    wrote[f"{label} {name}"] = who

    assert found == ACTIONS
    assert wrote == {}


@pytest.mark.parametrize("model", ["crm_customer", "segments_segment", "crm_shop"])
def test_whoever_may_only_look_goes_back_to_no_old_version(clients, model):
    address = next(one for one in addresses() if one.name == f"{model}_simple_history")
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename=f"view_{model.partition('_')[2]}"))
    client = Client()
    client.force_login(looker)
    path = address.filled(values_of(address))
    before = rows_written()

    read, went_back = client.get(path), client.post(path)

    assert (read.status_code, went_back.status_code) == (200, 403)
    assert rows_written() == before
