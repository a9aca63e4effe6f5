"""One tariff of an item a day per unit, kept statement by statement; see estate's migration of this name."""

from django.db import migrations

KEEP = """
CREATE TRIGGER one_per_item_inserted AFTER INSERT ON public.tariffs_unittariff
REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION public.estate_one_at_a_time('tariffs_unit_one_per_item', 'unit_id, item_id', 'true');
CREATE TRIGGER one_per_item_updated AFTER UPDATE ON public.tariffs_unittariff
REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION public.estate_one_at_a_time('tariffs_unit_one_per_item', 'unit_id, item_id', 'true');
"""
RETURN = """
DROP TRIGGER one_per_item_inserted ON public.tariffs_unittariff;
DROP TRIGGER one_per_item_updated ON public.tariffs_unittariff;
"""


class Migration(migrations.Migration):
    """A guard in the place of a constraint."""

    dependencies = [("tariffs", "0003_extra_items"), ("estate", "0003_one_at_a_time")]
    operations = [
        migrations.RunSQL(KEEP, RETURN),
        migrations.RemoveConstraint("unittariff", "tariffs_unit_one_per_item"),
    ]
