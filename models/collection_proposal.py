from odoo import api, models

from ..engine import compose, discount_notices, netting
from .bulk import bulk_insert


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
        customers = self.env["res.partner"].browse({draft.customer for draft in drafts})
        recipients = customers._collection_recipients(books.company)
        levels = self.env["collection.level"].browse({draft.level.id for draft in drafts})
        delivery = self.env["collection.delivery"]
        obstacles = delivery._obstacles(
            books.company,
            [(recipients[draft.customer], levels.browse(draft.level.id)) for draft in drafts],
        )
        kept = []
        for draft, obstacle in zip(drafts, obstacles, strict=True):
            if obstacle is None:
                kept.append(draft)
            else:
                omissions += compose.omit(draft, *obstacle)
        return kept, omissions

    @api.model
    def _insert_skips(self, run, books, omissions):
        bulk_insert(
            self.env["collection.skip"],
            [
                {
                    "run_id": run.id,
                    "company_id": run.company_id.id,
                    "date": run.date,
                    "move_line_id": omission.item_id,
                    "move_id": books.rows[omission.item_id]["move_id"],
                    "partner_id": books.rows[omission.item_id]["partner_id"],
                    "level_id": omission.level.id if omission.level else None,
                    "reason": omission.reason,
                    "detail": omission.detail or None,
                }
                for omission in omissions
            ],
        )

    @api.model
    def _insert_notices(self, run, books, drafts):
        customers = self.env["res.partner"].browse({draft.customer for draft in drafts})
        recipients = customers._collection_recipients(books.company)
        collectors = customers._collection_collectors(books.company)
        levels = self.env["collection.level"].browse({draft.level.id for draft in drafts})
        levels.fetch(["requires_approval", "deadline_days"])
        today = run.company_id._collection_today()
        notices = bulk_insert(
            self.env["collection.notice"],
            [
                {
                    **self._prepare_notice(run, draft, levels.browse(draft.level.id)),
                    "recipient_id": recipients[draft.customer].id,
                    "lang": recipients[draft.customer]._collection_lang(run.company_id),
                    "collector_id": collectors[draft.customer].id or None,
                    "proposed_on": today,
                }
                for draft in drafts
            ],
        )
        self._insert_lines(books, notices, drafts)
        return notices

    @api.model
    def _prepare_notice(self, run, draft, level):
        stage = "to_approve" if level.requires_approval else "proposed"
        return {
            "company_id": run.company_id.id,
            "run_id": run.id,
            "date": run.date,
            "deadline_date": run.company_id._collection_deadline(run.date, level),
            "partner_id": draft.customer,
            "policy_id": draft.policy,
            "level_id": level.id,
            "proposed_level_id": level.id,
            "stage": stage,
            "state": stage,
            "is_undelivered": False,
            **self._prepare_totals(draft),
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
        bulk_insert(
            self.env["collection.notice.line"],
            [
                self._prepare_line(books, notice, draft, line)
                for notice, draft in zip(notices, drafts, strict=True)
                for line in draft.lines
                if kinds is None or line.kind in kinds
            ],
        )
        notices.invalidate_recordset(["line_ids"])

    @api.model
    def _prepare_line(self, books, notice, draft, line):
        """The snapshot of one item on its notice."""
        row = books.rows[line.item_id]
        original = row["original"]
        late = (books.date - row["date_maturity"]).days if row["date_maturity"] else 0
        is_credit = line.kind == compose.CREDIT
        return {
            "notice_id": notice.id,
            "move_line_id": line.item_id,
            "move_id": row["move_id"],
            "kind": line.kind,
            "sequence": 20 if is_credit else 10,
            "stage": "proposed",
            "level_id": line.level.id if line.level else line.previous_level_id,
            "previous_level_id": line.previous_level_id,
            "occurrence": line.occurrence,
            "move_name": row["move_name"],
            "move_ref": row["move_ref"],
            "date_invoice": row["invoice_date"] or row["date"],
            "date_maturity": row["date_maturity"],
            "days_overdue": 0 if is_credit else max(late, 0),
            "amount_original": original,
            "amount_paid": netting.rounded(
                original - row["residual"], books.precisions[row["currency_id"]]
            ),
            "amount_residual": line.amount,
            "amount_disputed": line.disputed,
            "amount_charges": 0.0,
        }

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
