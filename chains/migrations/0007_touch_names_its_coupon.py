import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0006_tell_segments_of_letters"),
        ("crm", "0004_count_sendings_of_coupons"),
    ]

    operations = [
        migrations.AddField(
            model_name="touch",
            name="coupon",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="touches",
                to="crm.coupon",
                verbose_name="coupon",
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
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("coupon__isnull", False)), fields=["coupon"], name="touch_by_coupon"
            ),
        ),
    ]
