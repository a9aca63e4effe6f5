"""The reception's verbs."""

from guanjia.reception.actions.calls import (
    Noted,
    answer_call,
    call_back,
    drop_call,
    note_ringing,
    put_off_call,
    save_note,
)
from guanjia.reception.actions.drafts import Half, forget_draft, save_draft
from guanjia.reception.actions.visits import (
    Visitor,
    check_identity,
    finish_left_visits,
    finish_visit,
    hold_visit,
    resume_visit,
    start_visit,
)

__all__ = [
    "Half",
    "Noted",
    "Visitor",
    "answer_call",
    "call_back",
    "check_identity",
    "drop_call",
    "finish_left_visits",
    "finish_visit",
    "forget_draft",
    "hold_visit",
    "note_ringing",
    "put_off_call",
    "resume_visit",
    "save_draft",
    "save_note",
    "start_visit",
]
