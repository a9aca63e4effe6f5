"""A further permission may guard an attachment."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0006_keywitness_seal'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attachment',
            name='permission',
            field=models.CharField(choices=[('household.read', 'household.read'), ('household.write', 'household.write'), ('personal.reveal', 'personal.reveal'), ('register.import', 'register.import'), ('register.export', 'register.export'), ('team.read', 'team.read'), ('team.write', 'team.write'), ('tariff.read', 'tariff.read'), ('tariff.write', 'tariff.write'), ('bill.run', 'bill.run'), ('bill.read', 'bill.read'), ('payment.take', 'payment.take'), ('receipt.print', 'receipt.print'), ('ledger.read', 'ledger.read'), ('journal.read', 'journal.read'), ('staff.manage', 'staff.manage'), ('staff.approve', 'staff.approve'), ('community.manage', 'community.manage')], max_length=30),
        ),
    ]
