"""Names under which shop builders and CRMs send a field, letters and digits only, the likeliest first."""

from __future__ import annotations

NAMES: dict[str, tuple[str, ...]] = {
    "number": (
        "orderid", "ordernumber", "orderno", "ordernum", "number", "invoicenumber", "номерзаказа", "заказ", "номер",
        "leadid", "dealid", "tranid", "id",
    ),
    "at": (
        "createdat", "placedat", "orderdate", "ordercreated", "createdate", "datecreated", "datecreate", "created",
        "datetime", "date", "submittedat", "timestamp", "sent", "датазаказа", "дата", "время", "отметкавремени",
    ),
    "total": (
        "totalprice", "grandtotal", "ordertotal", "total", "amount", "totalamount", "sum", "opportunity", "сумма",
        "итого", "суммазаказа", "стоимость", "коплате", "price", "цена",
    ),
    "currency": ("currency", "currencycode", "currencyid", "валюта"),
    "discount": ("discountvalue", "discountamount", "discount", "discounttotal", "скидка"),
    "coupon": ("promocode", "promo", "couponcode", "coupon", "discountcode", "промокод", "купон"),
    "status": ("financialstatus", "paymentstatus", "statusid", "status", "статусоплаты", "статус", "paid"),
    "paid_at": ("paidat", "datepaid", "paymentdate", "датаоплаты"),
    "shipped_at": ("shippedat", "dateshipped", "датаотправки"),
    "delivered_at": ("deliveredat", "datedelivered", "датадоставки"),
    "cancelled_at": ("cancelledat", "canceledat", "датаотмены"),
    "lines": (
        "orderlines", "lineitems", "products", "items", "orderitems", "goods", "positions", "lines", "cart", "basket",
        "товары", "позиции", "состав",
    ),
    "line_sku": ("sku", "article", "vendorcode", "артикул", "barcode", "productid", "externalid", "variantid", "id"),
    "line_name": ("name", "title", "productname", "producttitle", "название", "наименование", "товар", "product"),
    "line_price": ("price", "saleprice", "unitprice", "itemprice", "цена", "ценазаединицу"),
    "line_sum": ("amount", "total", "totalprice", "sum", "subtotal", "сумма", "стоимость"),
    "line_quantity": ("quantity", "qty", "count", "количество", "колво", "кол"),
    "line_category": ("category", "categoryname", "категория", "раздел"),
    "email": ("email", "mail", "emailaddress", "почта", "электроннаяпочта", "адресэлектроннойпочты", "youremail"),
    "phone": (
        "phone", "tel", "telephone", "phonenumber", "mobile", "mobilephone", "телефон", "номертелефона", "тел",
        "yourphone",
    ),
    "customer_id": ("customerid", "clientid", "userid", "buyerid", "contactid"),
    "name": ("fullname", "name", "customername", "clientname", "yourname", "contactname", "фио", "имя", "клиент"),
    "first_name": ("firstname", "givenname"),
    "last_name": ("lastname", "surname", "familyname", "фамилия"),
    "city": ("city", "town", "locality", "locationcity", "город"),
    "address": ("address", "street", "deliveryaddress", "адрес", "адресдоставки"),
    "postal_code": ("zip", "zipcode", "postcode", "postalcode", "индекс", "почтовыйиндекс"),
    "company": ("company", "companyname", "organization", "компания", "организация"),
    "born_on": ("birthday", "birthdate", "dateofbirth", "датарождения", "деньрождения"),
    "comment": (
        "comment", "comments", "customercomment", "ordercomments", "message", "note", "notes", "комментарий",
        "сообщение", "пожелания", "вопрос",
    ),
}  # fmt: skip
# What a group of fields is called whose fields are about the customer, or about the order.
PEOPLE = frozenset({"client", "customer", "buyer", "contact", "user", "person", "billing", "клиент", "покупатель"})
ORDERS = frozenset({"order", "payment", "deal", "lead", "заказ"})
# What an order's status says, in words of shops and payment systems.
MEANINGS = {
    "paid": "paid, оплачен, оплачено, true, yes",
    "shipped": "shipped, dispatched, отправлен, отгружен",
    "delivered": "delivered, completed, доставлен, выполнен",
    "cancelled": "cancelled, canceled, отменен, отменён",
}
