"""The database itself keeps communities apart; the engine's traps are closed."""

# The two trial models stand in no installed app, so the checker gives them no manager.
# mypy: disable-error-code="attr-defined, arg-type"

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from guanjia.accounts.models import CommunityModel
from guanjia.accounts.tests.factories import make_community
from guanjia.core.database.checks import _faults
from guanjia.core.database.fields import CommunityForeignKey

pytestmark = pytest.mark.django_db(transaction=True)


class Shelf(CommunityModel):
    label = models.CharField(max_length=10)

    class Meta:
        app_label = "shelves"
        constraints = [models.UniqueConstraint(fields=["community", "label"], name="shelf_label")]


class Box(CommunityModel):
    shelf = CommunityForeignKey(Shelf, related_name="boxes")

    class Meta:
        app_label = "shelves"


@pytest.fixture
def shelves():
    """Two community tables made by the schema editor, as the tables' owner."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    with connection.schema_editor() as editor:
        editor.create_model(Shelf)
        editor.create_model(Box)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Box)
        editor.delete_model(Shelf)
    connection.close()


def constraints(table):
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, table)


def test_keys_carry_the_community(shelves):
    primary = [c["columns"] for c in constraints("shelves_box").values() if c["primary_key"]]
    foreign = [c["columns"] for c in constraints("shelves_box").values() if c["foreign_key"]]
    assert primary == [["id", "community_id"]]
    assert ["community_id", "shelf_id"] in foreign


def test_a_row_that_points_into_another_community_is_refused_by_the_database(shelves):
    here, there = make_community(), make_community()
    shelf = Shelf.objects.create(community=there, label="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Box.objects.create(community=here, shelf=shelf)
    Box.objects.create(community=there, shelf=shelf)  # the control: the same row at home is taken


def test_joins_and_lookups_name_the_community(shelves, django_assert_num_queries):
    shelf = Shelf.objects.create(community=make_community(), label="a")
    box = Box.objects.create(community=shelf.community, shelf=shelf)
    joined = str(Box.objects.filter(shelf__label="a").query)
    assert '"shelves_box"."community_id" = "shelves_shelf"."community_id"' in joined
    with django_assert_num_queries(1) as captured:
        assert Box.objects.get(pk=box.pk, community=shelf.community).shelf_id == shelf.pk
    with django_assert_num_queries(2) as captured:
        assert Box.objects.get(pk=box.pk, community=shelf.community).shelf.label == "a"
    assert "community_id" in captured.captured_queries[1]["sql"].split("WHERE")[1]


def test_altering_a_foreign_key_replaces_its_constraint(shelves):
    """Django looks a constraint up by its one column; without our override this is silently a no-op."""

    def foreign_keys():
        return {
            name
            for name, c in constraints("shelves_box").items()
            if c["columns"] == ["community_id", "shelf_id"]
        }

    assert len(foreign_keys()) == 1
    old = Box._meta.get_field("shelf")
    new = CommunityForeignKey(Shelf, db_constraint=False)
    new.set_attributes_from_name("shelf")
    new.model = Box
    with connection.schema_editor() as editor:
        editor.alter_field(Box, old, new)
    assert foreign_keys() == set()
    with connection.schema_editor() as editor:
        editor.alter_field(Box, new, old)
    assert len(foreign_keys()) == 1


def test_an_upsert_conflicts_on_the_whole_key(shelves):
    shelf = Shelf.objects.create(community=make_community(), label="a")
    shelf.label = "b"
    Shelf.objects.bulk_create(
        [shelf], update_conflicts=True, unique_fields=["id", "community"], update_fields=["label"]
    )
    assert Shelf.objects.get(pk=shelf.pk, community=shelf.community).label == "b"


def test_what_would_break_the_key_is_named_at_start_up():
    class Bad(CommunityModel):
        code = models.CharField(max_length=5, unique=True)
        grant = models.ForeignKey("accounts.Grant", models.PROTECT)
        twin = models.OneToOneField("accounts.Company", models.PROTECT)

        class Meta:
            app_label = "shelves"

    found = {error.id for error in _faults(Bad)}
    assert {"guanjia.E004", "guanjia.E005", "guanjia.E007"} <= found
    assert not [
        error
        for model in apps.get_models()
        if hasattr(model, "community")
        for error in _faults(model)
    ]
