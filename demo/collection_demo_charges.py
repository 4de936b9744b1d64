from odoo import api, models
from odoo.fields import Command

from ..engine.daycount import half_year_start
from . import story
from .collection_demo import VAT
from .collection_demo_days import HISTORY_DAYS


class CollectionDemo(models.AbstractModel):
    """Lateness costs something: by law in France, by contract in Romania."""

    _inherit = "collection.demo"

    @api.model
    def _charge_lateness(self):
        """Each company gets its own ladder: the standard one, with charges from its
        second reminder on, and on what is paid late after that."""
        self._complete_rates()
        self._translate_clause()
        shared = self._ref("policy_default")
        for code in VAT:
            company = self._company(code)
            policy = shared.copy({"name": story.POLICIES[code], "company_id": company.id})
            policy.write(
                {
                    "is_default": True,
                    "fee_rule_id": self._ref(story.FEE_RULES[code]).id,
                    "charge_at_payment": "rest",
                    "charge_paid_since": self._day(HISTORY_DAYS),
                }
            )
            late = policy.level_ids.filtered(lambda level: level.delay_days > 0)
            late.sorted("delay_days")[1:].make_charges = True
            company.collection_charge_journal_id = self._create_journal(code)
        for (code, customer), rule in story.CUSTOMER_RULES.items():
            scoped = self.with_company(self._company(code))
            scoped._partner(customer).collection_fee_rule_id = self._ref(rule)

    def _create_journal(self, code):
        """Charge documents have their own numbers."""
        name, prefix = story.CHARGE_JOURNALS[code]
        return self.env["account.journal"].create(
            {
                "name": name,
                "code": prefix,
                "type": "sale",
                "company_id": self._company(code).id,
                "default_account_id": self._journal(code, "sale").default_account_id.id,
            }
        )

    def _complete_rates(self):
        """The French company charges whenever the demonstration is made: half-years whose
        rate this version of the module does not know yet get the last one known."""
        series = self._ref("rate_series_ecb")
        starts = {half_year_start(self._day(ago)) for ago in range(HISTORY_DAYS + 1)}
        for start in sorted(starts - set(series.rate_ids.mapped("date_from"))):
            last = max(series.rate_ids, key=lambda rate: rate.date_from)
            series.rate_ids = [
                Command.create(
                    {
                        "date_from": start,
                        "rate": last.rate,
                        "source": "Demonstration: the last rate known, not a published one",
                    }
                )
            ]

    def _translate_clause(self):
        rule = self._ref("fee_rule_demo_clause")
        for lang, (name, clause) in story.CLAUSE.items():
            rule.with_context(lang=lang).write({"name": name, "legal_basis": clause})

    def _charge(self, code, ago):
        """What the job of charges does when money has come."""
        if ago in story.PAYMENTS:
            company, day = self._company(code), self._day(ago)
            charges = self.env["collection.charge"]
            charges._charge_paid_items(company, day)
            charges._ask_leftovers(company, day)

    def _waive(self, moves):
        """The manager gives up some charges."""
        manager = self._ref("user_manager")
        for key, kind, reason in story.WAIVERS:
            charges = moves[key].collection_charge_ids.filtered(lambda row, kind=kind: row.kind == kind)
            charges.with_user(manager).waive(reason)
