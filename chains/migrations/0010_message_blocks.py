"""Texts are made of blocks; who changed a template last; a letter may have nothing to show."""

import chains.models.block
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0009_strangers_wait_in_the_queue"),
        ("crm", "0024_visitor_allowances"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=chains.models.block.new_block_key, editable=False, max_length=8)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("kind", models.CharField(max_length=32, verbose_name="kind")),
                ("rule", models.JSONField(blank=True, null=True, verbose_name="for whom")),
                ("content", models.JSONField(default=dict, verbose_name="content")),
            ],
            options={
                "verbose_name": "block of a message",
                "verbose_name_plural": "blocks of a message",
                "ordering": ["text", "position", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="templatetext",
            name="template_text_button_has_words_and_link",
        ),
        migrations.RemoveConstraint(
            model_name="touch",
            name="touch_reason_known",
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="changed at"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="changed_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="changed by",
            ),
        ),
        migrations.AlterField(
            model_name="touch",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "no reason"),
                    ("chain_paused", "the chain is paused"),
                    ("moment_passed", "its moment had passed before the customer came to it"),
                    ("goods_gone", "the customer no longer has the goods it is about"),
                    ("bought_again", "the customer has bought the goods again"),
                    ("pause_dropped", "it fell due while the chain was paused"),
                    ("chain_archived", "the chain is archived"),
                    ("left", "the customer left the chain"),
                    ("goal", "the goal was reached"),
                    ("exit_rule", "the rule that ends the chain holds"),
                    ("order_cancelled", "the order was cancelled"),
                    ("order_returned", "the order was returned"),
                    ("replied", "the customer replied"),
                    ("erased", "the customer was erased"),
                    ("complaint", "an open complaint"),
                    ("mood", "a bad mood was noted"),
                    ("not_delivered", "the order has not arrived"),
                    ("service_first", "no service message for the order yet"),
                    ("weekly_cap", "enough messages this week"),
                    ("just_delivered", "the order has only just arrived"),
                    ("no_address", "no address"),
                    ("bad_address", "the address does not work"),
                    ("no_consent", "no consent"),
                    ("spam_stop", "marketing letters are stopped: too many spam reports"),
                    ("opted_out", "the customer unsubscribed"),
                    ("topic_muted", "the customer does not want this topic"),
                    ("quiet_hours", "quiet hours"),
                    ("channel_down", "the channel is down"),
                    ("rate_limit", "as many messages as the channel takes at once"),
                    ("too_late", "too late to be useful"),
                    ("temporary", "a temporary failure"),
                    ("gave_up", "failed too many times"),
                    ("rejected", "refused by the mail server"),
                    ("template", "the text could not be made"),
                    ("no_channel", "the channel is not set up"),
                    ("interrupted", "sending was interrupted"),
                    ("coupon", "no coupon to show was issued"),
                    ("nothing_to_show", "there is nothing to show the customer in it"),
                    ("control", "in the control group"),
                ],
                default="",
                max_length=16,
                verbose_name="why",
            ),
        ),
        migrations.AddConstraint(
            model_name="touch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        [
                            "",
                            "chain_paused",
                            "moment_passed",
                            "goods_gone",
                            "bought_again",
                            "pause_dropped",
                            "chain_archived",
                            "left",
                            "goal",
                            "exit_rule",
                            "order_cancelled",
                            "order_returned",
                            "replied",
                            "erased",
                            "complaint",
                            "mood",
                            "not_delivered",
                            "service_first",
                            "weekly_cap",
                            "just_delivered",
                            "no_address",
                            "bad_address",
                            "no_consent",
                            "spam_stop",
                            "opted_out",
                            "topic_muted",
                            "quiet_hours",
                            "channel_down",
                            "rate_limit",
                            "too_late",
                            "temporary",
                            "gave_up",
                            "rejected",
                            "template",
                            "no_channel",
                            "interrupted",
                            "coupon",
                            "nothing_to_show",
                            "control",
                        ],
                    )
                ),
                name="touch_reason_known",
            ),
        ),
        migrations.AddField(
            model_name="messageblock",
            name="text",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="blocks",
                to="chains.templatetext",
                verbose_name="template text",
            ),
        ),
        migrations.AddConstraint(
            model_name="messageblock",
            constraint=models.UniqueConstraint(fields=("text", "key"), name="message_block_key_once_per_text"),
        ),
        migrations.AddConstraint(
            model_name="messageblock",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", ""), _negated=True), name="message_block_has_kind"
            ),
        ),
    ]
