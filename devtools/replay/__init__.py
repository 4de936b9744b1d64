"""`./dev replay`: a ledger replayed day by day, and the promises checked on each of them.

* ``ledger``: the CSV file; what it says is owed is the truth
* ``books``: the same invoices and payments as real documents in Odoo
* ``oracle``: which level each invoice must get on which day, worked out from the file alone
* ``checks``: what was issued, read by SQL, against ledger and oracle
* ``charging``, ``charge_oracle``, ``charge_checks``: late payments charged by a rule, and every
  charge compared with what the file and the published rates give
* ``report``: progress and counts
"""
