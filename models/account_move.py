from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, sql

from ..engine import ladder
from .bulk import id_array
from .pairs import pair

STATUSES = [
    ("waiting", "Waiting for its next date"),
    ("due", "Next level earned"),
    ("proposed", "In a proposal"),
    ("paused", "Paused"),
    ("finished", "Last level reached"),
    ("settled", "Settled"),
]
# What is due by these is collected; by entries only what is open on them.
SALES = ("out_invoice", "out_receipt")
# Others read invoices without being asked for rights on notices.
COLLECTIONS_GROUPS = (
    "account_collections.group_collections_collector,"
    "account_collections.group_collections_auditor"
)
# Customers read their own invoices in the portal, and over RPC every field of them:
# why an invoice is on hold is not for them.
STAFF = "base.group_user"
# The most urgent status of its items is the invoice's.
STATUS_ORDER = ["proposed", "due", "paused", "waiting", "finished", "settled"]


class AccountMove(models.Model):
    _inherit = "account.move"

    collection_policy_id = fields.Many2one(
        "collection.policy",
        string="Dunning Policy",
        copy=False,
        check_company=True,
        groups=STAFF,
        help="Empty: the customer's policy, else the company's default.",
    )
    collection_level_id = fields.Many2one(
        "collection.level",
        string="Dunning Level",
        compute="_compute_collection_level_id",
        store=True,
        copy=False,
        groups=STAFF,
        help="The highest level of the invoice's items.",
    )
    collection_next_date = fields.Date(
        string="Next Dunning",
        compute="_compute_collection_status",
        compute_sudo=True,
        groups=STAFF,
        help="When the next level falls due, if nothing is paid until then.",
    )
    collection_status = fields.Selection(
        STATUSES,
        compute="_compute_collection_status",
        compute_sudo=True,
        search="_search_collection_status",
        groups=STAFF,
    )
    collection_status_detail = fields.Char(
        compute="_compute_collection_status", compute_sudo=True, groups=STAFF
    )
    collection_notice_ids = fields.Many2many(
        "collection.notice",
        string="Notices",
        compute="_compute_collection_notice_ids",
        # Safe: the notices of an invoice are of its company.
        compute_sudo=True,
        search="_search_collection_notice_ids",
        groups=COLLECTIONS_GROUPS,
    )
    collection_notice_count = fields.Integer(
        compute="_compute_collection_notice_ids",
        compute_sudo=True,
        groups=COLLECTIONS_GROUPS,
    )
    collection_sent_date = fields.Date(
        string="Sent on",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="The company's local day on which the invoice was first sent.",
    )

    def _auto_init(self):
        """See ``account.move.line._auto_init``."""
        if not sql.column_exists(self.env.cr, self._table, "collection_level_id"):
            sql.create_column(self.env.cr, self._table, "collection_level_id", "int4")
        return super()._auto_init()

    @api.depends("line_ids.collection_level_id")
    def _compute_collection_level_id(self):
        for move in self:
            levels = move.line_ids.collection_level_id
            move.collection_level_id = levels.sorted(
                lambda level: (level.delay_days, level.sequence)
            )[-1:]

    def _collection_reach_levels(self):
        """What `_compute_collection_level_id` says, for thousands of invoices at once whose
        items have been given their levels."""
        if not self:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE account_move AS move
                   SET collection_level_id = reached.id
                  FROM (SELECT DISTINCT ON (item.move_id) item.move_id, level.id
                          FROM account_move_line AS item
                          JOIN collection_level AS level ON level.id = item.collection_level_id
                         WHERE item.move_id = ANY(%s)
                         ORDER BY item.move_id, level.delay_days DESC, level.sequence DESC
                       ) AS reached
                 WHERE reached.move_id = move.id
                   -- Said of both, so that neither table is read from end to end.
                   AND move.id = ANY(%s)
                   AND move.collection_level_id IS DISTINCT FROM reached.id
                RETURNING 1
                """,
                id_array(self.ids),
                id_array(self.ids),
            )
        )
        self.invalidate_recordset(flush=False)

    # And on the ledger: see `ledger_followers`.
    @api.depends("collection_policy_id", "collection_level_id")
    def _compute_collection_status(self):
        states = self._collection_states()
        for move in self:
            status, next_date, detail = states.get(move._origin.id, (False, False, False))
            move.collection_status = status
            move.collection_next_date = next_date
            move.collection_status_detail = detail

    def _search_collection_status(self, operator, value):
        """The status depends on today, so it is worked out, not stored."""
        if operator != "in":
            return NotImplemented
        domain = self._collection_debt_domain()
        if "settled" not in value:
            domain &= Domain("payment_state", "not in", ("paid", "reversed"))
        moves = self.sudo().search(domain)
        states = moves._collection_states()
        return Domain("id", "in", [id_ for id_, (status, *_rest) in states.items() if status in value])

    def _compute_collection_notice_ids(self):
        for move in self:
            notices = move.line_ids.collection_notice_line_ids.notice_id
            move.collection_notice_ids = notices
            move.collection_notice_count = len(
                notices.filtered(lambda notice: notice.stage != "cancelled")
            )

    def _search_collection_notice_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("line_ids.collection_notice_line_ids.notice_id", operator, value)

    def write(self, vals):
        """Remember the day an invoice first went out."""
        newly_sent = self.browse()
        if vals.get("is_move_sent"):
            newly_sent = self.filtered(lambda move: not move.is_move_sent)
        result = super().write(vals)
        for company, moves in newly_sent.grouped("company_id").items():
            moves.filtered(lambda move: not move.collection_sent_date).collection_sent_date = (
                company._collection_today()
            )
        return result

    def button_draft(self):
        result = super().button_draft()
        if self:
            self.line_ids._collection_after_settlement()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        if self:
            self.line_ids._collection_after_settlement()
        return result

    def _collection_states(self):
        """``{move id: (status, next date, detail)}`` of customer invoices today, and of
        entries by which a customer owes something.

        The same engine that proposes answers here, so that list and run agree.
        """
        posted = self._origin.sudo().filtered(lambda move: move.state == "posted")
        invoices = posted.filtered(lambda move: move.move_type in SALES)
        states = {
            # An open charge document is collected with the invoices it is about.
            move.id: (False, False, False)
            if move.collection_is_charge and move.payment_state in ("not_paid", "partial")
            else ("settled", False, False)
            for move in invoices
        }
        debts = posted.filtered(lambda move: move.move_type == "entry")._collection_debts()
        for company, moves in (invoices | debts.move_id).grouped("company_id").items():
            states.update(moves._collection_open_states(company, debts))
        return states

    def _collection_open_states(self, company, debts):
        """:param debts: the items of those among these that are entries, and of others"""
        today = company._collection_today()
        # An entry may be about many customers, and about none.
        theirs = debts.filtered(lambda item: item.company_id == company)
        customers = {item.partner_id.commercial_partner_id.id for item in theirs}
        invoices = self.filtered(lambda move: move.move_type in SALES)
        customers.update(invoices.commercial_partner_id.ids)
        books = self.env["collection.candidate"]._read_books(company, today, list(customers))
        decisions = books.decide()
        skips = self.env["collection.skip"]
        labels = dict(skips._fields["reason"]._description_selection(self.env))
        states = {}
        for item in books.items:
            move_id = books.rows[item.id]["move_id"]
            state = _item_state(item, decisions[item.id], today, labels, skips)
            best = states.get(move_id)
            rank = STATUS_ORDER.index(state[0])
            if best is None or rank < STATUS_ORDER.index(best[0]):
                states[move_id] = state
        ours = set(self.ids)
        return {
            move_id: (status, company._collection_working_day(day) if day else False, detail)
            for move_id, (status, day, detail) in states.items()
            if move_id in ours
        }

    def action_collection_notices(self):
        """The notices that reminded of this invoice."""
        self.ensure_one()
        return self.collection_notice_ids._get_records_action(name=self.env._("Notices"))

    def action_collection_remind(self):
        """Remind of these invoices now, with a preview."""
        return self.env["collection.remind"]._open(self.commercial_partner_id, self)


def _item_state(item, decision, today, labels, skips):
    """Status, next date and detail of one open item."""
    if item.pause:
        reason, detail, until = item.pause
        proposed = reason in ("already_proposed", "waiting_approval")
        text = pair(skips.env, labels[reason], skips._say_detail(reason, detail))
        day = max(decision.next_date, today) if decision.next_date else False
        return ("proposed" if proposed else "paused", day, text)
    if decision.step == ladder.ADVANCE:
        return ("due", today, False)
    if decision.step == ladder.SKIP:
        status = "waiting" if decision.reason == "min_interval" else "paused"
        return (status, decision.next_date or False, labels[decision.reason])
    if decision.step == ladder.WAIT:
        return ("waiting", decision.next_date or False, False)
    return ("finished", False, labels.get(decision.reason, False))
