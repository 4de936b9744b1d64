from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner import STAFF

# Where charts of accounts keep them; offered, never imposed: another account may be chosen
# in the settings and on each document.
BAD_DEBT_CODES = {"FR": ("654",), "RO": ("654",)}
RECOVERY_CODES = {"FR": ("7583", "7714"), "RO": ("754",)}
BAD_DEBT_NAMES = ("bad debt", "irrecoverable", "uncollectible", "doubtful", "write-off")
RECOVERY_NAMES = ("bad debts recovered", "recovered", "recovery")
EXPENSES = ("expense", "expense_other")
INCOMES = ("income", "income_other")


class ResCompany(models.Model):
    """How a company gives up debts, and what it does about bad payers' credit."""

    _inherit = "res.company"

    collection_write_off_account_id = fields.Many2one(
        "account.account",
        string="Bad Debts",
        domain="[('internal_group', '=', 'expense'), ('active', '=', True)]",
        check_company=True,
        help="What is given up is booked here: 654 in the French and Romanian charts. Empty: "
        "the account the chart suggests.",
        groups=STAFF,
    )
    collection_recovery_account_id = fields.Many2one(
        "account.account",
        string="Bad Debts Recovered",
        domain="[('internal_group', '=', 'income'), ('active', '=', True)]",
        check_company=True,
        help="Money that comes after a debt was given up is booked here: 7583 in the French "
        "chart, 754 in the Romanian. Empty: the account the chart suggests.",
        groups=STAFF,
    )
    collection_write_off_journal_id = fields.Many2one(
        "account.journal",
        string="Write-Off Journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
        help="For write-offs without tax relief. Empty: the first miscellaneous journal.",
        groups=STAFF,
    )
    collection_write_off_limit = fields.Monetary(
        string="Second Person Above",
        help="A write-off above this amount is approved by another collections manager than "
        "the one who asks for it. What the customer was let off in the last 30 days counts. "
        "0: one manager is enough.",
        groups=STAFF,
    )
    collection_agency_account_id = fields.Many2one(
        "account.account",
        string="Agency Fees",
        domain="[('internal_group', '=', 'expense'), ('active', '=', True)]",
        check_company=True,
        help="The fees of agencies and lawyers are booked here. Empty: the default account of "
        "the purchase journal.",
        groups=STAFF,
    )
    collection_block_credit = fields.Selection(
        [
            ("none", "Nothing happens"),
            ("warning", "Orders and invoices warn"),
            ("block", "Orders and invoices are refused"),
        ],
        string="Customers with a Case",
        default="warning",
        required=True,
        help="What happens when somebody sells to a customer whose debt was handed over, or "
        "whose credit a collections manager has stopped.",
        groups=STAFF,
    )

    _write_off_limit_positive = models.Constraint(
        "CHECK(collection_write_off_limit >= 0)", "The limit cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company, vals in zip(companies, vals_list, strict=True):
            # Who sets core's switch himself means it.
            if "account_use_credit_limit" not in vals:
                company._collection_use_core_warning()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if vals.get("collection_block_credit", "none") != "none":
            self._collection_use_core_warning()
        return result

    def _collection_use_core_warning(self):
        """Core's orders show a warning only where its credit limit is in use; with no limit
        set on a customer, nothing else changes."""
        self.filtered(
            lambda company: company.collection_block_credit != "none"
            and not company.account_use_credit_limit
        ).account_use_credit_limit = True

    def _collection_use_core_warning_if_harmless(self):
        """For companies that have worked without it: limits that were entered once and are
        not in use would warn all of a sudden. Such a company has the switch in the settings."""
        limit = self.env["res.partner"]._fields["credit_limit"]
        for company in self:
            # Safe: only asks whether any customer has a limit.
            partners = self.env["res.partner"].sudo().with_company(company)
            if not limit.get_company_dependent_fallback(partners) and not partners.with_context(
                active_test=False
            ).search_count([("credit_limit", "!=", 0)], limit=1):
                company._collection_use_core_warning()

    # Accounts

    def _collection_write_off_account(self):
        """The account debts are given up on, or none."""
        return self.collection_write_off_account_id or self._collection_suggest(
            EXPENSES, BAD_DEBT_CODES, BAD_DEBT_NAMES
        )

    def _collection_recovery_account(self):
        """The account of money that comes after all, or none."""
        return self.collection_recovery_account_id or self._collection_suggest(
            INCOMES, RECOVERY_CODES, RECOVERY_NAMES
        )

    def _collection_suggest(self, types, codes, names):
        """What the chart of accounts has for it: by its code where the country's charts
        agree on one, else by its name."""
        self.ensure_one()
        accounts = self.env["account.account"].sudo().with_company(self)
        domain = Domain(accounts._check_company_domain(self)) & Domain(
            [("account_type", "in", types), ("active", "=", True)]
        )
        country = self.account_fiscal_country_id.code or self.country_id.code
        for prefix in codes.get(country, ()):
            found = accounts.search(
                domain & Domain("code", "=like", f"{prefix}%"), order="code", limit=1
            )
            if found:
                return found
        # The names of shipped charts in their source language, as installed.
        for name in names:
            found = accounts.with_context(lang="en_US").search(
                domain & Domain("name", "ilike", name), order="code", limit=1
            )
            if found:
                return found.with_env(self.env)
        return accounts.browse()

    def _collection_misc_journal(self, chosen):
        """``chosen``, else the first journal for miscellaneous entries, or none."""
        self.ensure_one()
        journals = self.env["account.journal"]
        # Entries in the exchange journal are no settlement of anybody's.
        special = self.currency_exchange_journal_id | self.tax_cash_basis_journal_id
        return chosen or journals.search(
            [
                *journals._check_company_domain(self),
                ("type", "=", "general"),
                ("id", "not in", special.ids),
            ],
            limit=1,
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_write_off_account_id = fields.Many2one(
        related="company_id.collection_write_off_account_id", readonly=False
    )
    collection_recovery_account_id = fields.Many2one(
        related="company_id.collection_recovery_account_id", readonly=False
    )
    collection_write_off_journal_id = fields.Many2one(
        related="company_id.collection_write_off_journal_id", readonly=False
    )
    collection_write_off_limit = fields.Monetary(
        related="company_id.collection_write_off_limit", readonly=False
    )
    collection_agency_account_id = fields.Many2one(
        related="company_id.collection_agency_account_id", readonly=False
    )
    collection_block_credit = fields.Selection(
        related="company_id.collection_block_credit", readonly=False
    )

    @api.onchange("collection_block_credit")
    def _onchange_collection_block_credit(self):
        """Both switches are on this page: the later one written wins. Opening the page is no
        choice."""
        # What is saved: this page's own record shows what was chosen on it.
        saved = self.company_id._origin.collection_block_credit
        if self.collection_block_credit not in ("none", saved):
            self.account_use_credit_limit = True
