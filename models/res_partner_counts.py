from odoo import api, fields, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """How much of everything there is about a customer: one question for all of it."""

    _inherit = "res.partner"

    collection_notice_count = fields.Integer(compute="_compute_collection_counts")
    collection_communication_count = fields.Integer(compute="_compute_collection_counts")

    @api.model
    def _collection_counters(self):
        """What is counted; whoever adds a field computed by `_compute_collection_counts`
        adds it here.

        :return: ``{field: (model, domain, name of a datetime field)}``; with the last, the
            latest of the records' moments instead of their number
        """
        return {
            "collection_notice_count": ("collection.notice", [], None),
            "collection_communication_count": ("collection.communication", [], None),
        }

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_collection_counts(self):
        """What there is about the commercial customer; nothing for whoever may not see it."""
        counters = self._collection_counters()
        found = self._collection_count(counters, self.commercial_partner_id.ids)
        for partner in self:
            customer = partner.commercial_partner_id._origin.id
            for name in counters:
                partner[name] = found.get((name, customer), False)

    @api.model
    def _collection_count(self, counters, customers):
        """:return: ``{(field, customer id): number or moment}``"""
        parts = [
            self._collection_counter_sql(name, customers, *counter)
            for name, counter in counters.items()
            if self.env[counter[0]].has_access("read")
        ]
        if not parts or not customers:
            return {}
        rows = self.env.execute_query(SQL(" UNION ALL ").join(parts))
        return {
            # A moment that nobody knows is none, and no number either.
            (name, customer): moment if counters[name][2] else count
            for name, customer, count, moment in rows
        }

    @api.model
    def _collection_counter_sql(self, name, customers, model, domain, moment):
        """``(field, customer, number, moment)`` of the records the user may see."""
        records = self.env[model]
        query = records._search(domain)
        # Safe: which customers is for the caller to say.
        who = query.join(query.table, "partner_id", "res_partner", "id", "partner_id")
        commercial = self._fields["commercial_partner_id"]
        query.groupby = SQL.identifier(who, commercial.name, to_flush=commercial)
        query.add_where(SQL("%s IN %s", query.groupby, tuple(customers)))
        return query.select(
            SQL("%s::text", name),
            query.groupby,
            SQL("COUNT(*)"),
            SQL("MAX(%s)", records._field_to_sql(query.table, moment, query))
            if moment
            else SQL("NULL::timestamp"),
        )
