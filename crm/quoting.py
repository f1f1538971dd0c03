from django.utils.translation import gettext as _


def quoted(name: str) -> str:
    """In the quotation marks of the reader's language."""
    return _("“%(name)s”") % {"name": name}
