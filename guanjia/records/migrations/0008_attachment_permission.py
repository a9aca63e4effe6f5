"""Which permission guards a file is the program's to check: a new one changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0007_alter_attachment_permission'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attachment',
            name='permission',
            field=models.CharField(max_length=30),
        ),
    ]
