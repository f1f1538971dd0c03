"""Messages as shop builders and CRMs send them, written for these tests."""

from urllib.parse import urlencode

TILDA_CART = {
    "Name": "Анна Петрова",
    "Email": "ann@example.com",
    "Phone": "+7 (916) 123-45-67",
    "subscribe": "yes",
    "payment[sys]": "cash",
    "payment[orderid]": "1784563",
    "payment[amount]": "3480",
    "payment[promocode]": "SPRING",
    "payment[products][0][name]": "Чайник медный",
    "payment[products][0][sku]": "K-1",
    "payment[products][0][price]": "1290",
    "payment[products][0][quantity]": "2",
    "payment[products][0][amount]": "2580",
    "payment[products][1][name]": "Заварник",
    "payment[products][1][price]": "900",
    "payment[products][1][quantity]": "1",
    "payment[products][1][amount]": "900",
    "formid": "form48844953",
    "formname": "Cart",
    "tranid": "70433:1784563",
}
TILDA_FORM = {
    "name": "Иванов Пётр Сергеевич",
    "phone": "8 916 765-43-21",
    "comments": "Перезвоните после шести",
    "formname": "Callback",
}
INSALES = {
    "id": 810043,
    "number": 1042,
    "created_at": "2026-03-09T18:43:54.000+03:00",
    "total_price": 5460.0,
    "currency_code": "RUR",
    "financial_status": "paid",
    "fulfillment_status": "new",
    "client": {"id": 77, "name": "Мария", "surname": "Иванова", "email": "maria@example.com", "phone": "89161234567"},
    "order_lines": [
        {"id": 5, "title": "Plate", "sku": "P-7", "quantity": 6, "sale_price": 910.0, "full_total_price": 5460.0}
    ],
    "shipping_address": {"full_locality_name": "г Тверь", "city": "Тверь"},
    "manager": None,
}
CRM = {
    "Номер заказа": "Б-17",
    "Дата заказа": "09.03.2026 14:05",
    "Сумма": "1 299,00 ₽",
    "ФИО": "Сидорова Вера Павловна",
    "Телефон": "8 (916) 111-22-33",
    "E-mail": "vera@example.com",
    "Статус": "Оплачен",
    "Город": "Пермь",
}
ECWID = {
    "orderNumber": 58,
    "createDate": "2026-03-09 11:20:00 +0000",
    "total": 49.9,
    "couponDiscount": 0,
    "paymentStatus": "PAID",
    "email": "bob@example.com",
    "billingPerson": {"name": "Bob Stone", "phone": "+44 20 7946 0018", "city": "Leeds"},
    "items": [{"id": 9, "sku": "00009", "name": "Mug", "price": 24.95, "quantity": 2, "productId": 31}],
}


def form(fields):
    return urlencode(fields)
