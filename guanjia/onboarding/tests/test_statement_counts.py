"""An import takes as many statements for five thousand rows as for five."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.tests.factories import make_community
from guanjia.onboarding.tests.workbooks import register, take_in

pytestmark = pytest.mark.django_db


def rows(count, **changes):
    return [
        {"number": f"1-1-{n}", "gross_area": 98, "name": f"住户{n}", "phone": f"1390592{n:04}", **changes}
        for n in range(1, count + 1)
    ]  # fmt: skip


def statements(community, content):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert take_in(community, content).refusal is None
    return len(captured)


def test_the_count_does_not_grow_with_the_rows():
    few, many = (make_community(cut_over_on=date(2026, 11, 1)) for _ in range(2))
    assert statements(few, register(*rows(5))) == statements(many, register(*rows(2000)))


def test_nor_with_the_changes():
    few, many = (make_community(cut_over_on=date(2026, 11, 1)) for _ in range(2))
    counts = []
    for community, count in ((few, 5), (many, 500)):
        take_in(community, register(*rows(count)))
        changed = rows(count, gross_area=99, phone="13905920000", layout="两室", relation="本人")
        counts.append(statements(community, register(*changed)))
    assert counts[0] == counts[1]
