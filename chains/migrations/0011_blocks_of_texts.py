"""Every text becomes a picture, words and a button, in the order in which letters showed them."""

import secrets

from django.db import migrations

PLACES = {
    "words": {"source": "body"},
    "button": {"label": "cta_label", "link": "cta_url"},
    "picture": {"url": "picture_url"},
}


def make_blocks(apps, schema_editor):
    text_model, block_model = apps.get_model("chains", "TemplateText"), apps.get_model("chains", "MessageBlock")
    for text in text_model.objects.iterator():
        contents = [
            (
                "picture",
                {"url": text.picture_url, "alt": "{{ product.name }}", "link": ""} if text.picture_url else None,
            ),
            ("words", {"source": text.body}),
            ("button", {"label": text.cta_label, "link": text.cta_url} if text.cta_url else None),
        ]
        block_model.objects.bulk_create(
            block_model(text=text, key=secrets.token_hex(4), position=position, kind=kind, content=content)
            for position, (kind, content) in enumerate(pair for pair in contents if pair[1])
        )


def write_columns(apps, schema_editor):
    """The first block of each kind, and the words of all: other kinds had no column."""
    text_model, block_model = apps.get_model("chains", "TemplateText"), apps.get_model("chains", "MessageBlock")
    for text in text_model.objects.iterator():
        blocks = list(block_model.objects.filter(text=text).order_by("position", "pk"))
        for kind, columns in PLACES.items():
            first = next((block for block in blocks if block.kind == kind), None)
            for name, column in columns.items():
                setattr(text, column, first.content[name] if first else "")
        text.body = "\n\n".join(block.content["source"] for block in blocks if block.kind == "words")
        text.save()
    block_model.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0010_message_blocks"),
    ]

    operations = [migrations.RunPython(make_blocks, write_columns)]
