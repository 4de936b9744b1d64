"""Charges in the replay: the rule, the day's job, and what people do about charges."""

from datetime import timedelta

from .books import RATES

PAY_DAY = 4  # Friday
PAY_AFTER = timedelta(days=10)
# Each so many customers, all charges are waived; of another one, half of a charge.
WAIVE_EVERY = 4


class Charging:
    """Charges by one rule, from the policy's second reminder after the due date on."""

    def __init__(self, books, policy, rule, booking):
        self.books = books
        self.env = books.env
        self.policy = policy
        self.rule = rule
        self.booking = booking
        self.customers = {
            customer.id: number for number, customer in enumerate(books.customers.values())
        }
        self._prepare_company()
        self._prepare_policy()

    def _prepare_company(self):
        journal = self.env["account.journal"].create(
            {"name": "Late Payment", "code": "LATE", "type": "sale"}
        )
        self.books.company.write(
            {
                "collection_charge_booking": self.booking,
                "collection_charge_journal_id": journal.id,
            }
        )
        self._prepare_rates()

    def _prepare_rates(self):
        """The currency of the fixed amounts; its rate changes each month, so that the day
        of the conversion matters."""
        currency, own = self.rule.currency_id, self.books.company.currency_id
        if currency.name in self.books.ledger.currencies:
            return
        currency.active = True
        rate = RATES.get(currency.name, 1.0) / RATES.get(own.name, 1.0)
        firsts = {day.replace(day=1) for day in self.books.ledger.days()}
        self.env["res.currency.rate"].create(
            [
                {
                    "name": first,
                    "currency_id": currency.id,
                    "company_id": self.books.company.id,
                    "rate": round(rate * (1 + number % 7 / 100), 6),
                }
                for number, first in enumerate(sorted(firsts))
            ]
        )

    def _prepare_policy(self):
        """All late payments are charged; reminders from the second one on, too."""
        self.policy.write({"fee_rule_id": self.rule.id, "charge_at_payment": "all"})
        late = self.policy.level_ids.filtered(lambda level: level.delay_days > 0)
        late.sorted("delay_days")[1:].fee_rule_id = self.rule

    def run(self, day):
        """The scheduled action of charges."""
        self.env["collection.charge"]._cron_charges(day)

    def decide(self, day):
        """What a manager and the customers do about charges in the morning."""
        charges = self.env["collection.charge"]
        outdated = charges.search([("is_outdated", "=", True), ("state", "!=", "reversed")])
        if outdated:
            outdated.with_user(self.books.manager).action_charge_again()
        if day.weekday() == PAY_DAY:
            self._settle(charges._search_open(self.books.company, list(self.customers)), day)

    def _settle(self, charges, day):
        """Some charges are waived, the rest is paid."""
        charges = charges.filtered(lambda charge: charge.date <= day - PAY_AFTER)
        charges = charges.with_user(self.books.manager)
        for customer, group in charges.grouped("partner_id").items():
            number = self.customers[customer.id] % WAIVE_EVERY
            if not number:
                group.waive("Goodwill")
                charges -= group
            elif number == 1 and group[:1].amount_open > 1:
                part = group.currency_id[:1].round(group[:1].amount_open / 2)
                group[:1].waive("Half of it is enough", part)
        charges.filtered(lambda charge: charge.leftover == "to_decide").action_keep()
        if self.booking == "claim":
            charges.filtered(lambda charge: not charge.charge_move_id).action_book()
        self._pay(charges.sudo().charge_move_id, day)

    def _pay(self, documents, day):
        """One payment a customer and currency, for all his charge documents."""
        groups = documents.grouped(lambda move: (move.partner_id, move.currency_id))
        payments = self.env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": partner.id,
                    "amount": sum(group.mapped("amount_residual")),
                    "currency_id": currency.id,
                    "date": day,
                    "journal_id": self.books.bank.id,
                }
                for (partner, currency), group in groups.items()
            ]
        )
        payments.action_post()
        receivable = self.books._receivable
        plan = [
            receivable(payment.move_id | group)
            for payment, group in zip(payments, groups.values(), strict=True)
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def charge_open_items(self, day):
        """On demand, with the wizard: what is late and still open on the last day.

        :return: what could not be charged, and why
        """
        wizards = self.env["collection.charge.items"].with_user(self.books.manager)
        wizard = wizards.create({"company_id": self.books.company.id, "date": day})
        problems = wizard.line_ids.filtered("problem")
        if wizard.line_ids - problems:
            wizard.action_charge()
        return [f"{line.move_id.name}: {line.problem}" for line in problems]
