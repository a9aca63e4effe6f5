"""Reveals name their visit; what was journalled during one is found."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_second_person'),
        ('records', '0008_attachment_permission'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='personalreveal',
            name='visit_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='journalentry',
            index=models.Index(condition=models.Q(('visit_id__isnull', False)), fields=['community', 'visit_id', 'id'], name='records_journal_visit'),
        ),
    ]
