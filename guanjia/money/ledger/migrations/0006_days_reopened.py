"""A closed day may be opened again, by two people and with a row for it; until it is closed once more it takes entries.

Cash over and short (现金长短款) gets its account, closings of shifts and deposits at the bank their kinds of entry.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import guanjia.core.database.fields

GUARDS = """
-- A day is closed while one of its closings has not been taken back.
CREATE OR REPLACE FUNCTION public.ledger_admit_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    PERFORM pg_advisory_xact_lock_shared(
        hashtextextended('ledger day ' || NEW.community_id || ' ' || NEW.business_date, 0));
    IF EXISTS (SELECT 1 FROM public.ledger_closedday d
               WHERE d.community_id = NEW.community_id AND d.business_date = NEW.business_date
                   AND NOT EXISTS (SELECT 1 FROM public.ledger_reopening r
                                   WHERE r.community_id = d.community_id AND r.closed_day_id = d.id)) THEN
        RAISE EXCEPTION 'business day % is closed', NEW.business_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_day_open';
    END IF;
    NEW.posted_at := clock_timestamp();
    RETURN NEW;
END $$;

-- Under the day's lock: a day that is closed is not closed again, and its closings are counted.
CREATE OR REPLACE FUNCTION public.ledger_shut_day() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE closings int; reopenings int;
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('ledger day ' || NEW.community_id || ' ' || NEW.business_date, 0));
    SELECT count(*), count(r.id) INTO closings, reopenings
    FROM public.ledger_closedday d
    LEFT JOIN public.ledger_reopening r ON r.community_id = d.community_id AND r.closed_day_id = d.id
    WHERE d.community_id = NEW.community_id AND d.business_date = NEW.business_date;
    IF closings > reopenings THEN
        RAISE EXCEPTION 'business day % is closed already', NEW.business_date
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'ledger_day_closed_once';
    END IF;
    NEW.nth := closings + 1;
    NEW.closed_at := clock_timestamp();
    RETURN NEW;
END $$;

-- The instant is taken under the day's lock: whatever was posted before it was posted before the reopening.
CREATE FUNCTION public.ledger_open_day() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE day date;
BEGIN
    SELECT d.business_date INTO day FROM public.ledger_closedday d
    WHERE d.community_id = NEW.community_id AND d.id = NEW.closed_day_id;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger day ' || NEW.community_id || ' ' || day, 0));
    NEW.reopened_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER reopen BEFORE INSERT ON public.ledger_reopening
FOR EACH ROW WHEN (NEW.closed_day_id IS NOT NULL) EXECUTE FUNCTION public.ledger_open_day();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.ledger_reopening
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.ledger_reopening
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Reopenings, and the words for what closing posts."""

    dependencies = [
        ("ledger", "0005_prepaid"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("reopened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("approved_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("asked_by", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("closed_day", guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="ledger.closedday")),
                ("community", guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.community", verbose_name="项目")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "closed_day"), name="ledger_reopened_once"),
                    models.CheckConstraint(condition=models.Q(("approved_by", models.F("asked_by")), _negated=True), name="ledger_reopening_two_people"),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="ledger_reopening_reason"),
                ],
            },
        ),
        migrations.AddField(
            model_name="closedday",
            name="nth",
            field=models.PositiveSmallIntegerField(db_default=1, editable=False),
        ),
        migrations.RemoveConstraint(model_name="closedday", name="ledger_day_closed_once"),
        migrations.AddConstraint(
            model_name="closedday",
            constraint=models.UniqueConstraint(fields=("community", "business_date", "nth"), name="ledger_day_closed_nth"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(choices=[("bills", "出账"), ("payment", "收款"), ("reversal", "红冲"), ("adjustment", "减免"), ("transfer", "转户"), ("shift", "交班"), ("deposit", "缴存")], max_length=10),
        ),
        migrations.AlterField(
            model_name="entryline",
            name="account",
            field=models.IntegerField(choices=[(1001, "库存现金"), (1002, "银行存款"), (101201, "POS 在途资金"), (101202, "收款码在途资金"), (1122, "应收账款"), (1901, "现金长短款"), (2203, "预收账款"), (2241, "代收代付款"), (6001, "主营业务收入"), (600101, "折扣与减免")]),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
