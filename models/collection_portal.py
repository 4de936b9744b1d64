from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import consteq

from ..engine import compose


@dataclass(frozen=True, slots=True)
class Access:
    """Who looks, and at what he may look; all records are in sudo.

    :param customer: the commercial partner; nothing of any other is ever read
    :param companies: the companies whose books are shown
    :param author: the contact who acts
    :param notice: the notice whose link was used, which shows that notice only; empty
        for whoever has logged in
    """

    customer: object
    companies: object
    author: object
    notice: object

    @property
    def by_link(self):
        return bool(self.notice)


class CollectionPortal(models.AbstractModel):
    """The one door of the portal to collections.

    Portal users have no rights on any model of this module, and get none: controllers
    ask here who somebody is, and every read and every answer starts from that. Ids that
    come from a browser are only ever looked up among what this person may see.
    """

    _name = "collection.portal"
    _description = "Collections on the Portal"

    @api.model
    def _access_user(self):
        """:raises AccessError: for whoever has not logged in"""
        user = self.env.user
        if user._is_public():
            raise AccessError(self.env._("Please log in."))
        return Access(
            customer=user.partner_id.commercial_partner_id.sudo(),
            companies=user.company_ids.sudo(),
            author=user.partner_id.sudo(),
            notice=self.env["collection.notice"].sudo(),
        )

    @api.model
    def _access_link(self, notice_id, token):
        """:raises AccessError: alike for a wrong token, a notice that does not exist, and
        one that was not sent or was taken back
        """
        # Safe: told to nobody before the token proves that he was given the link.
        notice = self.env["collection.notice"].sudo().browse(notice_id).exists()
        known = notice.portal_token or ""
        if not known or not token or not consteq(known, str(token)) or notice.stage != "issued":
            raise AccessError(self.env._("This link is not valid any more."))
        return Access(
            customer=notice.partner_id.commercial_partner_id,
            companies=notice.company_id,
            author=notice.recipient_id or notice.partner_id,
            notice=notice,
        )

    @api.model
    def _company(self, access, company_id):
        """:raises AccessError: for a company whose books are not shown"""
        company = access.companies.filtered(lambda one: one.id == company_id)
        if not company:
            raise AccessError(self.env._("There is nothing of yours here."))
        return company

    @api.model
    def _open_lines(self, access):
        """Every open receivable item, debts and credits, of what may be seen."""
        items = self.env["account.move.line"]
        domain = items._collection_open_domain(access.companies, access.customer)
        domain &= Domain("amount_residual_currency", "!=", 0)
        if access.by_link:
            domain &= Domain("id", "in", self._notice_items(access.notice).ids)
        # Safe: the domain is the customer's own.
        return items.sudo().search(domain, order="date_maturity, id")

    @api.model
    def _notice_items(self, notice):
        """The items a notice lists, those of the charges made for them, and the credits it
        took off: the page asks for what the notice does."""
        lines = notice.line_ids.filtered(lambda line: line.stage == "issued")
        credits = lines.filtered(lambda line: line.kind == compose.CREDIT)
        items = (lines - credits).move_line_id
        # Of what is left of a credit another notice may have taken the rest.
        used = credits.filtered(
            lambda line: notice.currency_id.compare_amounts(
                line.move_line_id.amount_residual_currency, line.amount_residual
            )
            >= 0
        )
        charges = (
            self.env["collection.charge"]
            .sudo()
            .search([("move_line_id", "in", items.ids), ("charge_move_id", "!=", False)])
        )
        return items | charges.charge_move_id.line_ids | used.move_line_id

    @api.model
    def _items(self, access, company=None):
        """The open debts among these."""
        return self._open_lines(access).filtered(
            lambda line: (
                line.amount_residual_currency > 0
                and (company is None or line.company_id == company)
            )
        )

    @api.model
    def _notices(self, access):
        """The notices the customer has received, the last first."""
        if access.by_link:
            return access.notice
        # Safe: the domain is the customer's own.
        return (
            self.env["collection.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", access.customer.id),
                    ("company_id", "in", access.companies.ids),
                    ("stage", "=", "issued"),
                ],
                limit=50,
            )
        )

    @api.model
    def _notice_pdf(self, access, notice_id):
        """:return: ``(file name, PDF)``
        :raises AccessError: for a notice that is not this customer's
        """
        notice = self._notices(access).filtered(lambda one: one.id == notice_id)
        if not notice:
            raise AccessError(self.env._("There is nothing of yours here."))
        # Safe: the letter as the customer was sent it.
        report = self.env["ir.actions.report"].sudo().with_company(notice.company_id)
        content = report._render_qweb_pdf("account_collections.action_report_notice", notice.ids)
        return notice.letter_filename, content[0]

    @api.model
    def _statement_pdf(self, access, company_id, date_from=None, date_to=None):
        """:return: ``(file name, PDF)`` of the customer's account with a company
        :raises AccessError: by a notice's link, which is about that notice only
        """
        if access.by_link:
            raise AccessError(self.env._("Please log in."))
        company = self._company(access, company_id)
        today = company._collection_today()
        last = min(_day(date_to) or today, today)
        first = _day(date_from)
        if not first or first > last:
            first = company._collection_statement_start(last)
        period = {"date_from": first, "date_to": last, "listing": "all"}
        statements = self.env["collection.statement"].sudo().with_company(company)
        name = statements._filename(period, self.env.lang)
        return name, statements._render(company, access.customer, period)


def _day(text):
    """A date somebody typed into the address bar, or None."""
    try:
        day = fields.Date.to_date(text) or None
    except (ValueError, TypeError):
        return None
    # Far from the ends of the calendar, where months cannot be counted back or on.
    return day if day and 1900 <= day.year <= 2999 else None
