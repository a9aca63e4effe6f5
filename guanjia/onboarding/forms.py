"""What the import's pages take in."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanjia.money.opening.states import Part
from guanjia.onboarding.layouts import LAYOUTS
from guanjia.onboarding.models import Import
from guanjia.onboarding.states import ImportStatus
from guanjia.onboarding.workbook import MOST_BYTES

_LABELS = {table.name: table.labels for layout in LAYOUTS for table in layout.tables}


class UploadForm(forms.Form):
    """A workbook."""

    file = forms.FileField(
        label=_("工作簿"),
        error_messages={"required": _("请先选一份工作簿"), "empty": _("这是空文件")},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read into memory."""
        file: Any = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            size = MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(
                _("文件超过 %(size)s MB，请按楼栋拆成几份") % {"size": size}
            )
        return file


class ImportFilter(forms.Form):
    """Which imports to list; what cannot be read filters nothing."""

    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *ImportStatus.choices()]
    )

    def of(self, rows: QuerySet[Import]) -> QuerySet[Import]:
        """Return those of ``rows`` that are asked for."""
        self.full_clean()
        status = self.cleaned_data.get("status")
        return rows.filter(status=status) if status else rows


class ConfirmForm(forms.Form):
    """Whether rows with errors are passed over."""

    skip_bad = forms.BooleanField(label=_("跳过出错的行"), required=False)


class ExportForm(forms.Form):
    """Why the numbers are wanted in full, if they are."""

    reveal_reason = forms.CharField(
        label=_("要完整电话和证件号的理由"),
        help_text=_("不填则脱敏；填了会逐人留痕"),
        max_length=200,
        required=False,
    )


class SignForm(forms.Form):
    """Which line of the trial balance to sign."""

    part = forms.ChoiceField(choices=Part.choices())


class WithdrawForm(forms.Form):
    """Why opening balances are taken back."""

    reason = forms.CharField(
        label=_("撤回的原因"),
        max_length=200,
        error_messages={"required": _("请写明原因")},
    )


class ColumnsForm(forms.Form):
    """What each heading of a workbook means."""

    ignored: ClassVar[tuple[str, Any]] = ("", _("不导入"))

    def __init__(self, columns: list[dict[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        for place, column in enumerate(columns):
            labels = _LABELS[column["table"]]
            self.fields[f"c{place}"] = forms.ChoiceField(
                choices=[self.ignored, *labels.items()],
                initial=column["field"],
                required=False,
                label=column["heading"],
            )

    def rows(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Return each column with its field."""
        return [(column, self[f"c{place}"]) for place, column in enumerate(self.columns)]

    def chosen(self) -> dict[tuple[str, str], str]:
        """Return the headings whose meaning was changed, by table and heading."""
        return {
            (column["table"], column["key"]): self.cleaned_data[f"c{place}"]
            for place, column in enumerate(self.columns)
            if f"c{place}" in self.changed_data
        }
