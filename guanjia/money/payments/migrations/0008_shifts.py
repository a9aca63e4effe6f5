"""Money is taken at a desk in an open shift only: the desk's row says who is in it and of which business day it is."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """A desk's open shift, as a payment sees it under the row's lock."""

    dependencies = [("payments", "0007_lost_receipts")]
    operations = [
        migrations.AddField(
            model_name="desk",
            name="cashiers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="desk", name="shift_day", field=models.DateField(editable=False, null=True)
        ),
    ]
