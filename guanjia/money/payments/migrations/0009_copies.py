"""A receipt taken back without the customer's copy says why; none was before this, as no page took receipts back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Words for the copy that did not come back."""

    dependencies = [("payments", "0008_shifts")]
    operations = [
        migrations.AddField(
            model_name="reversal",
            name="copy_missing",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="reversal",
            constraint=models.CheckConstraint(
                condition=models.Q(customer_copy=True, copy_missing="")
                | models.Q(customer_copy=False) & ~models.Q(copy_missing=""),
                name="payments_reversal_copy",
            ),
        ),
    ]
