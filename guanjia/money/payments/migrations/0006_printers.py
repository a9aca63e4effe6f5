"""The printer at a desk, and printings that failed; failures only grow."""

import django.db.models.deletion
import django.db.models.functions.datetime
import guanjia.core.database.fields
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.payments_printfailure
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.payments_printfailure
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_sessions'),
        ('payments', '0005_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DeskPrinter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dx', models.SmallIntegerField(default=0)),
                ('dy', models.SmallIntegerField(default=0)),
                ('forms_left', models.PositiveIntegerField(null=True)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('desk', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='printers', to='payments.desk')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('community', 'desk'), name='payments_printer_once'), models.CheckConstraint(condition=models.Q(('dx__range', (-200, 200)), ('dy__range', (-200, 200))), name='payments_printer_offset')],
            },
        ),
        migrations.CreateModel(
            name='PrintFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('jam', '卡纸'), ('blank', '白纸或字迹不清'), ('cut', '没对齐、裁断')], max_length=8)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('printing', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='failures', to='payments.receiptprint')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('community', 'printing'), name='payments_print_failure_once')],
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
