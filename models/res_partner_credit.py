from odoo import api, fields, models
from odoo.exceptions import AccessError

from .collection_case import LIVE_STATES
from .collection_notice import MANAGER_GROUP
from .res_partner import STAFF
from .typed_values import changed, chosen

CREDIT_FIELDS = {
    "collection_credit_blocked",
    "collection_credit_reason",
    "collection_credit_override",
}


class ResPartner(models.Model):
    """Who gets no more credit, and until when he gets it all the same."""

    _inherit = "res.partner"

    collection_credit_blocked = fields.Boolean(
        string="No More Credit",
        company_dependent=True,
        copy=False,
        groups=STAFF,
        help="Set by a collections manager; a customer with a case has none anyway. What "
        "happens then, the settings say.",
    )
    collection_credit_reason = fields.Char(
        string="Because", company_dependent=True, index=False, copy=False, groups=STAFF
    )
    collection_credit_override = fields.Date(
        string="Sell Anyway Until",
        company_dependent=True,
        index=False,
        copy=False,
        groups=STAFF,
        help="Up to this day orders and invoices are accepted all the same; a collections "
        "manager decides.",
    )
    collection_credit_problem = fields.Char(
        string="Credit",
        compute="_compute_collection_credit_problem",
        compute_sudo=True,
        groups=STAFF,
    )

    @api.depends("collection_credit_blocked", "collection_credit_override")
    @api.depends_context("company")
    def _compute_collection_credit_problem(self):
        company = self.env.company
        for partner in self:
            partner.collection_credit_problem = partner._collection_credit_problem(company)

    @api.model_create_multi
    def create(self, vals_list):
        if chosen(self, vals_list, CREDIT_FIELDS):
            self._check_credit_right()
        return super().create(vals_list)

    def write(self, vals):
        if changed(self, vals, CREDIT_FIELDS):
            self._check_credit_right()
        return super().write(vals)

    @api.model
    def _check_credit_right(self):
        """:raises AccessError: for everybody but a collections manager"""
        if not (self.env.su or self.env.user.has_group(MANAGER_GROUP)):
            raise AccessError(
                self.env._("Only a collections manager stops a customer's credit or allows it.")
            )

    def _collection_credit_problem(self, company):
        """Why these customers get no more credit today, or "".

        The customer is who pays: the commercial partner.
        """
        # Safe: what the company wants; customers who order online are asked too.
        if company.sudo().collection_block_credit == "none":
            return ""
        today = company._collection_today()
        # Safe: whoever sells must know that, not what the case is about.
        for customer in self.commercial_partner_id.sudo().with_company(company):
            override = customer.collection_credit_override
            if override and override >= today:
                continue
            case = self.env["collection.case"].sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "=", customer.id),
                    ("state", "in", LIVE_STATES),
                ],
                limit=1,
            )
            if case:
                return self.env._(
                    "%(customer)s gets no more credit: case %(case)s for unpaid invoices.",
                    customer=customer.display_name,
                    case=case.name,
                )
            if customer.collection_credit_blocked:
                return self.env._(
                    "%(customer)s gets no more credit: %(reason)s",
                    customer=customer.display_name,
                    reason=customer.collection_credit_reason
                    or self.env._("a collections manager has stopped it."),
                )
        return ""

    def _collection_credit_refusal(self, company):
        """What whoever sells to them is told, or "" when he may."""
        if company.sudo().collection_block_credit != "block":
            return ""
        problem = self._collection_credit_problem(company)
        if not problem:
            return ""
        if self.env.user.share:
            # The customer himself, in the portal: the reasons are not for the screen.
            return self.env._("This cannot be confirmed online: please contact us.")
        return problem + "\n" + self.env._(
            "Ask for payment in advance, or have a collections manager allow it on the "
            "customer (Sell Anyway Until)."
        )
