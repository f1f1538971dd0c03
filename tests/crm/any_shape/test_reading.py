import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm.intake.any_shape import paths, values
from crm.intake.any_shape.body import parse_text
from crm.intake.any_shape.fields import About
from crm.intake.any_shape.guessing import guess
from crm.intake.any_shape.leaves import leaves, lists
from crm.intake.any_shape.mapping import Pick, ShapeMapping, from_stored, problems, to_stored
from crm.intake.any_shape.picking import Unreadable
from crm.intake.any_shape.reading import Message, facts_of, number_for
from crm.intake.facts import NothingToRecord
from tests.crm.any_shape.bodies import CRM, ECWID, INSALES, TILDA_CART, TILDA_FORM, form

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
MESSAGE = Message("m1", NOW)
TILDA = parse_text(form(TILDA_CART))


def mapped(about=About.ORDER, meanings=None, picks=None, **fields):
    found = {name: Pick(path=path) for name, path in fields.items()} | (picks or {})
    return ShapeMapping(about=about, fields=found, meanings=meanings or {})


def guessed(body):
    about, found = guess(body)
    return mapped(about, {"paid": ("paid", "оплачен")}, **found)


def the_fact(body, mapping):
    [fact] = facts_of(body, mapping, MESSAGE)
    return fact


def test_a_cart_of_tilda_is_guessed_whole():
    order = the_fact(TILDA, guessed(TILDA))

    assert (order.number, order.total, order.details) == ("1784563", Decimal(3480), {"coupon_code": "SPRING"})
    assert [(line.sku, line.quantity, line.price) for line in order.lines] == [
        ("K-1", 2, Decimal(1290)),
        ("Заварник", 1, Decimal(900)),
    ]
    assert (order.customer.email, order.customer.phone) == ("ann@example.com", "+7 (916) 123-45-67")
    assert order.customer.profile == {"first_name": "Анна", "last_name": "Петрова"}
    assert (order.placed_at, order.told_at) == (NOW, NOW)


def test_a_form_without_an_order_is_guessed_to_be_a_customer():
    customer = the_fact(TILDA_FORM, guessed(TILDA_FORM))

    assert customer.phone == "8 916 765-43-21"
    assert customer.profile == {
        "first_name": "Пётр", "last_name": "Иванов", "attributes": {"comment": "Перезвоните после шести"},
    }  # fmt: skip


def test_an_order_of_insales_is_guessed_whole():
    order = the_fact(INSALES, guessed(INSALES))

    assert (order.number, order.total, order.currency) == ("1042", Decimal(5460), "RUB")
    assert order.placed_at == dt.datetime(2026, 3, 9, 15, 43, 54, tzinfo=dt.UTC)
    assert [(line.sku, line.name, line.quantity, line.price) for line in order.lines] == [("P-7", "Plate", 6, 910)]
    assert order.moments == {"paid_at": NOW}
    assert order.customer.profile == {"first_name": "Мария", "last_name": "Иванова", "city": "Тверь"}


def test_a_flat_form_of_a_crm_is_guessed_whole(settings):
    settings.TIME_ZONE = "Europe/Moscow"
    order = the_fact(CRM, guessed(CRM))

    assert (order.number, order.total) == ("Б-17", Decimal("1299.00"))
    assert order.placed_at == dt.datetime(2026, 3, 9, 14, 5, tzinfo=MOSCOW)
    assert order.moments == {"paid_at": NOW}
    assert (order.customer.email, order.customer.phone) == ("vera@example.com", "8 (916) 111-22-33")
    assert order.customer.profile == {"first_name": "Вера", "last_name": "Сидорова", "city": "Пермь"}


def test_an_order_of_ecwid_is_guessed_whole():
    order = the_fact(ECWID, guessed(ECWID))

    assert (order.number, order.total, order.moments) == ("58", Decimal("49.9"), {"paid_at": NOW})
    assert order.placed_at == dt.datetime(2026, 3, 9, 11, 20, tzinfo=dt.UTC)
    assert [(line.sku, line.price) for line in order.lines] == [("00009", Decimal("24.95"))]
    assert order.customer.phone == "+44 20 7946 0018"


