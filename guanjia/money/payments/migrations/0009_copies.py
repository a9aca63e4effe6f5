"""A receipt taken back without the customer's copy says why; a bare no told nothing, and no page ever asked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Words for the copy that did not come back."""

    dependencies = [("payments", "0008_shifts")]
    operations = [
        migrations.RemoveField(model_name="reversal", name="customer_copy"),
        migrations.AddField(
            model_name="reversal",
            name="copy_missing",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
    ]
