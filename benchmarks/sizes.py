"""How large the truth is, for inside and outside of Odoo."""

CUSTOMERS = 10
INVOICES = 100  # of which DUE are overdue by 3 to 67 days
DUE = 65
CREDIT_NOTES = 3
PAYMENTS = 2

# The works of a day, in their order; ``works.WORKS`` says what each does.
WORKS = (
    "idle",
    "propose",
    "issue",
    "idle-after",
    "propose-2",
    "issue-2",
    "mails",
    "propose-3",
    "approve-3",
    "issue-3",
    "charge",
    "sheets",
    "statements",
)
