"""How large the truth is, for inside and outside of Odoo."""

CUSTOMERS = 10
INVOICES = 100  # of which DUE are overdue by 3 to 67 days
DUE = 65
CREDIT_NOTES = 3
PAYMENTS = 2
