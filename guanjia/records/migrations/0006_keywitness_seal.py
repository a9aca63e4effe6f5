from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0005_numbers_files_witness'),
    ]

    operations = [
        migrations.AddField(
            model_name='keywitness',
            name='seal_fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='keywitness',
            name='seal_key',
            field=models.CharField(default='', max_length=20),
        ),
    ]