@pytest.mark.parametrize("body", [TILDA, TILDA_FORM, INSALES, CRM, ECWID])
def test_what_is_guessed_can_be_switched_on(body):
    assert list(problems(guessed(body))) == []


def test_every_leaf_is_told_in_words_and_as_a_path_that_leads_there():
    found = {leaf.words: leaf for leaf in leaves(TILDA | {"Ваше имя": {"a.b": None}})}

    assert found["payment › products › 1 › price"].path == "payment.products[0].price"
    assert found["Ваше имя › a.b"].path == '"Ваше имя"."a.b"'
    assert all(paths.find(leaf.path, TILDA | {"Ваше имя": {"a.b": None}}) == leaf.value for leaf in found.values())
    assert [one.words for one in lists(TILDA)] == ["payment › products"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 299,00 ₽", "1299.00"), ("1\u00a0299.50 руб.", "1299.50"), ("RUB 1,299.00", "1299.00"), ("€12", "12"),
        (1299, "1299"), (49.9, "49.9000"), (0.1 + 0.2, "0.3000"), ("12.5", "12.5"), ("", None), (None, None),
        ("1.299,00", "1299.00"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(written, meant):
    assert values.amount(written) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    "written", ["abc", "1,299", "-5", True, [1], {}, "nan", "9" * 65, "1e5", float("inf"), "5 or 6"]
)
def test_what_is_no_amount_says_so(written):
    with pytest.raises(ValueError, match=r"is|must|can be|holds|has"):
        values.amount(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-09T15:43:54Z", "2026-03-09T18:43:54.000+03:00", "2026-03-09 18:43:54 +0300", "2026-03-09 18:43:54",
        "09.03.2026 18:43:54", "09.03.2026, 18:43:54", 1773071034, "1773071034", 1773071034000, 1773071034.0,
        "Mon, 09 Mar 2026 15:43:54 GMT",
    ],
)  # fmt: skip
def test_moments_are_read_as_systems_write_them(written):
    found = values.moment(written, values.Told(NOW, MOSCOW))

    assert found.replace(microsecond=0) == dt.datetime(2026, 3, 9, 15, 43, 54, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written", ["soon", "32.01.2026", "09/03/2026", "0001-01-01", "9999-12-31", 10**20, True, [], "1" * 14]
)
def test_what_is_no_moment_says_so(written):
    with pytest.raises(ValueError, match=r"is not a moment|is a "):
        values.moment(written, values.Told(NOW, MOSCOW))


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Анна Петрова", "Анна", "Петрова"), ("Иванов Пётр Сергеевич", "Пётр", "Иванов"),
        ("Пётр Сергеевич Иванов", "Пётр", "Иванов"), ("Пётр Сергеевич", "Пётр", ""), ("Ann", "Ann", ""),
        ("Stone, Bob", "Bob", "Stone"), ("Ludwig van Beethoven", "Ludwig", "van Beethoven"), ("  ", "", ""),
    ],
)  # fmt: skip
def test_a_name_in_one_field_is_parted(full, first, last):
    assert values.name_parts(full) == (first, last)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"total": "much", "email": "a@example.com"}, "total: "),
        ({"total": [1], "email": "a@example.com"}, "total: is a list"),
        ({"total": "5", "email": {"x": 1}}, "email: is a list or group"),
        ({"total": "5", "email": "x" * 400}, "email: is longer than"),
        ({"total": "5", "email": "a\0"}, "email: holds an unprintable"),
        ({"total": "5", "email": "a@example.com", "at": "yesterday"}, "when it was placed or happened: “yesterday”"),
        ({"total": "5", "email": "a@example.com", "items": "none"}, "list of what was bought: is not a list"),
        ({"email": "a@example.com", "items": [{"n": "Pot", "p": "1"}, {"n": "Pan", "p": "?"}]}, "line 2, price of one"),
        ({"email": "a@example.com", "items": [{"n": "Pot"}]}, "line 1, price of one: is missing"),
        ({"email": "a@example.com", "items": [{"p": 1}]}, "line 1, SKU: is missing"),
        ({"email": "a@example.com", "items": [{"n": "Pot", "p": 1, "q": 0}]}, "line 1, quantity: is nought"),
        ({"email": "a@example.com", "items": [7, []]}, "line 1, SKU"),
        ({"email": "a@example.com", "items": [{"n": "a", "p": 1}] * 1_001}, "more than 1000 lines"),
    ],
)
def test_a_value_of_another_kind_is_a_sentence_that_names_its_field(body, field):
    mapping = mapped(
        email="email", total="total", at="at", lines="items", line_name="n", line_price="p", line_quantity="q"
    )

    with pytest.raises(Unreadable) as wrong:
        facts_of(body, mapping, MESSAGE)

    assert field in str(wrong.value)


