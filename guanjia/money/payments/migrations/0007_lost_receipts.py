"""Numbers that were issued and lost are accounted for by rows, which only grow."""

import django.db.models.deletion
import guanjia.core.database.fields
from django.conf import settings
from django.db import migrations, models


KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.payments_lostreceipt
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.payments_lostreceipt
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """The rows that account for lost numbers."""

    dependencies = [
        ('accounts', '0005_sessions'),
        ('payments', '0006_printers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LostReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
                ('issued_at', models.DateTimeField(null=True)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.community', verbose_name='项目')),
                ('desk', guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.desk')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('community', 'desk', 'number'), name='payments_lost_once')],
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
