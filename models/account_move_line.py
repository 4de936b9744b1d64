from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

from ..engine import compose
from .bulk import id_array
from .collection_level import DISCOUNT

# Who may book may not for that reason decide who is reminded.
LEVEL_FIELDS = {
    "collection_level_id",
    "collection_date",
    "collection_occurrence",
    "collection_manual_level_id",
    "collection_manual_date",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    collection_notice_line_ids = fields.One2many(
        "collection.notice.line",
        "move_line_id",
        string="Notice Lines",
        # Others read the item without being asked for rights on notices.
        groups="account_collections.group_collections_collector,"
        "account_collections.group_collections_auditor",
    )
    collection_level_id = fields.Many2one(
        "collection.level",
        string="Dunning Level",
        compute="_compute_collection_level",
        inverse="_inverse_collection_level",
        domain="[('kind', '=', 'dunning')]",
        store=True,
        copy=False,
        # Without an index: reaching a level would write the item's twenty others anew.
        # Customers read their own items in the portal.
        groups="base.group_user",
        help="The last level at which this item was reminded. Set by hand, it counts as "
        "reached today.",
    )
    collection_date = fields.Date(
        string="Dunning Date",
        compute="_compute_collection_level",
        store=True,
        copy=False,
        groups="base.group_user",
        help="The day the item reached its level.",
    )
    collection_occurrence = fields.Integer(
        compute="_compute_collection_level",
        store=True,
        copy=False,
        aggregator=None,
        groups="base.group_user",
    )
    collection_manual_level_id = fields.Many2one(
        "collection.level",
        copy=False,
        ondelete="set null",
        groups="base.group_user",
    )
    collection_manual_date = fields.Date(copy=False, groups="base.group_user")

    def _auto_init(self):
        """Create the columns first: on a large ledger nothing is to be computed
        on installation, as nobody has been reminded yet."""
        for column, column_type in (
            ("collection_level_id", "int4"),
            ("collection_date", "date"),
            ("collection_occurrence", "int4"),
        ):
            if not sql.column_exists(self.env.cr, self._table, column):
                sql.create_column(self.env.cr, self._table, column, column_type)
        return super()._auto_init()

    @api.depends(
        "collection_notice_line_ids.stage", "collection_manual_level_id", "collection_manual_date"
    )
    def _compute_collection_level(self):
        """The level follows the record of what was issued: reversing a notice or
        failing to deliver it brings back the level before."""
        for line in self:
            level, day, occurrence = line.collection_manual_level_id, False, 0
            if level:
                day, occurrence = line.collection_manual_date, 1
            issued = line.collection_notice_line_ids.filtered(
                lambda row: row.stage == "issued" and row.kind == compose.ITEM
            )
            last = issued.sorted(lambda row: (row.notice_id.date, row.id))[-1:]
            if last and (not day or last.notice_id.date > day):
                level, day, occurrence = last.level_id, last.notice_id.date, last.occurrence
            line.collection_level_id = level
            line.collection_date = day
            line.collection_occurrence = occurrence

    @api.model
    def _collection_reach_levels(self, lines):
        """What `_compute_collection_level` says once these notice lines are issued, and
        `account.move` of it, for thousands of items at once."""
        self.env.flush_all()
        reached = self.env.execute_query(
            SQL(
                """
                UPDATE account_move_line AS item
                   SET collection_level_id = line.level_id,
                       collection_date = notice.date,
                       collection_occurrence = COALESCE(line.occurrence, 0)
                  FROM collection_notice_line AS line
                  JOIN collection_notice AS notice ON notice.id = line.notice_id
                 WHERE line.id = ANY(%s)
                   AND line.kind = %s
                   AND item.id = line.move_line_id
                   AND (item.collection_manual_date IS NULL
                        OR item.collection_manual_date < notice.date)
                RETURNING item.id, item.move_id
                """,
                id_array(lines.ids),
                compose.ITEM,
            )
        )
        self.browse([row[0] for row in reached]).invalidate_recordset(flush=False)
        self.env["account.move"].browse({row[1] for row in reached})._collection_reach_levels()

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(name) for vals in vals_list for name in LEVEL_FIELDS):
            self._check_may_set_level()
        return super().create(vals_list)

    def write(self, vals):
        records = self
        if not LEVEL_FIELDS.isdisjoint(vals):
            self._check_may_set_level()
            if vals.keys() == {"collection_level_id"} and not self.env.su:
                self.check_access("read")
                # Safe: the level says who is reminded, and nothing of the books; whoever
                # works collections sets it on what he may read, and need not book.
                records = self.sudo()
        put_off = self._collection_put_off(vals)
        result = super(AccountMoveLine, records).write(vals)
        if put_off:
            put_off._collection_check_charges()
        return result

    def _collection_put_off(self, vals):
        """The debts in the books that get another due date: what was charged for the days
        between the two may have become wrong."""
        if "date_maturity" not in vals:
            return self.browse()
        day = fields.Date.to_date(vals["date_maturity"])
        # Safe: whoever writes an item need not see its account.
        return self.sudo().filtered(
            lambda line: line.parent_state == "posted"
            and line.date_maturity != day
            and line.account_id.account_type == "asset_receivable"
        )

    def unlink(self):
        """What notices say of these items stays, with the invoice they were of."""
        # Safe: whoever may delete an item need not see notices.
        self.sudo().collection_notice_line_ids._keep_invoice()
        return super().unlink()

    def _check_may_set_level(self):
        """:raises AccessError: for whoever does not work collections"""
        self.env["collection.run"].check_access("write")

    def _inverse_collection_level(self):
        """A person sets a level: the next one follows from there. Without one,
        what was issued counts again.

        :raises AccessError: for whoever does not work collections
        :raises UserError: below a level that was issued, which would go out twice, and
            for a level that tells of a discount
        """
        self._check_may_set_level()
        for line in self:
            level = line.collection_level_id
            if level.kind == DISCOUNT:
                raise UserError(
                    self.env._(
                        "“%(level)s” tells of a discount; it is no dunning level.",
                        level=level.name,
                    )
                )
            if level:
                line._check_level_not_issued_above(level)
            line.collection_manual_level_id = level
            line.collection_manual_date = level and line.company_id._collection_today()
        # Date and occurrence are computed with the level, so nothing has
        # recomputed them while it is being written.
        self._compute_collection_level()

    def _check_level_not_issued_above(self, level):
        """:raises UserError: when a higher level of the same policy was issued"""
        self.ensure_one()
        above = self.sudo().collection_notice_line_ids.filtered(
            lambda row: row.stage == "issued"
            and row.kind == compose.ITEM
            and row.level_id.policy_id == level.policy_id
            and row.level_id.delay_days > level.delay_days
        )
        if above:
            raise UserError(
                self.env._(
                    "“%(item)s” was reminded at a higher level; reverse notice %(notice)s "
                    "instead.",
                    item=self.display_name,
                    notice=above.notice_id.sorted("id")[-1:].display_name,
                )
            )

    def _collection_check_charges(self, since=None):
        """What was owed may have changed for days already charged: the scheduled action
        looks at the charges of these customers. Booking never waits for that.

        :param since: the first day of the change; default: any
        """
        # Safe: whoever books a payment need not see charges.
        items = self.sudo()
        self.env["collection.charge"].sudo()._mark_customers_to_check(
            items.partner_id.commercial_partner_id, items.company_id, since
        )

    def _collection_after_settlement(self):
        """Called when items were settled or left the books."""
        # Safe: whoever books a payment need not see collections.
        rows = self.sudo().collection_notice_line_ids
        if not rows:
            return
        rows.notice_id.filtered(lambda notice: notice.stage == "issued")._cancel_settled_calls()
