from odoo import api, models
from odoo.tools import SQL

from ..engine import compose, ladder, netting
from .bulk import changed_values, id_array


class CollectionIssue(models.AbstractModel):
    """Only what is owed: reading the ledger again at the moment of issue."""

    _inherit = "collection.issue"

    @api.model
    def _refresh(self, notices, date=None):
        """Read again what is owed and rebuild lines and totals.

        Items that are paid, paused or not due any more drop out, with the reason
        on their line.

        :return: the notices that still have something to say
        """
        remaining = notices.browse()
        for company, group in notices.grouped("company_id").items():
            day = date or group[:1].date
            books = self.env["collection.candidate"]._read_books(
                company, day, group.partner_id.ids, ignore_proposals=True
            )
            remaining |= self._refresh_company(group, books)
        return remaining

    @api.model
    def _refresh_company(self, notices, books):
        decisions = books.decide()
        items, credits = {}, {}
        for item in books.items:
            items.setdefault((item.customer, item.currency), []).append(item)
        for credit in books.credits:
            credits.setdefault((credit.customer, credit.currency), []).append(credit)
        shares = {
            key: netting.pour(group, credits.get(key, []), books.precisions[key[1]])
            for key, group in items.items()
        }
        kept, drafts = notices.browse(), []
        for notice in notices:
            key = (notice.partner_id.id, notice.currency_id.id)
            chosen = self._still_advancing(notice, books, decisions)
            if not chosen:
                reasons = set(notice.line_ids.mapped("drop_reason")) - {False, "removed"}
                self._close(notice, reasons.pop() if len(reasons) == 1 else "nothing_due")
                continue
            draft, reason = self._redraft(notice, books, items[key], shares[key], chosen)
            if reason:
                self._close(notice, reason)
                continue
            kept |= notice
            drafts.append(draft)
        kept, drafts = self._keep_chargeable(kept, drafts, books)
        self._write_snapshot(kept, drafts, books)
        return kept

    @api.model
    def _keep_chargeable(self, notices, drafts, books):
        """Those whose charges can be computed; the others are closed."""
        obstacles = self.env["collection.proposal"]._add_charges(books, drafts)
        kept, kept_drafts = notices.browse(), []
        for notice, draft, obstacle in zip(notices, drafts, obstacles, strict=True):
            if obstacle:
                self._close(notice, *obstacle)
            else:
                kept |= notice
                kept_drafts.append(draft)
        return kept, kept_drafts

    @api.model
    def _redraft(self, notice, books, items, shares, chosen):
        """The notice from today's books; what credits cover no longer advances.

        :return: ``(draft, reason it must not go out, or None)``
        """
        rules = books.rules[notice.policy_id.id]
        precision = books.precisions[notice.currency_id.id]
        listed = set(
            notice.line_ids.filtered(lambda line: line.kind == compose.LISTED).move_line_id.ids
        )
        paid = compose.covered(items, shares, precision) & set(chosen)
        if rules.net_credits and paid:
            if len(paid) == len(chosen):
                return None, "net_credit"
            lines = notice._advancing().filtered(lambda line: line.move_line_id.id in paid)
            lines._drop("net_credit")
            self._add_skips(notice, lines, "net_credit")
            chosen = {item_id: chosen[item_id] for item_id in chosen if item_id not in paid}
            listed |= paid if rules.listed_items != "advancing" else set()
        policy = notice.policy_id.id
        return compose.redraft(items, chosen, listed, policy, rules, shares, books.date, precision)

    @api.model
    def _still_advancing(self, notice, books, decisions):
        """``{item id: Decision}`` of what may go out; drops the rest.

        A person may have lowered a level; nobody and nothing raises it here.
        """
        chosen, dropped = {}, {}
        policy = books.ladders.get(notice.policy_id.id)
        levels = {level.id: level for level in policy.levels} if policy else {}
        for line in notice._advancing():
            item_id = line.move_line_id.id
            decision = decisions.get(item_id)
            if decision is None:
                reason = self._reason_gone(line, books)
                dropped.setdefault((reason, ""), []).append(line.id)
            elif books.rows[item_id]["policy_id"] != notice.policy_id.id:
                dropped.setdefault(("policy_changed", ""), []).append(line.id)
            elif decision.step != ladder.ADVANCE:
                reason = decision.reason or "not_due"
                dropped.setdefault((reason, decision.detail), []).append(line.id)
            else:
                level = min(
                    levels[line.level_id.id], decision.level, key=lambda lvl: lvl.delay_days
                )
                occurrence = self._occurrence(line, level, decision)
                chosen[item_id] = ladder.Decision(ladder.ADVANCE, level, occurrence)
        for (reason, detail), ids in dropped.items():
            detail = self.env["collection.skip"]._say_detail(reason, detail)
            lines = notice.line_ids.browse(ids)
            lines._drop(reason, detail)
            self._add_skips(notice, lines, reason, detail)
        return chosen

    @api.model
    def _reason_gone(self, line, books):
        """Why an item nothing is decided about any more drops out."""
        return "nothing_due"

    @api.model
    def _occurrence(self, line, level, decision):
        """The number of the notice at its level."""
        repeated = level.id == line.previous_level_id.id
        return decision.occurrence if repeated else 1

    @api.model
    def _close(self, notice, reason, detail=""):
        """Nothing is left to say: the proposal ends, with its reason."""
        lines = notice._advancing()
        self._add_skips(notice, lines, reason, detail)
        lines._drop(reason, detail)
        text = self.env["collection.skip"]._say(reason, detail)
        notice._set_stage("cancelled", text)

    @api.model
    def _write_snapshot(self, notices, drafts, books):
        """Lines and totals as the books have them now; most say the same as when they were
        proposed, and are left alone."""
        proposal, lines = self.env["collection.proposal"], self.env["collection.notice.line"]
        parts = [
            (notice.id, draft, part)
            for notice, draft in zip(notices, drafts, strict=True)
            for part in draft.lines
        ]
        columns = proposal._prepare_lines(books, parts)
        subjects, listed = self._read_snapshot(notices, list(columns))
        wanted = {notice.id: [] for notice in notices}
        for (notice_id, _draft, part), row in zip(
            parts, zip(*columns.values(), strict=True), strict=True
        ):
            if part.kind not in compose.SUBJECTS:
                wanted[notice_id].append(_plain(row))
                continue
            line_id, known = subjects[notice_id, part.item_id]
            if known != _plain(row):
                current = dict(zip(columns, known, strict=True))
                vals = dict(zip(columns, row, strict=True))
                lines.browse(line_id).write(
                    {name: vals[name] for name in vals if (vals[name] or None) != current[name]}
                )
        stale, anew = [], []
        for notice, draft in zip(notices, drafts, strict=True):
            known = listed.get(notice.id, {})
            if list(known.values()) != wanted[notice.id]:
                stale += known
                anew.append((notice, draft))
            totals = {**proposal._prepare_totals(draft), "level_id": draft.level.id}
            totals.pop("currency_id")
            changed = changed_values(notice, totals)
            if changed:
                notice.write(changed)
        self._list_anew(stale, anew, books)

    @api.model
    def _read_snapshot(self, notices, names):
        """The proposed lines, as columns.

        :return: ``{(notice id, item id): (line id, values)}`` of what advances, and
            ``{notice id: {line id: values}}`` of what is listed
        """
        lines = self.env["collection.notice.line"]
        lines.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, notice_id, move_line_id, kind, %s FROM %s"
                " WHERE notice_id = ANY(%s) AND stage = 'proposed' ORDER BY id",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL.identifier(lines._table),
                id_array(notices.ids),
            )
        )
        subjects, listed = {}, {}
        for line_id, notice_id, item_id, kind, *values in rows:
            if kind in compose.SUBJECTS:
                subjects[notice_id, item_id] = line_id, _plain(values)
            else:
                listed.setdefault(notice_id, {})[line_id] = _plain(values)
        return subjects, listed

    @api.model
    def _list_anew(self, stale, anew, books):
        """What stands on notices for information only, in place of what did.

        :param stale: ids of lines; no level and no state follows from such
        :param anew: ``[(notice, draft)]``
        """
        lines = self.env["collection.notice.line"].browse(stale)
        if lines:
            query = "DELETE FROM %s WHERE id IN %s RETURNING id"
            self.env.execute_query(SQL(query, SQL.identifier(lines._table), lines._ids))
            lines.invalidate_recordset(flush=False)
        if anew:
            notices, drafts = zip(*anew, strict=True)
            self.env["collection.proposal"]._insert_lines(
                books,
                self.env["collection.notice"].union(*notices),
                drafts,
                kinds=(compose.LISTED, compose.CREDIT),
            )


def _plain(values):
    """Nothing is nothing: 0, "" and NULL say the same."""
    return [value or None for value in values]
