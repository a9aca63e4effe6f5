"""The verbs of the estate."""

from guanjia.estate.actions.files import add_vehicle, file_document
from guanjia.estate.actions.parties import (
    change_party,
    merge_parties,
    register_party,
    split_party,
)
from guanjia.estate.actions.tenures import (
    begin_tenure,
    end_tenure,
    hand_over_unit,
    reinstate_tenure,
    transfer_ownership,
)
from guanjia.estate.actions.units import (
    UnitDetails,
    add_building,
    add_unit,
    change_unit,
    change_unit_status,
    leave_household,
    link_household,
)

__all__ = [
    "UnitDetails",
    "add_building",
    "add_unit",
    "add_vehicle",
    "begin_tenure",
    "change_party",
    "change_unit",
    "change_unit_status",
    "end_tenure",
    "file_document",
    "hand_over_unit",
    "leave_household",
    "link_household",
    "merge_parties",
    "register_party",
    "reinstate_tenure",
    "split_party",
    "transfer_ownership",
]
