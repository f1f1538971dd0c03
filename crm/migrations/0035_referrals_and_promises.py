"""Who brought whom and what both get for it, and what the shop promises. A mailbox is known however it is written."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


MAILBOX = """
    CREATE FUNCTION crm_mailbox(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        WHEN split_part(lower($1), '@', 2) IN ('gmail.com', 'googlemail.com')
        THEN replace(split_part(split_part(lower($1), '@', 1), '+', 1), '.', '') || '@gmail.com'
        WHEN split_part(lower($1), '@', 2) IN ('yandex.ru', 'ya.ru', 'yandex.com', 'yandex.by', 'yandex.kz')
        THEN replace(split_part(split_part(lower($1), '@', 1), '+', 1), '.', '-') || '@yandex.ru'
        ELSE split_part(split_part(lower($1), '@', 1), '+', 1) || '@' || split_part(lower($1), '@', 2)
    END;
"""
NO_MAILBOX = "DROP FUNCTION crm_mailbox(text);"


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0034_points_tiers_and_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(MAILBOX, NO_MAILBOX),
        migrations.CreateModel(
            name="HistoricalPromise",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("words", models.CharField(help_text="As customers read it.", max_length=200, verbose_name="promise")),
                ("proof", models.TextField(blank=True, max_length=1000, verbose_name="how it is proved")),
                (
                    "proof_url",
                    models.URLField(
                        blank=True,
                        help_text="A page, a document or a picture that customers may open.",
                        verbose_name="link to the proof",
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nothing: the proof is below"),
                            ("answered", "questions and complaints answered in the promised time"),
                            ("delivered", "orders delivered by the promised day"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="counted by Encore",
                    ),
                ),
                (
                    "complaint_words",
                    models.TextField(
                        blank=True,
                        help_text="One a line; the beginning of a word is enough. A case with one of them is suggested to break it.",
                        verbose_name="words of complaints about it",
                    ),
                ),
                (
                    "place",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="The smallest comes first.", verbose_name="place"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="is given")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "change of a promise",
                "verbose_name_plural": "changes of promises",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReferralProgramme",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("is_on", models.BooleanField(default=False, verbose_name="recommendations are rewarded")),
                (
                    "recommender_kind",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("points", "points"),
                            ("percent", "coupon: percent off"),
                            ("amount", "coupon: amount off"),
                            ("free_delivery", "coupon: free delivery"),
                            ("gift", "a gift that a colleague hands over"),
                        ],
                        default="nothing",
                        max_length=16,
                        verbose_name="who recommends gets",
                    ),
                ),
                (
                    "recommender_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="percent, amount or points"
                    ),
                ),
                ("recommender_gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "friend_kind",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("points", "points"),
                            ("percent", "coupon: percent off"),
                            ("amount", "coupon: amount off"),
                            ("free_delivery", "coupon: free delivery"),
                            ("gift", "a gift that a colleague hands over"),
                        ],
                        default="nothing",
                        max_length=16,
                        verbose_name="the friend gets",
                    ),
                ),
                (
                    "friend_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="percent, amount or points"
                    ),
                ),
                ("friend_gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "is_friend_welcomed",
                    models.BooleanField(
                        default=True,
                        help_text="After they confirmed their address. Otherwise when the first order counts.",
                        verbose_name="the friend gets it at once, as a welcome",
                    ),
                ),
                (
                    "coupon_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="coupons are good for, days",
                    ),
                ),
                (
                    "counts_at",
                    models.CharField(
                        choices=[
                            ("paid", "the first order is paid"),
                            ("delivered", "the first order is delivered or performed"),
                            ("kept", "the time to return it is over"),
                        ],
                        default="kept",
                        help_text="How long goods may be returned stands among the settings of points.",
                        max_length=16,
                        verbose_name="it counts when",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="In the shop's currency, less what came back.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="first order of at least",
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(730),
                        ],
                        verbose_name="the friend orders within, days",
                    ),
                ),
                (
                    "most_a_month",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="What goes beyond waits for a person to look at it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="rewards a month to one person",
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        help_text="Customers may change them before they send them. Empty: Encore's own, in their language.",
                        max_length=600,
                        verbose_name="words to forward",
                    ),
                ),
                (
                    "examples_url",
                    models.URLField(
                        blank=True,
                        help_text="Cases, reviews or pictures, to be forwarded with the words.",
                        verbose_name="examples of your work",
                    ),
                ),
                (
                    "contact",
                    models.CharField(
                        blank=True,
                        help_text="Phone and hours for those who are recommended. Empty: the support contact of the shop.",
                        max_length=300,
                        verbose_name="whom to ask, and when",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "change of the recommendations",
                "verbose_name_plural": "changes of the recommendations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(help_text="As customers read it.", max_length=200, verbose_name="promise")),
                ("proof", models.TextField(blank=True, max_length=1000, verbose_name="how it is proved")),
                (
                    "proof_url",
                    models.URLField(
                        blank=True,
                        help_text="A page, a document or a picture that customers may open.",
                        verbose_name="link to the proof",
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nothing: the proof is below"),
                            ("answered", "questions and complaints answered in the promised time"),
                            ("delivered", "orders delivered by the promised day"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="counted by Encore",
                    ),
                ),
                (
                    "complaint_words",
                    models.TextField(
                        blank=True,
                        help_text="One a line; the beginning of a word is enough. A case with one of them is suggested to break it.",
                        verbose_name="words of complaints about it",
                    ),
                ),
                (
                    "place",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="The smallest comes first.", verbose_name="place"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="is given")),
                ("ready_key", models.CharField(blank=True, editable=False, max_length=32, null=True, unique=True)),
            ],
            options={
                "verbose_name": "promise",
                "verbose_name_plural": "promises",
                "ordering": ["place", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PromiseBreach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="noted at")),
            ],
            options={
                "verbose_name": "broken promise",
                "verbose_name_plural": "broken promises",
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "came_by",
                    models.CharField(
                        choices=[
                            ("form", "form of the page of recommendation"),
                            ("code", "code in the order"),
                            ("coupon", "coupon of a friend"),
                            ("link", "link to the shop's site"),
                            ("staff", "noted by staff"),
                        ],
                        max_length=8,
                        verbose_name="how the friend came",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("joined", "has not ordered yet"),
                            ("held", "ordered, the reward is held"),
                            ("review", "to be looked at"),
                            ("rewarded", "rewarded"),
                            ("reversed", "reward taken back"),
                            ("void", "does not count"),
                        ],
                        default="joined",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "—"),
                            ("self", "both are one person"),
                            ("known", "the friend had ordered before"),
                            ("small", "the first order was too small"),
                            ("cancelled", "the order was cancelled"),
                            ("returned", "the order came back"),
                            ("late", "no order came in time"),
                            ("refused", "refused by staff"),
                            ("erased", "one of them was erased"),
                            ("double", "the friend was recommended by somebody else before"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
                (
                    "doubts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("name", "the names are alike"),
                                ("address", "they live at one address"),
                                ("device", "more than three friends from one device"),
                                ("burst", "many friends within a day"),
                                ("month", "more rewards than usual in a month"),
                                ("returned", "a part of the order came back"),
                            ],
                            max_length=8,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="doubts",
                    ),
                ),
                (
                    "device",
                    models.CharField(
                        blank=True, editable=False, help_text="A digest of network and browser.", max_length=64
                    ),
                ),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="recommended at")),
                ("rewarded_at", models.DateTimeField(blank=True, null=True, verbose_name="rewarded at")),
                ("reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="looked at")),
            ],
            options={
                "verbose_name": "recommendation",
                "verbose_name_plural": "recommendations",
            },
        ),
        migrations.CreateModel(
            name="ReferralCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
                ("is_current", models.BooleanField(default=True, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "code of recommendation",
                "verbose_name_plural": "codes of recommendation",
            },
        ),
        migrations.CreateModel(
            name="ReferralProgramme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(default=False, verbose_name="recommendations are rewarded")),
                (
                    "recommender_kind",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("points", "points"),
                            ("percent", "coupon: percent off"),
                            ("amount", "coupon: amount off"),
                            ("free_delivery", "coupon: free delivery"),
                            ("gift", "a gift that a colleague hands over"),
                        ],
                        default="nothing",
                        max_length=16,
                        verbose_name="who recommends gets",
                    ),
                ),
                (
                    "recommender_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="percent, amount or points"
                    ),
                ),
                ("recommender_gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "friend_kind",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("points", "points"),
                            ("percent", "coupon: percent off"),
                            ("amount", "coupon: amount off"),
                            ("free_delivery", "coupon: free delivery"),
                            ("gift", "a gift that a colleague hands over"),
                        ],
                        default="nothing",
                        max_length=16,
                        verbose_name="the friend gets",
                    ),
                ),
                (
                    "friend_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="percent, amount or points"
                    ),
                ),
                ("friend_gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "is_friend_welcomed",
                    models.BooleanField(
                        default=True,
                        help_text="After they confirmed their address. Otherwise when the first order counts.",
                        verbose_name="the friend gets it at once, as a welcome",
                    ),
                ),
                (
                    "coupon_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="coupons are good for, days",
                    ),
                ),
                (
                    "counts_at",
                    models.CharField(
                        choices=[
                            ("paid", "the first order is paid"),
                            ("delivered", "the first order is delivered or performed"),
                            ("kept", "the time to return it is over"),
                        ],
                        default="kept",
                        help_text="How long goods may be returned stands among the settings of points.",
                        max_length=16,
                        verbose_name="it counts when",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="In the shop's currency, less what came back.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="first order of at least",
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(730),
                        ],
                        verbose_name="the friend orders within, days",
                    ),
                ),
                (
                    "most_a_month",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="What goes beyond waits for a person to look at it.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="rewards a month to one person",
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        help_text="Customers may change them before they send them. Empty: Encore's own, in their language.",
                        max_length=600,
                        verbose_name="words to forward",
                    ),
                ),
                (
                    "examples_url",
                    models.URLField(
                        blank=True,
                        help_text="Cases, reviews or pictures, to be forwarded with the words.",
                        verbose_name="examples of your work",
                    ),
                ),
                (
                    "contact",
                    models.CharField(
                        blank=True,
                        help_text="Phone and hours for those who are recommended. Empty: the support contact of the shop.",
                        max_length=300,
                        verbose_name="whom to ask, and when",
                    ),
                ),
            ],
            options={
                "verbose_name": "programme of recommendations",
                "verbose_name_plural": "programme of recommendations",
            },
        ),
        migrations.RemoveConstraint(
            model_name="eventinbox",
            name="eventinbox_consumer_known",
        ),
        migrations.AlterField(
            model_name="eventinbox",
            name="consumer",
            field=models.CharField(
                choices=[("chains", "chains"), ("results", "results of chains"), ("referrals", "recommendations")],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.Func("address", function="crm_mailbox", output_field=models.TextField()),
                condition=models.Q(("channel", "email")),
                name="contact_mailbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventinbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("consumer__in", ["chains", "results", "referrals"])),
                name="eventinbox_consumer_known",
            ),
        ),
        migrations.AddField(
            model_name="historicalpromise",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalpromise",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who answers for it",
            ),
        ),
        migrations.AddField(
            model_name="historicalreferralprogramme",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="promise",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who answers for it",
            ),
        ),
        migrations.AddField(
            model_name="promisebreach",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="breaches", to="crm.case", verbose_name="case"
            ),
        ),
        migrations.AddField(
            model_name="promisebreach",
            name="noted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="noted by",
            ),
        ),
        migrations.AddField(
            model_name="promisebreach",
            name="promise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="breaches",
                to="crm.promise",
                verbose_name="promise",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="friend",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="brought_by",
                to="crm.customer",
                verbose_name="friend",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="noted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="noted by",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="order",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="referral",
                to="crm.order",
                verbose_name="first order",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="recommender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="referrals",
                to="crm.customer",
                verbose_name="who recommended",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="looked at by",
            ),
        ),
        migrations.AddField(
            model_name="referralcode",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="referral_codes",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="referral_programme_is_one"),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recommender_kind__in", ["nothing", "free_delivery"]),
                    models.Q(("recommender_kind__in", ["points", "amount"]), ("recommender_value__gt", 0)),
                    models.Q(
                        ("recommender_kind", "percent"), ("recommender_value__gt", 0), ("recommender_value__lte", 100)
                    ),
                    models.Q(("recommender_kind", "gift"), models.Q(("recommender_gift", ""), _negated=True)),
                    _connector="OR",
                ),
                name="referral_recommender_reward_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("friend_kind__in", ["nothing", "free_delivery"]),
                    models.Q(("friend_kind__in", ["points", "amount"]), ("friend_value__gt", 0)),
                    models.Q(("friend_kind", "percent"), ("friend_value__gt", 0), ("friend_value__lte", 100)),
                    models.Q(("friend_kind", "gift"), models.Q(("friend_gift", ""), _negated=True)),
                    _connector="OR",
                ),
                name="referral_friend_reward_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recommender_kind__in", ["nothing", "points", "percent", "amount", "free_delivery", "gift"])
                ),
                name="referralprogramme_recommender_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("friend_kind__in", ["nothing", "points", "percent", "amount", "free_delivery", "gift"])
                ),
                name="referralprogramme_friend_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralprogramme",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts_at__in", ["paid", "delivered", "kept"])),
                name="referralprogramme_counts_at_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="promise_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("measure__in", ["", "answered", "delivered"])),
                name="promise_measure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="promisebreach",
            constraint=models.UniqueConstraint(fields=("promise", "case"), name="promise_broken_once_by_case"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["recommender", "-joined_at"], name="referral_by_recommender"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("status__in", ["joined", "held", "review"])),
                fields=["status", "joined_at"],
                name="referral_undecided",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("device", ""), _negated=True),
                fields=["device", "joined_at"],
                name="referral_by_device",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("status", "rewarded")), fields=["rewarded_at"], name="referral_rewarded"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("friend", None), models.Q(("friend", models.F("recommender")), _negated=True), _connector="OR"
                ),
                name="referral_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "void"), _negated=True),
                fields=("friend",),
                name="referral_friend_brought_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rewarded_at__isnull", False), ("status__in", ["rewarded", "reversed"])),
                    models.Q(("rewarded_at", None), ("status__in", ["joined", "held", "review", "void"])),
                    _connector="OR",
                ),
                name="referral_rewarded_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["void", "reversed"]), models.Q(("why", ""), _negated=True)),
                    ("status__in", ["joined", "held", "review", "rewarded"]),
                    _connector="OR",
                ),
                name="referral_end_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("came_by__in", ["form", "code", "coupon", "link", "staff"])),
                name="referral_came_by_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["joined", "held", "review", "rewarded", "reversed", "void"])),
                name="referral_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "why__in",
                        ["", "self", "known", "small", "cancelled", "returned", "late", "refused", "erased", "double"],
                    )
                ),
                name="referral_why_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("doubts__contained_by", ["name", "address", "device", "burst", "month", "returned"])
                ),
                name="referral_doubts_known",
            ),
        ),
        migrations.AddIndex(
            model_name="referralcode",
            index=models.Index(fields=["customer"], name="referral_code_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="referralcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="referral_code_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)), fields=("customer",), name="referral_code_one_current"
            ),
        ),
    ]
