"""What the demo shop sells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from crm.models import Product, ProductRelation
from crm.orders.catalogue import category_at

SMALL, LARGE = ("Small appliances", "Мелкая техника"), ("Large appliances", "Крупная техника")
CONSUMABLES, TABLEWARE = ("Consumables", "Расходники"), ("Tableware", "Посуда")
SERVICES = ("Services", "Услуги")
MAKERS = ("Orvilo", "Tamsy", "Brenko", "Lumdal", "Keraska", "Fenno")
MODELS_EACH = 6
SITE = "lumdal.example.com"
GOODS, SERVICE = Product.Kind.GOODS, Product.Kind.SERVICE


@dataclass(frozen=True)
class Family:
    """A kind of product. `goes_with` names the families that are its accessories, consumables or services."""

    code: str
    names: tuple[str, str]
    group: tuple[str, str]
    section: tuple[str, str]
    price: int
    weight: int
    models: int = MODELS_EACH
    warranty_months: int | None = 24
    is_complex: bool = False
    repurchase_days: int | None = None
    kind: str = GOODS
    goes_with: tuple[str, ...] = ()


# fmt: off
FAMILIES = (
    Family("KET", ("kettle", "чайник"), SMALL, ("Kettles", "Чайники"), 45, 10, goes_with=("DSC", "MUG")),
    Family("COF", ("coffee machine", "кофемашина"), SMALL, ("Coffee machines", "Кофемашины"),
           420, 7, is_complex=True, goes_with=("BEA", "DSC", "MUG")),
    Family("BLE", ("blender", "блендер"), SMALL, ("Blenders", "Блендеры"), 60, 7, goes_with=("BOW",)),
    Family("TOA", ("toaster", "тостер"), SMALL, ("Toasters", "Тостеры"), 40, 5, goes_with=("MUG",)),
    Family("MUL", ("multicooker", "мультиварка"), SMALL, ("Multicookers", "Мультиварки"),
           110, 6, is_complex=True, goes_with=("BOW",)),
    Family("MIC", ("microwave", "микроволновка"), SMALL, ("Microwaves", "Микроволновки"), 120, 6, goes_with=("BOW",)),
    Family("IRO", ("iron", "утюг"), SMALL, ("Irons", "Утюги"), 55, 5, goes_with=("DSC",)),
    Family("VAC", ("vacuum cleaner", "пылесос"), SMALL, ("Vacuum cleaners", "Пылесосы"),
           180, 7, goes_with=("BAG", "FIL")),
    Family("HUM", ("humidifier", "увлажнитель"), SMALL, ("Humidifiers", "Увлажнители"), 80, 4, goes_with=("FIL",)),
    Family("FRI", ("refrigerator", "холодильник"), LARGE, ("Refrigerators", "Холодильники"),
           780, 4, warranty_months=36, is_complex=True, goes_with=("EXT", "FIL")),
    Family("WAS", ("washing machine", "стиральная машина"), LARGE, ("Washing machines", "Стиральные машины"),
           560, 5, is_complex=True, goes_with=("POW", "EXT", "INS")),
    Family("DIS", ("dishwasher", "посудомоечная машина"), LARGE, ("Dishwashers", "Посудомоечные машины"),
           520, 4, is_complex=True, goes_with=("TAB", "EXT", "INS")),
    Family("OVE", ("oven", "духовой шкаф"), LARGE, ("Ovens", "Духовые шкафы"),
           640, 3, is_complex=True, goes_with=("INS", "EXT")),
    Family("BEA", ("coffee beans, 1 kg", "кофе в зёрнах, 1 кг"), CONSUMABLES, ("Coffee", "Кофе"),
           22, 5, warranty_months=None, repurchase_days=40),
    Family("DSC", ("descaler", "средство от накипи"), CONSUMABLES, ("Care", "Уход за техникой"),
           9, 3, models=4, warranty_months=None, repurchase_days=120),
    Family("FIL", ("filter set", "комплект фильтров"), CONSUMABLES, ("Filters", "Фильтры"),
           24, 3, warranty_months=None, repurchase_days=180),
    Family("BAG", ("dust bags, 5", "мешки для пылесоса, 5 шт."), CONSUMABLES, ("Dust bags", "Мешки для пылесосов"),
           12, 3, models=4, warranty_months=None, repurchase_days=150),
    Family("POW", ("washing capsules, 40", "капсулы для стирки, 40 шт."), CONSUMABLES, ("Washing", "Для стирки"),
           18, 4, models=4, warranty_months=None, repurchase_days=60),
    Family("TAB", ("dishwasher tablets, 60", "таблетки для посудомойки, 60 шт."), CONSUMABLES,
           ("Dishwashing", "Для посудомойки"), 19, 4, models=4, warranty_months=None, repurchase_days=60),
    Family("MUG", ("set of mugs, 4", "набор кружек, 4 шт."), TABLEWARE, ("Mugs", "Кружки"),
           28, 2, warranty_months=None),
    Family("BOW", ("glass bowls with lids, 3", "стеклянные контейнеры, 3 шт."), TABLEWARE,
           ("Bowls", "Миски и контейнеры"), 32, 2, warranty_months=None),
    Family("INS", ("installation", "установка"), SERVICES, ("Installation", "Установка"),
           49, 1, models=2, warranty_months=None, kind=SERVICE),
    Family("EXT", ("extended service, 2 years", "продлённый сервис, 2 года"), SERVICES,
           ("Extended service", "Продлённый сервис"), 79, 1, models=2, warranty_months=None, kind=SERVICE),
)
# fmt: on


def stock_shelves(random: Random, *, in_russian: bool, now: dt.datetime) -> dict[str, list[Product]]:
    """Create categories, products and their relations; returns the products by family code."""
    word = int(in_russian)
    shelves = {}
    for family in FAMILIES:
        category = category_at(f"{family.group[word]} / {family.section[word]}")
        rows = [_product(random, family, number, word) for number in range(family.models)]
        for row in rows:
            row.category, row.created_at = category, now
        shelves[family.code] = Product.objects.bulk_create(rows)
    ProductRelation.objects.bulk_create(
        [
            relation
            for family in FAMILIES
            for code in family.goes_with
            for relation in _relations(random, shelves[family.code], shelves[code])
        ]
    )
    return shelves


def _product(random: Random, family: Family, number: int, word: int) -> Product:
    maker = MAKERS[(number + len(family.code) + family.price) % len(MAKERS)]
    step = Decimal(str(round(0.65 + 0.16 * number + random.uniform(-0.03, 0.03), 2)))
    price = max(Decimal(3), (family.price * step).quantize(Decimal(1))) - Decimal("0.10")
    tier = Product.PriceTier
    sku = f"{family.code}-{100 + 10 * number}"
    return Product(
        sku=sku,
        name=f"{maker} {family.code[0]}{10 + 7 * number} {family.names[word]}"
        if not word
        else f"{family.names[word].capitalize()} {maker} {family.code[0]}{10 + 7 * number}",
        kind=family.kind,
        price=price,
        cost=(price * Decimal(str(round(random.uniform(0.55, 0.74), 2)))).quantize(Decimal("0.01")),
        price_tier=(tier.BUDGET, tier.BUDGET, tier.MIDDLE, tier.MIDDLE, tier.PREMIUM, tier.PREMIUM)[number % 6],
        complexity=Product.Complexity.COMPLEX if family.is_complex else Product.Complexity.SIMPLE,
        warranty_months=family.warranty_months,
        url=f"https://{SITE}/p/{sku.lower()}",
        instructions_url=f"https://{SITE}/manuals/{sku}" if family.warranty_months else "",
        repurchase_days=family.repurchase_days,
    )


def _relations(random: Random, products: list[Product], others: list[Product]) -> list[ProductRelation]:
    kind = ProductRelation.Kind
    return [
        ProductRelation(
            product=product,
            related=other,
            kind=kind.SERVICE
            if other.kind == SERVICE
            else kind.CONSUMABLE
            if other.repurchase_days
            else kind.ACCESSORY,
        )
        for product in products
        for other in random.sample(others, k=min(2, len(others)))
    ]
