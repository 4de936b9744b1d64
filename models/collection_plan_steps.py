"""The life of a plan: proposed, signed, active, called off."""

import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# So long a customer may think about a plan unless somebody says otherwise.
DAYS_TO_SIGN = 14


class CollectionPlan(models.Model):
    _inherit = "collection.plan"

    signed_document = fields.Binary(
        compute="_compute_signed_document",
        inverse="_inverse_signed_document",
        string="Signed Letter",
        help="The letter as the customer signed it.",
    )
    signed_filename = fields.Char(compute="_compute_signed_document", readonly=False)

    @api.depends("signed_attachment_id")
    def _compute_signed_document(self):
        for plan in self:
            attachment = plan._signed_letter()
            plan.signed_document = attachment.datas
            plan.signed_filename = attachment.name

    def _inverse_signed_document(self):
        for plan in self:
            attachment = plan._signed_letter()
            if not plan.signed_document:
                attachment.unlink()
                continue
            values = {
                "name": plan.signed_filename or f"{plan.name}.pdf",
                "raw": base64.b64decode(plan.signed_document),
            }
            if attachment:
                attachment.write(values)
            else:
                # Safe: whoever may write the plan may hang its letter on it.
                plan.sudo().signed_attachment_id = attachment.create(
                    {**values, "res_model": plan._name, "res_id": plan.id}
                )

    def _signed_letter(self):
        """The letter in sudo, or none: safe, as it belongs to the plan and to nothing else."""
        self.ensure_one()
        return self.sudo().signed_attachment_id.filtered(
            lambda file: (file.res_model, file.res_id) == (self._name, self.id)
        )

    def action_spread(self):
        """Dates and amounts by rule."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("draft")
        wizard = self.env["collection.plan.spread"].create({"plan_id": self.id})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Instalments")}

    def action_propose(self):
        """Put it before the customer: its letter waits for his signature."""
        self.check_access("write")
        self._check_state("draft", "proposed")
        self._check_ready()
        for plan in self.filtered(lambda plan: plan.state == "draft"):
            today = plan.company_id._collection_today()
            plan.write(
                {
                    "state": "proposed",
                    "date_proposed": today,
                    "agreed_amounts": plan._open_amounts(),
                    "date_answer": plan.date_answer or today + timedelta(days=DAYS_TO_SIGN),
                }
            )
            plan._refresh_proposals()

    def action_activate(self):
        """Agreed: dunning pauses on its items, its dates are watched.

        :raises UserError: while the customer's signature is missing
        """
        self.check_access("write")
        self._check_state("draft", "proposed")
        self._check_ready()
        unsigned = self.filtered(lambda plan: plan.needs_signature and not plan.date_signed)
        if unsigned:
            raise UserError(
                self.env._(
                    "Enter the day on which the customer signed %(plan)s, or say that it needs "
                    "no signature.",
                    plan=unsigned[0].name,
                )
            )
        for plan in self:
            today = plan.company_id._collection_today()
            begin = min(filter(None, (today, plan.date_proposed, plan.date_signed)))
            plan.agreed_amounts = plan.agreed_amounts or plan._open_amounts()
            plan.state = "active"
            lines = plan.promise_ids.sorted(lambda line: (line.date_promised, line.id))
            for number, line in enumerate(lines, start=1):
                line.write(
                    {
                        **plan._instalment_vals(),
                        "date_from": min(begin, line.date_promised),
                        "reason": self.env._(
                            "%(plan)s, instalment %(number)s of %(count)s",
                            plan=plan.name,
                            number=number,
                            count=len(lines),
                        ),
                    }
                )
            plan._end_tasks()
            plan._refresh_proposals()

    def action_draft(self):
        """Change it once more."""
        self.check_access("write")
        self._check_state("proposed")
        self.write(
            {
                "state": "draft",
                "date_proposed": False,
                "date_signed": False,
                "agreed_amounts": False,
            }
        )

    def action_cancel(self):
        """Call it off: what is open of it is dunned again by the next run."""
        self.check_access("write")
        self._check_state("draft", "proposed", "active")
        self._end("cancelled", self.env._("Called off"))

    def action_lapse(self):
        """The customer has said that he will not pay: nobody waits for the date."""
        self.check_access("write")
        self._check_state("active")
        for plan in self:
            lines = plan.promise_ids
            if "broken" not in lines.mapped("state"):
                # The next one is what will not come: it counts in the customer's record.
                waiting = lines.filtered(lambda line: line.state == "open")
                waiting.sorted("date_promised")[:1].action_broken()
        self._end("broken", self.env._("Declared lapsed by a person"))

    def _open_amounts(self):
        # Safe: what the letter of the plan says.
        return {
            str(line.id): line.amount_residual_currency for line in self.sudo().move_line_ids
        }

    def _end(self, state, reason):
        """Close it; the instalments whose time has not come pause nothing any more."""
        for plan in self:
            today = plan.company_id._collection_today()
            plan.promise_ids.filtered(lambda line: line.state in ("draft", "open")).write(
                {"state": "cancelled", "date_closed": today}
            )
            plan.write({"state": state, "date_closed": today, "close_reason": reason})
            plan._end_tasks()

    def _end_tasks(self):
        """Whoever was to get the answer has it now."""
        self.sudo().activity_unlink(
            ["account_collections.mail_activity_type_plan"], only_automated=False
        )

    def _refresh_proposals(self):
        """Items that are paused now leave the open proposals."""
        self.ensure_one()
        customers = self.promise_ids.partner_id.commercial_partner_id
        self.env["collection.notice"]._refresh_open(self.company_id, customers)

    def _check_state(self, *states):
        """:raises UserError: for plans this cannot be done with"""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if plan.state not in states:
                raise UserError(
                    self.env._(
                        "Plan %(plan)s is in state “%(state)s”: this cannot be done any more.",
                        plan=plan.name,
                        state=labels[plan.state],
                    )
                )

    def _check_ready(self):
        """:raises UserError: saying what is missing"""
        for plan in self:
            today = plan.company_id._collection_today()
            if not plan.move_line_ids:
                raise UserError(self.env._("Name the items that are paid in instalments."))
            if not plan.promise_ids:
                raise UserError(self.env._("Enter the instalments, or have them spread."))
            if not all(plan.promise_ids.mapped("amount")):
                raise UserError(self.env._("An instalment has no amount."))
            if plan.currency_id.compare_amounts(plan.amount_planned, plan.amount_total):
                raise UserError(
                    self.env._(
                        "The instalments add up to %(planned)s, the plan says %(total)s.",
                        planned=plan.currency_id.format(plan.amount_planned),
                        total=plan.currency_id.format(plan.amount_total),
                    )
                )
            if plan.state == "draft" and min(plan.promise_ids.mapped("date_promised")) < today:
                raise UserError(self.env._("An instalment lies in the past."))
            plan._check_free()

    def _check_free(self):
        """:raises UserError: for an item that another plan is about already"""
        self.ensure_one()
        other = self.sudo().search(
            [
                ("id", "!=", self.id),
                ("state", "=", "active"),
                ("move_line_ids", "in", self.move_line_ids.ids),
            ],
            limit=1,
        )
        if other:
            item = (other.move_line_ids & self.move_line_ids)[:1]
            raise UserError(
                self.env._(
                    "“%(item)s” is in plan %(plan)s already.",
                    item=item.display_name,
                    plan=other.name,
                )
            )


class CollectionPauses(models.AbstractModel):
    _inherit = "collection.pauses"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        """A plan that was put before the customer pauses its items until he is to answer."""
        pauses = super()._collect(company, date, rows, ignore_proposals)
        plans = (
            self.env["collection.plan"]
            # Safe: what pauses is not for the caller to see or not.
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "proposed"),
                    ("date_proposed", "<=", date),
                    ("date_answer", ">=", date),
                ]
            )
        )
        for plan in plans:
            detail = self.env._("%(plan)s is to be signed", plan=plan.name)
            for item_id in plan.move_line_ids.ids:
                pause = ("promise", detail, plan.date_answer)
                longest = pauses.by_item.get(item_id, pause)
                if (longest[2] or fields.Date.to_date("9999-12-31")) <= pause[2]:
                    pauses.by_item[item_id] = pause
        return pauses
