"""Opening cases: number, owner and dates, of one or of the thousands a run prepares."""

from odoo import api, models

from .bulk import bulk_copies, bulk_insert

# In the context: the system opens many cases, their lines are written in one statement.
IN_BULK = "collection_cases_in_bulk"
ITEM_FIELDS = (
    "company_id",
    "partner_id",
    "account_id",
    "balance",
    "parent_state",
    "move_id",
    "date_maturity",
    "currency_id",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
)


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
        scoped = self.with_context(**{"tracking_disable": True, IN_BULK: True})
        cases = scoped.create(vals_list)
        user = self.env.user
        if user.active and not user.share:
            cases.message_subscribe(user.partner_id.ids)
        for owner, group in cases.grouped("user_id").items():
            group.message_subscribe(owner.partner_id.ids)
        if cases:
            first = cases[0]
            message = first._message_log_batch({first.id: first._creation_message()})
            bulk_copies(message, [{"res_id": case.id} for case in cases[1:]])
        return cases

    def _set_firm_dates(self):
        """Where nobody set it: the last firm date the customer was given for the items."""
        undated = self.sudo().filtered(lambda case: not case.date_handover_due)
        lines = undated._reminders().filtered("notice_id.deadline_date")
        dates = {
            item.id: max(group.notice_id.mapped("deadline_date"))
            for item, group in lines.grouped("move_line_id").items()
        }
        for case in undated:
            known = [dates[id_] for id_ in case.line_ids.move_line_id.ids if id_ in dates]
            case.date_handover_due = max(known, default=False)
        for case in self.sudo().filtered(lambda case: not case.next_date):
            case.next_date = case._first_handover_date()

    def _reminders(self):
        """The issued notice lines that asked for the items of these cases."""
        lines = self.env["collection.notice.line"].sudo().search(
            [
                ("move_line_id", "in", self.sudo().line_ids.move_line_id.ids),
                ("stage", "=", "issued"),
            ]
        )
        return lines.filtered(lambda line: line.notice_id.level_id.kind == "dunning")

    def _notices(self):
        """The issued notices that asked for these items, oldest first."""
        return self._reminders().notice_id.sorted(lambda notice: (notice.date, notice.id))


class CollectionCaseLine(models.Model):
    _inherit = "collection.case.line"

    @api.model
    def _add(self, pairs):
        if not pairs or not (self.env.su and self.env.context.get(IN_BULK)):
            return super()._add(pairs)
        items = self.env["account.move.line"].union(*(item for _case, item in pairs))
        items.fetch(ITEM_FIELDS)
        items.move_id.fetch(["name"])
        # What is computed from the case and the item, and what `create` copies.
        lines = bulk_insert(
            self.browse(),
            [
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "is_live": case.is_live,
                    "move_line_id": item.id,
                    "move_id": item.move_id.id,
                    "move_name": item.move_id.name or None,
                    "date_maturity": item.date_maturity or None,
                    "currency_id": item.currency_id.id,
                    "amount_original": item.amount_currency,
                    "amount_claimed": item.amount_residual_currency
                    if item.parent_state == "posted"
                    else 0.0,
                }
                for case, item in pairs
            ],
        )
        lines._check_item()
        cases = lines.case_id
        for name in ("amount_claimed", "amount_open"):
            self.env.add_to_compute(cases._fields[name], cases)
        cases.invalidate_recordset(["line_ids", "move_line_ids"], flush=False)
        return None
