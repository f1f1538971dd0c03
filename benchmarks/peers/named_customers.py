"""Customers with names, addresses, phones and orders, the same every time, and what support would ask for."""

from __future__ import annotations

FIRST = (
    "Анна Мария Александр Елена Дмитрий Ольга Сергей Наталья Алексей Екатерина Андрей Татьяна Иван Ирина Михаил Юлия"
    " Anna John Maria Peter Catherine Семён Пётр Алёна Артём Фёдор José Jürgen Zoë Матвей Филипп Геннадий Эльвира"
)
ROOTS = (
    "иван петр смирн кузнец попов васил соколов михайл новик фёдор мороз волк алексе лебед семён егор павл козл степан"
    " никола орл андре макар никит захар зайц соловь борис яковл григор роман воробь серге фрол александр дмитри корол"
    " гус кисел иль максим полак сорок виноград ков бел медвед антон тарас жук баран филипп комар давыд берез шварцен"
    " smith john müll schmidt garcí brown will davi mill wils ander thoms jacks whit harr mart thomp robins clark lewi"
)
ENDS = "ов ова ин ина ев ева ский ская енко ук ович ман son er"
# The share of each in a list falls as in life; `width` letters of a hash make rare ones.
CUSTOMERS = """
    WITH words AS (
        SELECT string_to_array('{first}', ' ') AS first, string_to_array('{roots}', ' ') AS roots,
               string_to_array('{ends}', ' ') AS ends
    ), chosen AS (
        SELECT n, initcap(first[1 + floor(cardinality(first) * random() ^ 2)::int]) AS first_name,
               initcap(CASE WHEN random() < 0.3 THEN translate(left(md5(n::text), 3), '0123456789abcdef',
                                                               'бвгдклмнпрстаеио') ELSE '' END
                       || roots[1 + floor(cardinality(roots) * random() ^ 2)::int]
                       || ends[1 + floor(cardinality(ends) * random() ^ 2)::int]) AS last_name
        FROM words, generate_series(1, {customers}) AS n
    )
    INSERT INTO crm_customer (id, first_name, last_name, city, language, time_zone, source, tags, attributes, mood,
                              muted_topics, notes, created_at)
    SELECT n, first_name, last_name, '', '', '', '', '{{}}', '{{}}', '', '{{}}', '', now() FROM chosen;
    INSERT INTO crm_contact (customer_id, channel, address, state, state_reason, marketing_consent, service_consent,
                             created_at, told_at)
    SELECT id, 'email', translate(lower(first_name || '.' || last_name),
                                  'абвгдеёжзийклмнопрстуфхцчшщъыьэюяéüíë', 'abvgdeejziiklmnoprstufhccssiyieuaeuie')
           || id || '@' || (ARRAY['gmail.com', 'mail.ru', 'yandex.ru', 'example.com', 'shop' || id % 5000 || '.ru'])
                            [1 + floor(5 * random() ^ 2)::int],
           'active', '', 'unknown', 'unknown', now(), now() FROM crm_customer
    UNION ALL
    SELECT id, 'sms', '+79' || lpad((id * 7919 % 1000000000)::text, 9, '0'), 'active', '', 'unknown', 'unknown', now(),
           now() FROM crm_customer;
    INSERT INTO crm_order (id, number, customer_id, kind, placed_at, currency, total, discount, refunded,
                           tracking_number, coupon_code, receipt_url, source, created_at)
    SELECT id, 'SO-2026-' || lpad(id::text, 7, '0'), id, 'goods', now() - id * interval '1 minute', 'EUR', 10, 0, 0,
           '', '', '', '', now() FROM crm_customer WHERE id % 2 = 0;
    INSERT INTO crm_customerstats (customer_id, orders_count, revenue, returns_count, first_order_at, last_order_at)
    SELECT customer_id, 1, 10, 0, placed_at, placed_at FROM crm_order;
"""

QUESTIONS = {
    "a name": ("Анна", "петрова", "Воробьев", "Анна Иванова", "иванов александр", "schmidter"),
    "how a name begins": ("ан", "Ив", "пет", "Анна П", "шварц"),
    "е for ё, u for ü": ("семен", "Федоров", "Jurgen Muller", "воробьев петр"),
    "a name typed wrong": ("Ивонов", "Кузницова", "Мариа", "Алексндр", "Шварценнегер", "Татяна", "Soklova", "Ниеова"),
    "two words, one typed wrong": ("Ивонова Анна", "Аннна Иванова", "Сергй Смирнов", "Мариа Попва"),
    "no such name": ("Ъъъъъъ", "Qwertyuiop", "Анна Qwertyuiop"),
    "an address": ("ivan.petrov", "anna.ivanova500000@gmail.com", "maria"),
    "the middle of an address": ("petrova", "petrov5000", "smith@", "gmail", "mail", "shop4321", "ail.ru", "000@"),
    "a phone": ("+7 900 791", "8 (900) 000-79-19", "+79", "79"),
    "the last digits of a phone": ("7919", "45-67", "0000", "тел. 1234567", "123456"),
    "an order": ("заказ 18384", "order #18384", "№18384", "SO-2026-0018384", "SO-2026", "SO", "999999", "0000"),
    "nothing like it": ("zzzzzz@zzz", "заказ 99999999", "+99999999999", "9999999999"),
}  # fmt: skip


def fill(customers: int) -> None:
    """In place of whatever shop was there."""
    from benchmarks.peers.large_shop import write

    words = {"first": FIRST, "roots": ROOTS, "ends": ENDS}
    write([CUSTOMERS.format(customers=customers, **words)])
