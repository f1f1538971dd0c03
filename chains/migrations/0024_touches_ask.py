"""Whether a message asks its customer something, which survey, and what happens if they were asked lately.

Questions of messages that a shop has already are asked as they were.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0023_cases_rest_and_merge"),
        ("crm", "0033_surveys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="touch",
            name="touch_reason_known",
        ),
        migrations.AddField(
            model_name="touch",
            name="asks",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "nothing"),
                    ("skip_message", "a question, or it is not sent"),
                    ("leave_out", "a question, or it goes without"),
                    ("ask", "a question, however lately they were asked"),
                    ("left_out", "the question was left out"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=16,
                verbose_name="asks",
            ),
        ),
        migrations.AddField(
            model_name="touch",
            name="survey",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="touches",
                to="crm.survey",
                verbose_name="survey",
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
                    ("asked_lately", "the customer was asked something not long ago"),
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
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("asks__in", ["skip_message", "leave_out", "ask"])),
                fields=["customer", "sent_at"],
                name="touch_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("survey__isnull", False)), fields=["survey", "sent_at"], name="touch_by_survey"
            ),
        ),
        migrations.AddConstraint(
            model_name="touch",
            constraint=models.CheckConstraint(
                condition=models.Q(("asks__in", ["", "skip_message", "leave_out", "ask", "left_out"])),
                name="touch_asks_known",
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
                            "asked_lately",
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
    ]
