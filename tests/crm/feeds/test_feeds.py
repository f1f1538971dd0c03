import datetime as dt
import gzip
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.intake.feeds.fetching import fetch, fetch_all
from crm.intake.feeds.offer import FeedError
from crm.intake.feeds.taking import take
from crm.models import ExchangeRate, Product, Source

pytestmark = pytest.mark.django_db

YML = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-03-10 12:00"><shop>
<categories>
<category id="1">Кухня</category><category id="2" parentId="1">Чайники</category>
<category id="3">ТВ / аудио</category>
</categories>
<offers>{offers}</offers></shop></yml_catalog>"""
KETTLE = """<offer id="K-1" available="true"><name>Чайник</name><vendorCode>V-9</vendorCode><price>1990.5</price><url>https://shop.example/k?utm_source=market</url>
<currencyId>{currency}</currencyId><categoryId>2</categoryId><picture>https://shop.example/k.jpg</picture>
<picture>https://shop.example/k2.jpg</picture><rec>M-1</rec></offer>"""
MUG = """<offer id="M-1" available="false"><typePrefix>Кружка</typePrefix><vendor>Duo</vendor><model>3</model>
<price>200</price><categoryId>3</categoryId></offer>"""
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>K-1</g:id><title>Kettle</title><g:price>49.90 EUR</g:price><g:sale_price>39.90 EUR</g:sale_price>
<g:product_type>Kitchen &gt; Kettles</g:product_type><g:availability>in_stock</g:availability>
<g:image_link>https://shop.example/k.jpg</g:image_link></item>
<item><g:id>M-1</g:id><title>Mug</title><g:price>5 EUR</g:price><g:availability>out_of_stock</g:availability></item>
</channel></rss>"""
TSV = "id\ttitle\tprice\tproduct type\tavailability\nK-1\tKettle\t49.90 EUR\tKitchen > Kettles\tin stock\n"


@pytest.fixture(autouse=True)
def counts_in_euros(settings):
    settings.CURRENCY = "EUR"


@pytest.fixture
def source():
    return Source.objects.create(kind="feed", name="Feed")


@pytest.fixture
def written(tmp_path):
    def write(content, name="feed"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def yml(*offers, encoding="utf-8", currency="EUR"):
    return YML.format(offers="".join(offers), encoding=encoding).format(currency=currency).encode(encoding)


def many(count):
    return [f'<offer id="P-{n}"><name>Thing {n}</name><price>1</price></offer>' for n in range(count)]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_a_market_feed_becomes_products(source, written, now, encoding):
    report = take(source, written(yml(KETTLE.replace("{currency}", "EUR"), MUG, encoding=encoding)), now)

    kettle, mug = Product.objects.order_by("sku")
    assert (kettle.name, kettle.price, kettle.is_in_stock) == ("Чайник", Decimal("1990.5"), True)
    assert kettle.picture_url == "https://shop.example/k.jpg"
    assert kettle.url == "https://shop.example/k?utm_source=market"
    assert (kettle.category.name, kettle.category.parent.name) == ("Чайники", "Кухня")
    assert (mug.name, mug.is_in_stock, mug.category.name, mug.category.parent) == (
        "Кружка Duo 3",
        False,
        "ТВ ⁄ аудио",
        None,
    )
    assert (report["offers"], report["new"], report["left"]) == (2, 2, 0)


def test_orders_may_name_products_by_the_vendors_code(source, written, now):
    source.mapping = {"sku": "vendor_code"}

    take(source, written(yml(KETTLE.replace("{currency}", "EUR"), MUG)), now)

    assert list(Product.objects.values_list("sku", flat=True)) == ["V-9"]


@pytest.mark.parametrize("content", [RSS, TSV, gzip.compress(RSS.encode())], ids=["xml", "tsv", "packed"])
def test_a_merchant_feed_becomes_products(source, written, now, content):
    take(source, written(content), now)

    kettle = Product.objects.get(sku="K-1")
    assert (kettle.name, kettle.category.name, kettle.category.parent.name) == ("Kettle", "Kettles", "Kitchen")
    assert kettle.price == Decimal("49.90" if content == TSV else "39.90")


def test_prices_in_another_currency_are_taken_at_todays_rate(source, written, now):
    ExchangeRate.objects.create(currency="RUB", day=dt.date(2026, 1, 1), rate=Decimal("0.01"))

    take(source, written(yml(KETTLE.replace("{currency}", "RUR"))), now)

    assert Product.objects.get().price == Decimal("19.905")


def test_a_price_in_a_currency_without_a_rate_is_not_guessed(source, written, now):
    take(source, written(yml(KETTLE.replace("{currency}", "RUB"))), now)

    assert Product.objects.get().price is None


def test_what_left_the_feed_is_out_of_stock_and_comes_back(source, written, now):
    Product.objects.create(sku="OTHER")
    take(source, written(yml(*many(3))), now)

    report = take(source, written(yml(*many(2))), now)

    assert report["left"] == 1
    assert set(Product.objects.filter(is_in_stock=True).values_list("sku", flat=True)) == {"OTHER", "P-0", "P-1"}
    take(source, written(yml(*[one.replace("><name", ' available="true"><name') for one in many(3)])), now)
    assert Product.objects.filter(is_in_stock=True).count() == 4


def test_a_feed_that_lost_most_of_it_is_doubted_until_somebody_says_so(source, written, now):
    take(source, written(yml(*many(10))), now)

    report = take(source, written(yml(*many(2))), now)

    assert (report["left"], report["is_suspicious"]) == (8, True)
    assert Product.objects.filter(is_in_stock=True).count() == 10
    take(source, written(yml(*many(2))), now, is_trusted=True)
    assert Product.objects.filter(is_in_stock=True).count() == 2


def test_a_bad_offer_is_left_out_and_named(source, written, now):
    bad = '<offer id="B-1"><name>Bad</name><price>much</price></offer>'

    report = take(source, written(yml(bad, *many(2))), now)

    assert (report["left_out"], Product.objects.count()) == (1, 2)
    assert "much" in report["problems"][0]


BOMB = '<?xml version="1.0"?><!DOCTYPE yml_catalog [<!ENTITY a "aaaa">]><yml_catalog><shop>&a;</shop></yml_catalog>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"<html></html>", "neither Yandex"),
        (b"sku;name\n1;2", "no column"),
        (b"<yml_catalog><shop><offers>", "breaks off"),
        (BOMB.encode(), "entities"),
        (b"<yml_catalog>" + b"<a>" * 40, "nested too deeply"),
        (b"<yml_catalog>" + b"<a/>" * 10_001, "more parts"),
        (b'<?xml version="1.0" encoding="none-such"?><yml_catalog/>', "encoding"),
        (gzip.compress(RSS.encode(), mtime=0)[:80], "damaged"),
        (b"<yml_catalog><shop><offers></offers></shop></yml_catalog>", "holds no products"),
    ],
    ids=["empty", "blank", "page", "table", "broken", "bomb", "deep", "wide", "encoding", "packed", "no offers"],
)
def test_what_cannot_be_read_is_refused_in_words_and_changes_nothing(source, written, now, content, words):
    Product.objects.create(sku="K-1", feed=source)

    with pytest.raises(FeedError, match=words):
        take(source, written(content), now)

    assert Product.objects.get().is_in_stock


OFFERS = b"<yml_catalog><shop><offers>"
BOMBS = {
    "a value": (OFFERS + b'<offer id="' + b"a" * 5_000_000 + b'"/>', "does not end"),
    "values": (OFFERS + b"<offer " + b"".join(b'a%d="" ' % n for n in range(200_000)) + b"/>", "does not end"),
    "a text": (OFFERS + b'<offer id="1"><name>' + b"a" * 5_000_000, "does not end"),
    "a comment": (OFFERS + b"<!--" + b"a" * 5_000_000, "does not end"),
    "a line": (b"id\ttitle\n" + b"\t" * 5_000_000, "A line of the table does not end"),
    "names": (b"id" + b"\tabc" * 1_000_000, "A line of the table does not end"),
    "nothing": (b"id\ttitle\n" + b"\n" * 200_000, "more than 100000 empty lines"),
    "packed": (gzip.compress(OFFERS + b"<offer/>" * 2_000_000, mtime=0), "unpacks to more"),
}


@pytest.mark.parametrize(("content", "words"), BOMBS.values(), ids=BOMBS)
def test_a_feed_made_to_choke_is_refused_in_words(source, written, now, content, words):
    with pytest.raises(FeedError, match=words):
        take(source, written(content), now)


def test_a_feed_that_lists_without_end_is_refused(source, written, now, monkeypatch):
    monkeypatch.setattr("crm.intake.feeds.xml_elements.MOST_LISTED", 100)

    with pytest.raises(FeedError, match="lists more than 100 things"):
        take(source, written(yml(*many(101))), now)


def test_an_endless_packed_feed_is_refused(source, written, now, monkeypatch):
    monkeypatch.setattr("crm.intake.feeds.reading.MOST_BYTES", 10_000)

    with pytest.raises(FeedError, match="larger than"):
        take(source, written(gzip.compress(yml(*many(1000)))), now)


@pytest.fixture
def shop(settings):
    """A shop that serves what it is given; redirects where told."""

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/feed")
                self.end_headers()
                return
            self.send_response(200 if self.path == "/feed" else 404)
            self.end_headers()
            self.wfile.write(self.server.feed)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.feed = yml(*many(2))
    server.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    yield server
    server.shutdown()
    server.server_close()


def test_a_feed_is_fetched_from_its_address(source, shop, now):
    source.site_address = f"{shop.url}/feed"
    source.save()

    assert fetch(source, now)

    source.refresh_from_db()
    assert (source.report["offers"], source.last_heard_at) == (2, now)
    assert "error" not in source.report


@pytest.mark.parametrize(("path", "words"), [("/none", "answers 404"), ("/moved", "answers 302")])
def test_an_address_without_a_feed_says_so_and_keeps_what_was_known(source, shop, now, path, words):
    source.site_address = f"{shop.url}/feed"
    fetch(source, now)
    source.site_address = shop.url + path

    assert not fetch(source, now)

    source.refresh_from_db()
    assert words in source.report["error"]
    assert (source.report["offers"], Product.objects.filter(is_in_stock=True).count()) == (2, 2)


def test_a_private_address_is_refused(source, shop, now, settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    source.site_address = f"{shop.url}/feed"
    source.save()

    assert not fetch(source, now)

    source.refresh_from_db()
    assert "private address" in source.report["error"]


@pytest.fixture
def manager(client):
    user = User.objects.create_user("manager", password="secret", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    client.force_login(user)
    return client


def test_a_feed_is_connected_and_uploaded_on_its_page(manager):
    form = {"kind": "feed", "name": "Feed", "silent_after_hours": "48", "feed_sku": "vendor_code"}
    page = manager.post("/admin/crm/source/add/", form, follow=True)
    source = Source.objects.get()
    assert (source.secret, source.mapping) == ("", {"sku": "vendor_code"})
    assert "source-secret" not in page.text

    feed = SimpleUploadedFile("feed.xml", yml(KETTLE.replace("{currency}", "EUR")))
    page = manager.post(f"/admin/crm/source/{source.pk}/upload/", {"feed": feed}, follow=True)

    assert "The feed was taken." in page.text
    assert list(Product.objects.values_list("sku", flat=True)) == ["V-9"]


def test_an_upload_that_is_no_feed_says_why(manager, source):
    feed = SimpleUploadedFile("feed.xml", b"<html></html>")

    page = manager.post(f"/admin/crm/source/{source.pk}/upload/", {"feed": feed}, follow=True)

    assert "neither Yandex" in page.text


def test_a_fault_of_ours_with_one_feed_keeps_no_other_from_being_fetched(source, shop, now, monkeypatch):
    other = Source.objects.create(kind="feed", name="Other", site_address=f"{shop.url}/feed")
    source.site_address = f"{shop.url}/feed"
    source.save()
    taken = []

    def fail_at_the_first(one, *args, **options):
        taken.append(one.pk)
        if len(taken) == 1:
            raise RuntimeError("a fault")

    monkeypatch.setattr("crm.intake.feeds.fetching.take", fail_at_the_first)

    assert fetch_all(now) == 1

    assert taken == [source.pk, other.pk]
    source.refresh_from_db()
    assert "Encore failed at it" in source.report["error"]
    assert "fetching_since" not in source.report
