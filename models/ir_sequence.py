from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _collection_numbers(self, code, company, count, date):
        """The next ``count`` numbers of the company's sequence ``code``, which is looked up
        once; False where there is none."""
        sequence = self.search(
            [("code", "=", code), ("company_id", "in", (company.id, False))],
            order="company_id",
            limit=1,
        )
        return sequence._collection_take(count, date) if sequence else [False] * count

    def _collection_take(self, count, date):
        """The next ``count`` numbers; a sequence without gaps or with dates gives one at a
        time, as core does."""
        self.ensure_one()
        if self.use_date_range or self.implementation != "standard":
            return [self._next(sequence_date=date) for _number in range(count)]
        prefix, suffix = self._get_prefix_suffix()
        taken = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", f"ir_sequence_{self.id:03}", count)
        )
        return [f"{prefix}{number:0{self.padding}}{suffix}" for (number,) in taken]
