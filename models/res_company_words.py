from odoo import api, models

# France and the territories where its Commercial Code applies.
FRANCE = frozenset(("FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"))


class ResCompany(models.Model):
    """The sentence a company prints when it gives no discount."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._collection_suggest_mention()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"country_id", "account_fiscal_country_id", "partner_id"} & vals.keys():
            self._collection_suggest_mention()
        return result

    @api.model
    def _collection_mention_source(self):
        """The mention French law asks for (Commercial Code, art. L441-9), in the
        language of the context."""
        return self.env._("No discount for early payment.")

    def _collection_suggest_mention(self):
        """French companies start with the mention, in every language in use; whoever
        empties it keeps it empty."""
        french = self.filtered(
            lambda company: (
                not company.collection_no_discount_mention
                and not FRANCE.isdisjoint(
                    (company.country_id | company.account_fiscal_country_id).mapped("code")
                )
            )
        )
        for company in french:
            # A Text field that is written for the first time fills the source language too.
            company.with_context(lang="en_US").collection_no_discount_mention = self.with_context(
                lang="en_US"
            )._collection_mention_source()
            for code, _name in self.env["res.lang"].get_installed():
                scoped = company.with_context(lang=code)
                scoped.collection_no_discount_mention = scoped._collection_mention_source()

    def _collection_mention(self):
        """The mention in the language of the context, or "".

        A language that was switched on after the mention was written reads its source:
        the shipped sentence is then said in that language all the same.
        """
        self.ensure_one()
        mention = (self.sudo().collection_no_discount_mention or "").strip()
        source = self.with_context(lang="en_US")._collection_mention_source()
        return self._collection_mention_source() if mention == source else mention
