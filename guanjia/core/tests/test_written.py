"""A QuerySet written down once reads what the QuerySet itself would, by new values each time."""

from datetime import date

import pytest
from django.db.models import F, QuerySet, Value

from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.core.database.written import written_once

pytestmark = pytest.mark.django_db
asked: list[tuple[object, ...]] = []


@written_once
def grants_of(community: int, users: list[int]) -> QuerySet[Grant]:
    asked.append((community, *users))
    rows = Grant.objects.filter(community=community, user__in=users)
    return rows.select_related("user").annotate(code=F("community__code")).order_by("user")


def test_it_reads_instances_with_what_goes_with_them(django_assert_num_queries):
    here = make_community()
    users = [make_user(community=here, role=Role.CLERK, name=name) for name in ("甲", "乙", "丙")]
    make_user(community=make_community(), role=Role.CLERK)
    with django_assert_num_queries(1):
        found = grants_of(here.pk, [user.pk for user in users])
        assert [grant.user.name for grant in found] == ["甲", "乙", "丙"]
    assert found == list(Grant.objects.filter(community=here).order_by("user"))
    assert {vars(grant)["code"] for grant in found} == {here.code}


def test_the_queryset_is_made_once_for_a_shape():
    grants_of(1, [1, 2, 3])
    asked.clear()
    for users in ([4, 5, 6, 7], [8, 9, 10]):
        assert grants_of(2, users) == []
    assert not asked


def test_sealed_columns_are_opened():
    user = make_user()
    user.set_phone("13800138000")
    user.save()

    @written_once
    def named(staff_no: str) -> QuerySet[User]:
        return User.objects.filter(staff_no=staff_no)

    assert named(user.staff_no)[0].phone == "13800138000"
    assert named("x' OR 'x' = 'x") == []


def test_days_are_values_too():
    made = make_community()
    Community.objects.filter(pk=made.pk).update(cut_over_on=date(2026, 1, 1))

    @written_once
    def opened_by(day: date, pk: int) -> QuerySet[Community]:
        return Community.objects.filter(pk=pk, cut_over_on__lte=day)

    assert opened_by(date(2026, 1, 1), made.pk) == [made]
    assert opened_by(date(2025, 12, 31), made.pk) == []


def test_what_it_makes_of_a_value_is_refused():
    @written_once
    def doubled(pk: int) -> QuerySet[Community]:
        return Community.objects.filter(pk=pk * 2)

    @written_once
    def dropped(pk: int) -> QuerySet[Community]:
        return Community.objects.annotate(x=Value(1))

    for wrong in (doubled, dropped):
        with pytest.raises(ValueError, match="not used as it is given"):
            wrong(1)


def test_what_cannot_be_written_once_is_refused():
    @written_once
    def values(pk: int) -> QuerySet[Community]:
        return Community.objects.filter(pk=pk).values("name")  # type: ignore[return-value]

    @written_once
    def community(row: Community) -> QuerySet[Community]:
        return Community.objects.filter(pk=row.pk)

    with pytest.raises(TypeError, match="whole instances"):
        values(1)
    with pytest.raises(TypeError, match="no int, text or day"):
        community(Community(pk=1))
    with pytest.raises(ValueError, match="empty"):
        grants_of(1, [])