def test_every_field_at_fault_is_named():
    with pytest.raises(Unreadable) as wrong:
        facts_of({"a": [], "b": {}, "c": "?"}, mapped(email="b", total="c", number="a"), MESSAGE)

    assert wrong.value.problems.keys() == {"email", "total", "number"}


def test_without_a_number_the_message_gives_one_that_stays():
    mapping = mapped(email="email", total="total")
    body = {"email": "a@example.com", "total": 5}

    assert the_fact(body, mapping).number == number_for(MESSAGE) == the_fact(body, mapping).number
    assert number_for(Message("m2", NOW)) != number_for(MESSAGE)


def test_what_names_nobody_and_no_order_is_refused():
    with pytest.raises(ValueError, match="neither an order nor a customer"):
        facts_of({"total": 5}, mapped(email="email", total="total"), MESSAGE)


def test_what_is_always_the_same_is_typed():
    mapping = mapped(email="email", total="total", picks={"currency": Pick(value="руб.")})

    assert the_fact({"email": "a@example.com", "total": 5}, mapping).currency == "RUB"


def test_a_status_says_what_happened_and_a_told_moment_is_surer():
    mapping = mapped(
        number="n", status="s", paid_at="p", email="n", meanings={"paid": ("paid",), "cancelled": ("lost",)}
    )

    assert the_fact({"n": "1", "s": "new"}, mapping).moments == {}
    assert the_fact({"n": "1", "s": "Lost"}, mapping).moments == {"cancelled_at": NOW}
    told = the_fact({"n": "1", "s": "PAID", "p": "2026-03-09T12:00:00Z"}, mapping)
    assert told.moments == {"paid_at": dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)}


def test_a_line_whose_sum_alone_is_told_is_divided():
    mapping = mapped(email="e", lines="l", line_name="n", line_sum="s", line_quantity="q")

    [line] = the_fact({"e": "a@example.com", "l": {"n": "Pot", "s": "10", "q": "3"}}, mapping).lines

    assert (line.sku, line.price, line.quantity) == ("Pot", Decimal("3.3333"), 3)


def consenting(**more):
    return ShapeMapping(
        about=About.CUSTOMER,
        fields={name: Pick(path=name) for name in ("email", "phone", "consent", "at")},
        consent_wording="Yes, write to me",
        consent_channels=("email", "sms"),
        **more,
    )


@pytest.mark.parametrize("ticked", ["yes", "on", True, "1", "да"])
def test_a_ticked_box_is_consent_with_the_words_beside_it_and_its_moment(ticked):
    body = {"email": "a@example.com", "consent": ticked, "at": "2026-03-09T12:00:00Z"}

    [said] = the_fact(body, consenting()).consents

    assert (said.channel, said.purpose, said.is_granted) == ("email", "marketing", True)
    assert (said.wording, said.at) == ("Yes, write to me", dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC))


@pytest.mark.parametrize("ticked", ["", "no", None, False, "perhaps"])
def test_whatever_is_not_surely_ticked_says_nothing(ticked):
    assert the_fact({"email": "a@example.com", "consent": ticked}, consenting()).consents == ()


