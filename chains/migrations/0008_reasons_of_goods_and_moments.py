"""A message may have lost its goods, or its moment before somebody came to it."""

from django.db import migrations, models

# Undone, what was skipped for one of these reasons is told as too late.
UNTELL = """
    UPDATE chains_touch SET reason = 'too_late', facts = '{}'
    WHERE reason IN ('moment_passed', 'goods_gone', 'bought_again')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0007_more_events"),
        ("crm", "0015_site_script"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="touch",
            name="touch_reason_known",
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
                            "control",
                        ],
                    )
                ),
                name="touch_reason_known",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, UNTELL),
    ]
