from decimal import Decimal


def ratio(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """`part` ÷ `whole`; None, shown as a dash, where there is nothing to divide or to divide by."""
    if part is None or not whole:
        return None
    return Decimal(part) / Decimal(whole)
