from odoo import api, models
from odoo.tools.gc import disabling_gc

from ..engine import compose, discount_notices, netting
from .bulk import bulk_insert, bulk_insert_columns


class CollectionProposal(models.AbstractModel):
    """From open items to proposed notices and skips, in a constant number of
    queries."""

    _name = "collection.proposal"
    _description = "Proposal of Notices"

    @api.model
    def _propose(self, run):
        """Write the proposal of a run.

        May be called again on the same run: what is already proposed stays, the
        skips are written anew.

        :param run: ``collection.run``, in sudo
        :return: the new ``collection.notice`` records
        """
        run._retry_failed()
        # What is read stays until the end: nothing to look for garbage in.
        with disabling_gc():
            return self._propose_new(run)

    @api.model
    def _propose_new(self, run):
        drafts, omissions, books = self._compute(
            run.company_id, run.date, run.partner_ids, run.move_ids, run.policy_ids
        )
        omissions = [
            omission
            for omission in omissions
            if not self._is_proposed_here(run, books, omission)
        ]
        run.skip_ids.unlink()
        self._insert_skips(run, books, omissions)
        notices = self._insert_notices(run, books, drafts)
        self._ask_to_allocate(run, books, omissions)
        run.invalidate_recordset(["notice_ids", "skip_ids"])
        return notices

    @api.model
    def _compute(self, company, date, partners=None, moves=None, policies=None):
        """What would be proposed, without writing: the preview uses it too.

        :return: ``(drafts, omissions, books)``; each draft carries its customer
            and level, see :mod:`..engine.compose`
        """
        candidate = self.env["collection.candidate"]
        customers = candidate._earning_customers(company, date, partners, moves)
        books = candidate._read_books(company, date, customers)
        decisions = self._within(books, books.decide(), moves, policies)
        discount_drafts, told, discount_omissions = self._compute_discounts(books, moves, policies)
        decisions = discount_notices.give_way(decisions, told)
        drafts, omissions = compose.compose(
            books.items, decisions, books.rules, books.credits, date, books.precisions
        )
        drafts, omissions = self._keep_reachable(books, drafts, omissions)
        return drafts + discount_drafts, omissions + discount_omissions, books

    @api.model
    def _within(self, books, decisions, moves, policies):
        """The decisions, those outside the scope of the run put off."""
        outside = set()
        if moves:
            outside |= {id_ for id_, row in books.rows.items() if row["move_id"] not in moves.ids}
        if policies:
            outside |= {item.id for item in books.items if item.ladder not in policies.ids}
        return {
            id_: compose.not_now(decision) if id_ in outside else decision
            for id_, decision in decisions.items()
        }

    @api.model
    def _is_proposed_here(self, run, books, omission):
        """True when the item is left out because it is in this run already."""
        return books.proposal_runs.get(omission.item_id) == run.id

    @api.model
    def _keep_reachable(self, books, drafts, omissions):
        """Leave out the drafts nobody would receive.

        :return: ``(drafts, omissions)``
        """
        recipients = self._recipients(books, drafts)
        levels = self.env["collection.level"].browse({draft.level.id for draft in drafts})
        levels = {level.id: level for level in levels}
        obstacles = self.env["collection.delivery"]._obstacles(
            books.company,
            [(recipients[draft.customer], levels[draft.level.id]) for draft in drafts],
        )
        kept = []
        for draft, obstacle in zip(drafts, obstacles, strict=True):
            if obstacle is None:
                kept.append(draft)
            else:
                omissions += compose.omit(draft, *obstacle)
        return kept, omissions

    @api.model
    def _recipients(self, books, drafts):
        """Who receives each draft, ``{customer id: res.partner}``; asked once a proposal."""
        unknown = {draft.customer for draft in drafts} - books.recipients.keys()
        if unknown:
            customers = self.env["res.partner"].browse(unknown)
            books.recipients |= customers._collection_recipients(books.company)
        return books.recipients

    @api.model
    def _insert_skips(self, run, books, omissions):
        rows = [books.rows[omission.item_id] for omission in omissions]
        skips = self.env["collection.skip"]
        said = [(omission.reason, omission.detail) for omission in omissions]
        texts = {one: skips._say_detail(*one) for one in set(said)}
        bulk_insert_columns(
            skips,
            {
                "move_line_id": [omission.item_id for omission in omissions],
                "move_id": [row["move_id"] for row in rows],
                "partner_id": [row["partner_id"] for row in rows],
                "run_id": [run.id] * len(rows),
                "company_id": [run.company_id.id] * len(rows),
                "date": [run.date] * len(rows),
                "level_id": [omission.level and omission.level.id for omission in omissions],
                "reason": [omission.reason for omission in omissions],
                "detail": [texts[one] for one in said],
            },
        )

    @api.model
    def _insert_notices(self, run, books, drafts):
        customers = self.env["res.partner"].browse({draft.customer for draft in drafts})
        recipients = self._recipients(books, drafts)
        languages = customers.union(*recipients.values())._collection_langs(run.company_id)
        collectors = customers._collection_collectors(books.company)
        levels = self.env["collection.level"].browse({draft.level.id for draft in drafts})
        at_level = {level.id: self._prepare_at_level(run, level) for level in levels}
        today = run.company_id._collection_today()
        notices = bulk_insert(
            self.env["collection.notice"],
            [
                {
                    "company_id": run.company_id.id,
                    "run_id": run.id,
                    "date": run.date,
                    "partner_id": draft.customer,
                    "policy_id": draft.policy,
                    **at_level[draft.level.id],
                    **self._prepare_totals(draft),
                    "recipient_id": recipients[draft.customer].id,
                    "lang": languages[recipients[draft.customer].id],
                    "collector_id": collectors[draft.customer].id or None,
                    "proposed_on": today,
                }
                for draft in drafts
            ],
        )
        self._insert_lines(books, notices, drafts)
        return notices

    @api.model
    def _prepare_at_level(self, run, level):
        """What all notices of a level have in common."""
        stage = "to_approve" if level.requires_approval else "proposed"
        return {
            "deadline_date": run.company_id._collection_deadline(run.date, level),
            "level_id": level.id,
            "proposed_level_id": level.id,
            "stage": stage,
            "state": stage,
            "is_undelivered": False,
        }

    @api.model
    def _prepare_totals(self, draft):
        return {
            "currency_id": draft.currency,
            "amount_due": draft.amount_due,
            "amount_overdue": draft.amount_overdue,
            "amount_charges": 0.0,
            "amount_total": draft.amount_due,
        }

    @api.model
    def _insert_lines(self, books, notices, drafts, kinds=None):
        """:param kinds: only these kinds of lines (default: all)"""
        lines = [
            (notice_id, draft, line)
            for notice_id, draft in zip(notices.ids, drafts, strict=True)
            for line in draft.lines
            if kinds is None or line.kind in kinds
        ]
        bulk_insert_columns(
            self.env["collection.notice.line"], self._prepare_lines(books, lines)
        )
        notices.invalidate_recordset(["line_ids"])

    @api.model
    def _prepare_lines(self, books, lines):
        """The snapshots of items on their notices.

        :param lines: list of ``(notice id, draft, line of it)``
        :return: ``{column: values}``: tens of thousands of rows are written at once
        """
        rows = [books.rows[line.item_id] for _notice, _draft, line in lines]
        parts = [line for _notice, _draft, line in lines]
        credits = [line.kind == compose.CREDIT for line in parts]
        return {
            "notice_id": [notice_id for notice_id, _draft, _line in lines],
            "move_line_id": [line.item_id for line in parts],
            "kind": [line.kind for line in parts],
            "sequence": [20 if is_credit else 10 for is_credit in credits],
            "stage": ["proposed"] * len(parts),
            "level_id": [
                line.level.id if line.level else line.previous_level_id for line in parts
            ],
            "previous_level_id": [line.previous_level_id for line in parts],
            "occurrence": [line.occurrence for line in parts],
            "move_name": [row["move_name"] for row in rows],
            "move_ref": [row["move_ref"] for row in rows],
            "date_invoice": [row["invoice_date"] or row["date"] for row in rows],
            "date_maturity": [row["date_maturity"] for row in rows],
            "days_overdue": [
                0 if is_credit else self._days_overdue(books, row)
                for is_credit, row in zip(credits, rows, strict=True)
            ],
            "amount_original": [row["original"] for row in rows],
            "amount_paid": [
                netting.rounded(
                    row["original"] - row["residual"], books.precisions[row["currency_id"]]
                )
                if row["original"] != row["residual"]
                else 0.0
                for row in rows
            ],
            "amount_residual": [line.amount for line in parts],
            "amount_disputed": [line.disputed for line in parts],
            "amount_charges": [0.0] * len(parts),
        }

    @api.model
    def _days_overdue(self, books, row):
        due = row["date_maturity"]
        return max((books.date - due).days, 0) if due else 0

    @api.model
    def _ask_to_allocate(self, run, books, omissions):
        """A customer whose credits cover his debts gets no notice; somebody gets
        the task to allocate them. One open task a customer and company is enough."""
        covered = {
            books.rows[omission.item_id]["partner_id"]
            for omission in omissions
            if omission.reason == "net_credit"
        }
        customers = self.env["res.partner"].browse(covered)
        if not customers:
            return
        activity_type = self.env.ref("account_collections.mail_activity_type_allocate")
        Activity = self.env["mail.activity"].sudo()
        # Tasks have no company of their own; a customer may owe to several.
        summary = self.env._("%(company)s: allocate open credits", company=run.company_id.name)
        busy = set(
            Activity.search(
                [
                    ("activity_type_id", "=", activity_type.id),
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", customers.ids),
                    ("summary", "=", summary),
                ]
            ).mapped("res_id")
        )
        collectors = customers._collection_collectors(run.company_id)
        responsible = run.company_id._collection_responsible()
        Activity.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": customer.id,
                    "date_deadline": run.date,
                    "user_id": (collectors[customer.id] or responsible).id,
                    "summary": summary,
                }
                for customer in customers
                if customer.id not in busy
            ]
        )
