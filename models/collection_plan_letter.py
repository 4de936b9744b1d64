"""What the letter of a plan says, in the language of its recipient."""

from markupsafe import Markup

from odoo import models

from .pairs import say_days


class CollectionPlan(models.Model):
    _name = "collection.plan"
    _inherit = ["collection.plan", "collection.letter"]

    def _letter_lang(self):
        self.ensure_one()
        # Safe: the language of the letter, for whoever may read the plan.
        return (self.recipient_id or self.partner_id).sudo()._collection_lang(self.company_id)

    def _in_its_language(self):
        """For whoever may read the plan: exactly what goes to the customer."""
        return super()._in_its_language().sudo()

    def _letter_filename(self):
        return f"{self.env._('Payment agreement')} {self.name}".replace("/", "-")

    def _letter_bank(self):
        """The account named on the oldest invoice, else the company's first one that
        takes the currency."""
        self.ensure_one()
        plan = self.sudo()
        named = plan._letter_items().move_id.partner_bank_id[:1]
        bank = named or plan.company_id._collection_bank(plan.currency_id)
        return bank._collection_words()

    def _letter_items(self):
        return self.sudo().move_line_ids.sorted(lambda line: (str(line.date_maturity), line.id))

    def _letter_open(self, line):
        """What was open of an item when the plan was put before the customer."""
        return (self.agreed_amounts or {}).get(str(line.id), line.amount_residual_currency)

    def _letter_opening(self):
        """Who agrees with whom on what."""
        plan = self._in_its_language()
        return plan.env._(
            "%(company)s and %(customer)s agree that what is open of the invoices below, "
            "%(amount)s in all, is paid in instalments on these dates:",
            company=plan.company_id.name,
            customer=plan.partner_id.commercial_partner_id.name,
            amount=Markup("<strong class='text-nowrap'>%s</strong>")
            % plan._say_amount(plan.amount_total),
        )

    def _letter_request(self):
        """What the customer is to do with the letter."""
        plan = self._in_its_language()
        if not plan.date_answer:
            return plan.env._(
                "Please sign this letter and return it to us. The agreement begins when we "
                "have received it."
            )
        return plan.env._(
            "Please sign this letter and return it to us by %(date)s. The agreement begins "
            "when we have received it.",
            date=Markup("<strong class='text-nowrap'>%s</strong>")
            % plan._say_date(plan.date_answer, long=True),
        )

    def _letter_instalments(self):
        """Numbered, by date; those that were called off are none."""
        lines = self.sudo().promise_ids.filtered(
            lambda line: line.state != "cancelled" or self.state in ("broken", "cancelled")
        )
        return list(enumerate(lines.sorted(lambda line: (line.date_promised, line.id)), start=1))

    def _letter_terms(self):
        """What both sides agree to, sentence by sentence."""
        plan = self._in_its_language()
        env = plan.env
        grace = max(plan.promise_ids.mapped("grace_days"), default=0)
        sentences = [
            env._("Each instalment is to reach our account on its date at the latest."),
            env._("As long as they do, we do not remind you of these invoices."),
        ]
        if grace:
            sentences[0] = env._(
                "Each instalment is to reach our account on its date, and %(days)s later "
                "at the very latest.",
                days=say_days(env, grace),
            )
        if plan.lapses_after == 1:
            lapse = env._(
                "When one instalment is missing, this agreement lapses, and all that is still "
                "open is due at once."
            )
        else:
            lapse = env._(
                "When %(count)s instalments are missing at the same time, this agreement "
                "lapses, and all that is still open is due at once.",
                count=plan.lapses_after,
            )
        sentences.append(lapse)
        if plan.lapse_days and plan.lapses_after > 1:
            sentences.append(
                env._(
                    "The same holds when one instalment is missing for %(days)s.",
                    days=say_days(env, plan.lapse_days),
                )
            )
        return sentences
