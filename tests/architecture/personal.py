"""Every column that may hold something about a person, and how it is kept.

A column whose name hints at a person and that stands neither here nor in ``IMPERSONAL`` fails the test.
"""

SEALED = {
    "accounts.User.phone",
    "accounts.SecondFactor.secret",
    "estate.Party.phone",
    "estate.Party.id_number",
    "invoices.Invoice.send_to",
    "refunds.Refund.account",
    "onboarding.Import.content",
    "people.Staff.phone",
    "reception.Draft.content",
    "reception.PhoneNote.phone",
}
INDEXED = {  # keyed hashes, of use only with the key file
    "accounts.User.phone_index",
    "accounts.User.pin_index",
    "accounts.AccountEvent.account_index",
    "accounts.AccountEvent.device_index",
    "accounts.RecoveryCode.code_index",
    "estate.Party.phone_index",
    "estate.Party.phone_tail_index",
    "estate.Party.id_index",
    "reception.PhoneNote.phone_index",
}
PLAIN = {  # readable by whoever may read the page; erased or replaced on a lawful request
    "accounts.User.name",
    "accounts.User.password",
    "accounts.AccountEvent.address",
    "accounts.Preference.value",  # a filter may hold a name that was looked for; its owner alone reads it
    "estate.Household.name",
    "estate.Party.name",
    "estate.Party.note",
    "estate.Vehicle.plate",
    "bills.Opening.file_name",
    "onboarding.Import.file_name",
    "people.Staff.name",
    "reception.PhoneNote.about",
    "reception.PhoneNote.caller_name",
    "reception.Visit.visitor_name",
    "records.Attachment.original_name",
}
KEPT = {  # readable like those; a voucher must keep it for as long as the law says, so it is not erased
    "closing.Deposit.carrier",
    "closing.Handover.memo",
    "deposits.HeldDeposit.payer_name",
    "invoices.Invoice.payer_name",
    "invoices.Invoice.tax_number",  # an organisation's, on its licence
    "invoices.Invoice.title",
    "payments.Payment.payer_name",
    "discounts.DiscountGrant.applicant",
    "refunds.Refund.identity_tail",  # four characters
    "refunds.Refund.payee_name",
}
MASKED = {  # documents of many values, the personal ones masked or left out before they are written
    "closing.Shift.draft",  # what was typed of a count and its memo, emptied when the shift ends
    "onboarding.Import.report",  # quotes cells for a week, long numbers masked, then only counts
    "reception.IdentityCheck.called_number",
    "records.JournalEntry.before",
    "records.JournalEntry.after",
    "records.OutboxMessage.payload",
    "upkeep.AuditRun.findings",  # the ids and amounts of rows that break a law, no names
    "upkeep.Drill.found",  # counts and hashes
}
IMPERSONAL = {
    # Banknotes by denomination, totals of slips, receipts' numbers, heads of chains.
    "closing.Count.notes",
    "closing.DayClose.heads",
    "closing.DepositPart.notes",
    "closing.Handover.missing_copies",
    "closing.Handover.slips",
    "closing.Shift.notes",
    "accounts.Community.name",
    "accounts.Community.service_phone",
    "accounts.Company.name",
    "accounts.SecondFactor.name",
    "estate.Building.name",
    "payments.Desk.name",
    "people.Department.name",
    "people.Patch.name",
    "people.Post.name",
    "deposits.DepositKind.name",
    "tariffs.ChargeItem.name",
    "discounts.DiscountRule.name",
    "tariffs.Tariff.name",
    "tariffs.TariffVersion.steps",  # floors, tiers and prices
}
