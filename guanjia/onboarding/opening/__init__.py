"""Going live: arrears, prepayments and receipt numbers from a workbook."""
