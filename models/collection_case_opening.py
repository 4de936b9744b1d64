"""Opening cases: number, owner and dates, of one or of the thousands a run prepares."""

from odoo import api, models


class CollectionCase(models.Model):
    _inherit = "collection.case"

    @api.model
    def _complete(self, company, vals_list):
        """Number, customer, owner and agency of new cases of one company, into their values."""
        partners = self.env["res.partner"].browse(
            filter(None, (vals.get("partner_id") for vals in vals_list))
        )
        customers = [
            partners.browse(vals.get("partner_id")).with_prefetch(partners.ids)
            .commercial_partner_id
            for vals in vals_list
        ]
        owners = partners.commercial_partner_id._collection_collectors(company)
        responsible = company._collection_responsible()
        today = company._collection_today()
        # Safe: whoever opens a case takes its number.
        numbers = self.env["ir.sequence"].sudo()._collection_numbers(
            "collection.case", company, len(vals_list), today
        )
        for vals, customer, number in zip(vals_list, customers, numbers, strict=True):
            vals["partner_id"] = customer.id
            vals["name"] = number
            vals.setdefault("date_prepared", today)
            vals.setdefault("agency_id", company.collection_agency_id.id)
            if not vals.get("user_id"):
                vals["user_id"] = (owners.get(customer.id) or responsible).id

    @api.model
    def _prepare(self, vals_list):
        """Open cases nobody asked for one by one: their owner follows each and finds it in
        his list, without an e-mail for each, and each says when it was opened."""
        cases = self.with_context(tracking_disable=True).create(vals_list)
        people = self.env.user if self.env.user.active and not self.env.user.share else None
        if people:
            cases.message_subscribe(people.partner_id.ids)
        for owner, group in cases.grouped("user_id").items():
            group.message_subscribe(owner.partner_id.ids)
        cases._message_log_batch({case.id: case._creation_message() for case in cases})
        return cases

    def _set_firm_dates(self):
        """Where nobody set it: the last firm date the customer was given for the items."""
        for case in self.sudo().filtered(lambda case: not case.date_handover_due):
            notices = case._notices().filtered("deadline_date")
            case.date_handover_due = max(notices.mapped("deadline_date"), default=False)
        for case in self.sudo().filtered(lambda case: not case.next_date):
            case.next_date = case._first_handover_date()

    def _notices(self):
        """The issued notices that asked for these items, oldest first."""
        lines = self.env["collection.notice.line"].sudo().search(
            [
                ("move_line_id", "in", self.sudo().line_ids.move_line_id.ids),
                ("stage", "=", "issued"),
            ]
        )
        return lines.notice_id.filtered(lambda notice: notice.level_id.kind == "dunning").sorted(
            lambda notice: (notice.date, notice.id)
        )
