from odoo import fields
from odoo.tools import SQL

from .models import account_move_line_touched, collection_discount_in_force

FUNCTIONS = (account_move_line_touched.FUNCTION, collection_discount_in_force.FUNCTION)


def post_init_hook(env):
    """Do not write to customers about debt older than the installation.

    A company whose books already hold customers' debts starts with the items
    due from today on; the settings page opens older debt when a person wants it.
    French companies get the mention their law wants on invoices without discount, and orders
    warn of customers without credit, as the settings say.
    """
    companies = env["account.move.line"]._read_group(
        # Opening balances are no invoices, and old debt all the same.
        [("account_id.account_type", "=", "asset_receivable"), ("parent_state", "=", "posted")],
        ["company_id"],
    )
    at_work = env["collection.run"].search([]).company_id  # demo data
    for (company,) in companies:
        if company not in at_work and not company.collection_start_due_date:
            company.collection_start_due_date = fields.Date.context_today(env.user)
    everyone = env["res.company"].search([])
    everyone._collection_suggest_mention()
    everyone._collection_use_core_warning_if_harmless()


def uninstall_hook(env):
    """The database's functions go with the tables they read."""
    for name in FUNCTIONS:
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s", SQL.identifier(name)))
