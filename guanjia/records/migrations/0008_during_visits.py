"""Reveals name their visit; what was journalled during one is found; two permissions more may guard an attachment."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_second_person'),
        ('records', '0007_alter_attachment_permission'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='personalreveal',
            name='visit_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='permission',
            field=models.CharField(choices=[('household.read', 'household.read'), ('household.write', 'household.write'), ('personal.reveal', 'personal.reveal'), ('visit.read', 'visit.read'), ('visit.receive', 'visit.receive'), ('register.import', 'register.import'), ('register.export', 'register.export'), ('team.read', 'team.read'), ('team.write', 'team.write'), ('tariff.read', 'tariff.read'), ('tariff.write', 'tariff.write'), ('bill.run', 'bill.run'), ('bill.read', 'bill.read'), ('payment.take', 'payment.take'), ('receipt.print', 'receipt.print'), ('ledger.read', 'ledger.read'), ('journal.read', 'journal.read'), ('staff.manage', 'staff.manage'), ('staff.approve', 'staff.approve'), ('community.manage', 'community.manage')], max_length=30),
        ),
        migrations.AddIndex(
            model_name='journalentry',
            index=models.Index(condition=models.Q(('visit_id__isnull', False)), fields=['community', 'visit_id', 'id'], name='records_journal_visit'),
        ),
    ]