def test_an_event_has_a_name_a_moment_and_what_is_told_of_it():
    mapping = mapped(
        About.EVENT, email="email", at="at", properties="answers", picks={"event_name": Pick(value="Quiz taken")}
    )

    event = the_fact({"email": "a@example.com", "at": 1773071034, "answers": {"q1": "tea"}}, mapping)

    assert (event.kind, event.key, event.properties) == ("quiz_taken", "m1", {"q1": "tea"})


@pytest.mark.parametrize("name", ["order.placed", "тест", "x" * 101, "-"])
def test_an_event_is_not_called_as_encore_calls_its_own(name):
    mapping = mapped(About.EVENT, email="email", picks={"event_name": Pick(value=name)})

    with pytest.raises(Unreadable, match="name of the event"):
        facts_of({"email": "a@example.com"}, mapping, MESSAGE)


def test_messages_that_say_something_else_are_left_out():
    mapping = ShapeMapping(fields={"email": Pick(path="e"), "total": Pick(path="t")}, only_path="f", only_is="cart")

    assert the_fact({"f": "Cart ", "e": "a@example.com", "t": 5}, mapping).total == 5
    with pytest.raises(NothingToRecord, match="“f” is not “cart”"):
        facts_of({"f": "callback", "e": "a@example.com", "t": 5}, mapping, MESSAGE)


def test_a_list_of_objects_is_as_many_messages_and_the_one_at_fault_is_named():
    mapping = mapped(email="e", total="t")
    body = [{"e": "a@example.com", "t": 5}, {"e": "b@example.com", "t": 6}]

    assert len({fact.number for fact in facts_of(body, mapping, MESSAGE)}) == 2
    with pytest.raises(ValueError, match="message 2: total"):
        facts_of([body[0], {"e": "b@example.com", "t": "?"}], mapping, MESSAGE)
    with pytest.raises(ValueError, match="more than 500 messages"):
        facts_of(body * 300, mapping, MESSAGE)


def test_a_mapping_is_kept_and_read_back():
    mapping = ShapeMapping(
        about=About.EVENT, is_on=True, fields={"email": Pick(path="e"), "event_name": Pick(value="x")},
        meanings={"paid": ("paid",)}, only_path="f", only_is="y", consent_wording="w", consent_channels=("email",),
    )  # fmt: skip

    assert from_stored(to_stored(mapping)) == mapping
    assert from_stored({}) == ShapeMapping()


@pytest.mark.parametrize(
    "path",
    [
        "a[", "", "a" * 301, "[a, b]", "{a: b}", "a[]", "map(&a, b)", "join('', a)", "to_string(@)", "sort_by(a, &b)",
        "!" * 300, "(" * 150, "a" + "[?b" * 90, "a.b.", "no_such(@)",
    ],
)  # fmt: skip
def test_a_path_that_is_none_or_builds_something_is_refused_in_words(path):
    with pytest.raises(ValueError, match="path"):
        paths.compiled(path)


def test_what_goes_wrong_on_the_way_is_said_in_words():
    with pytest.raises(ValueError, match="cannot be followed here"):
        paths.find("sum(a)", {"a": "text"})


def test_paths_pick_by_what_stands_beside():
    body = {"fields": [{"id": "mail", "value": "a@example.com"}, {"id": "tel", "value": "1"}]}

    assert paths.find("fields[?id=='mail'].value | [0]", body) == "a@example.com"


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (mapped(total="t"), "email"),
        (mapped(email="e"), "total"),
        (mapped(email="e", lines="l", line_name="n"), "line_price"),
        (mapped(email="e", lines="l", line_price="n"), "line_sku"),
        (mapped(About.EVENT, email="e"), "event_name"),
        (mapped(About.CUSTOMER, email="e["), "email"),
        (mapped(About.CUSTOMER, email="e", consent="c"), "consent_wording"),
        (mapped(About.CUSTOMER, email="e", picks={"consent": Pick(value="yes")}), "consent"),
        (ShapeMapping(About.CUSTOMER, fields={"email": Pick(path="e")}, only_path="f"), "only_is"),
    ],
)
def test_what_is_missing_is_said_before_it_is_switched_on(mapping, field):
    assert field in dict(problems(mapping))
