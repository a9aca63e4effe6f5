"""A payment has parts, one by each method; a reversal takes it back."""

import django.db.models.deletion
import django.db.models.functions.datetime
import guanjia.core.database.fields
from django.conf import settings
from django.db import migrations, models


MOVE = """
INSERT INTO public.payments_part (community_id, payment_id, method, amount_fen, tendered_fen, reference)
SELECT community_id, id, method, amount_fen, tendered_fen, reference FROM public.payments_payment ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """What was one method on a payment becomes its one part; receipts can be taken back."""

    dependencies = [
        ('accounts', '0004_second_person'),
        ('bills', '0004_keep_runs'),
        ('estate', '0002_document_attachment'),
        ('ledger', '0005_prepaid'),
        ('payments', '0004_paid_accounted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(choices=[('static_code', '收款码'), ('pos', 'POS 刷卡'), ('cash', '现金'), ('transfer', '转账'), ('prepayment', '预存抵扣')], max_length=12)),
                ('amount_fen', models.BigIntegerField()),
                ('tendered_fen', models.BigIntegerField(null=True)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('payment', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='payments.payment')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['community', 'payment'], name='payments_part_of'),
                    models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['community', 'method', 'reference'], name='payments_part_reference'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), models.Q(('tendered_fen', None), ('tendered_fen__gte', models.F('amount_fen')), _connector='OR')), name='payments_part_amount'),
                    models.CheckConstraint(condition=models.Q(models.Q(('method', 'cash'), ('reference', ''), ('tendered_fen__isnull', False)), models.Q(('method', 'prepayment'), ('reference', ''), ('tendered_fen', None)), models.Q(('method__in', ['pos', 'static_code', 'transfer']), ('tendered_fen', None), models.Q(('reference', ''), _negated=True)), _connector='OR'), name='payments_part_evidence'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reversal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('void', '作废'), ('red', '红冲')], max_length=8)),
                ('reason', models.CharField(max_length=200)),
                ('customer_copy', models.BooleanField()),
                ('business_date', models.DateField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('desk', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.desk')),
                ('entry', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('payment', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='payments.payment')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['community', 'business_date'], name='payments_reversals_of_day'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('community', 'payment'), name='payments_reversed_once'),
                    models.UniqueConstraint(fields=('community', 'entry'), name='payments_reversal_entry'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='payments_reversal_reason'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_once',
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='payments_allocation_amount',
        ),
        migrations.AddField(
            model_name='payment',
            name='prepaid_fen',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='payment',
            name='received_on',
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='payments_allocation_amount'),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payments_amount_sane',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payments_method_evidence',
        ),
        migrations.RemoveField(
            model_name='payment',
            name='method',
        ),
        migrations.RemoveField(
            model_name='payment',
            name='reference',
        ),
        migrations.RemoveField(
            model_name='payment',
            name='tendered_fen',
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(condition=models.Q(('amount_fen__gt', 0)), fields=('community', 'payment', 'bill'), name='payments_allocation_once'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(condition=models.Q(('amount_fen__lt', 0)), fields=('community', 'payment', 'bill'), name='payments_allocation_back_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('community', 'entry'), name='payments_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('prepaid_fen__gte', 0), ('prepaid_fen__lte', models.F('amount_fen'))), name='payments_amount_sane'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('received_on', None), ('received_on__lt', models.F('business_date')), _connector='OR'), name='payments_received_before'),
        ),
        migrations.RunSQL(
            "".join(KEEP.format(table=table) for table in ("payments_part", "payments_reversal")),
            migrations.RunSQL.noop,
        ),
    ]
