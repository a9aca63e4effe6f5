"""The page's parts keep their promises to screen readers, to keyboards and to the eye."""

import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from guanjia.core.components.samples import SampleForm, wrong_form
from guanjia.core.refusal import Refusal

pytestmark = pytest.mark.rules


def drawn(source: str, **context: object) -> str:
    return Template("{% load parts %}" + source).render(Context(context))


def test_an_icon_is_decoration_unless_it_has_a_title() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "search" %}')
    titled = drawn('{% icon "check" "s" "已核对" %}')
    assert 'role="img" aria-label="已核对"' in titled
    assert "aria-hidden" not in titled


def test_an_icon_that_is_not_in_the_sprite_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="unicorn"):
        drawn('{% icon "unicorn" %}')


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{% money 75119 %}", "¥ 751.19"),
        ("{% money -272 %}", "-¥ 2.72"),
        ("{% money 184263005 '' %}", "1,842,630.05"),
        ("{% money 0 %}", "¥ 0.00"),
    ],
)
def test_money_is_written_from_fen(source: str, written: str) -> None:
    assert f">{written}<" in drawn(source)


def test_what_a_customer_typed_never_becomes_markup() -> None:
    page = drawn(
        '{% tag name %}{% card name %}x{% endcard %}{% nothing "inbox" name %}{% icon "x" "" name %}',
        name="<script>",
    )
    assert "<script>" not in page


def test_every_word_about_a_field_is_tied_to_its_control() -> None:
    form = wrong_form()
    for bound in form:
        page = drawn("{% field bound %}", bound=bound)
        described = {
            name
            for found in re.findall(r'aria-describedby="([^"]+)"', page)
            for name in found.split()
        }
        assert described == {
            name
            for name in re.findall(r'id="([^"]+)"', page)
            if name.endswith(("_helptext", "_error"))
        }
    assert 'id="id_phone_error"' in drawn("{% field bound %}", bound=form["phone"])


def test_only_optional_fields_are_marked() -> None:
    form = SampleForm()
    assert "（选填）" in drawn("{% field bound %}", bound=form["note"])
    assert "（选填）" not in drawn("{% field bound %}", bound=form["name"])


def test_the_error_summary_takes_the_focus_and_leads_to_the_controls() -> None:
    form = wrong_form()
    summary = drawn("{% error_summary form %}", form=form)
    controls = drawn("{% for each in form %}{% field each %}{% endfor %}", form=form)
    assert "autofocus" in summary
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert targets == ["id_phone", "id_agree"]
    assert all(f'id="{target}"' in controls for target in targets)
    assert drawn("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_turning_the_page_keeps_the_filters() -> None:
    request = RequestFactory().get("/", {"unit": "3-2", "page": "7"})
    page = drawn("{% pagination page %}", page=Paginator(range(612), 20).page(7), request=request)
    assert "共 612 条，第 121–140 条" in page
    assert 'href="?unit=3-2&amp;page=8" rel="next"' in page


def test_shares_fill_the_bar_and_an_empty_till_draws_nothing() -> None:
    page = drawn("{% shares '占比' amounts %}", amounts=[600, 300, 100])
    assert re.findall(r'x="(\d+)"', page) == ["0", "600", "900"]
    assert 'width="0"' in drawn("{% shares '占比' amounts %}", amounts=[0, 0])


def test_a_dialog_sent_back_with_errors_opens_by_itself() -> None:
    assert "data-open" in drawn('{% dialog "d" "作废" is_open=True %}x{% enddialog %}')
    assert "data-open" not in drawn('{% dialog "d" "作废" %}x{% enddialog %}')


def test_a_refusal_names_its_reason_and_remedy() -> None:
    refusal = Refusal("已经日结", "请开红字冲销")
    page = drawn('{% include "core/_refusal.html" %}', refusal=refusal)
    assert "已经日结。请开红字冲销。" in page


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_stands_without_request_or_frame(name: str) -> None:
    page = drawn("{% include page %}", page=f"{name}.html")
    assert "回到首页" in page
    assert "csrf" not in page


def test_the_frame_offers_no_menu_for_one_community_and_no_box_without_search() -> None:
    frame = SimpleNamespace(
        community=SimpleNamespace(name="示例花园"),
        communities=(),
        user=SimpleNamespace(name="陈", post=""),
    )
    page = drawn('{% include "core/_top.html" %}', frame=frame)
    assert "示例花园" in page
    assert "<details" not in page
    assert "omni-box" not in page
