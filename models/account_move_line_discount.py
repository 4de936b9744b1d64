from datetime import UTC, datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL, frozendict

from .account_payment_term import VOUCHER
from .collection_discount_offer import DISCOUNT_GROUPS
from .res_partner import STAFF

# What core shows of a discount, and the column of the offer that says it.
SHOWN = {
    "discount_date": "date_end",
    "discount_amount_currency": "amount_to_pay",
    "discount_balance": "balance_to_pay",
}
REWRITTEN = {*SHOWN, "payment_date"}
# Nowhere on earth is it later.
LATEST_ZONE = timezone(timedelta(hours=14))
BATCH = 1000


class AccountMoveLine(models.Model):
    """The item shows the discount tier in force.

    Core keeps one discount in three columns. They are rewritten when a tier ends, by a
    scheduled action; until it has run, reading through the ORM already gives the next
    tier (:meth:`_field_to_sql`), so that no discount is lost or given for a day too long.
    """

    _inherit = "account.move.line"

    collection_offer_ids = fields.One2many(
        "collection.discount.offer",
        "move_line_id",
        string="Discounts Offered",
        groups=DISCOUNT_GROUPS,
    )
    collection_discount_switch_date = fields.Date(
        copy=False,
        index="btree_not_null",
        groups=STAFF,
        export_string_translation=False,
        help="From this day on another tier is in force than the columns say.",
    )

    @api.depends("date_maturity")
    def _compute_term_key(self):
        """Core finds an invoice's items by their discount date as the terms give it, not
        by that of a later tier."""
        result = super()._compute_term_key()
        for line in self.filtered(lambda line: line.term_key and line.discount_date):
            offers = line.sudo().collection_offer_ids
            if offers and line.parent_state == "posted":
                line.term_key = frozendict(
                    {**line.term_key, "discount_date": offers._core_date()}
                )
        return result

    def _field_to_sql(self, alias, field_expr, query=None):
        # Every column of every item that is read comes by here.
        if field_expr.partition(".")[0] not in REWRITTEN:
            return super()._field_to_sql(alias, field_expr, query)
        name, part = fields.parse_field_expr(field_expr)
        if name == "payment_date":
            sql = self._collection_payment_date_sql(alias, query)
        else:
            # Safe in sudo: whoever may read the item's discount reads the right one.
            switch = super(AccountMoveLine, self.sudo())._field_to_sql(
                alias, "collection_discount_switch_date", query
            )
            stored = super()._field_to_sql(alias, name, query)
            sql = self._collection_shown_sql(alias, name, switch, stored)
        # As "discount_date.month_number".
        return self._fields[name].property_to_sql(sql, part, self, alias, query) if part else sql

    def _collection_shown_sql(self, alias, name, switch, stored):
        now = datetime.now(UTC)
        return SQL(
            "CASE WHEN %(switch)s <= %(latest)s THEN %(offer)s ELSE %(stored)s END",
            switch=switch,
            latest=now.astimezone(LATEST_ZONE).date(),
            offer=self.env["collection.discount.offer"]._in_force_sql(alias, SHOWN[name], now),
            stored=stored,
        )

    def _collection_payment_date_sql(self, alias, query=None):
        """As core: the discount's day, and the due date once it has passed; by the tier in
        force, which core's own statement does not see."""
        return SQL(
            "CASE WHEN %(discount)s >= %(today)s THEN %(discount)s ELSE %(due)s END",
            discount=self._field_to_sql(alias, "discount_date", query),
            today=fields.Date.context_today(self),
            due=self._field_to_sql(alias, "date_maturity", query),
        )

    def _collection_offer_at(self, on):
        """The discount offered to who pays on that day, whoever has paid already.

        :return: ``collection.discount.offer``, empty after the last tier
        """
        self.ensure_one()
        if self.parent_state != "posted":
            return self.env["collection.discount.offer"]
        # Safe: amounts and dates of an item the reader holds in hand.
        return self.sudo().collection_offer_ids._in_force(on)

    def _collection_discount_at(self, on):
        """The discount that may still be taken by who pays the whole rest on that day.

        As in core, money that came in part ends it; a credit note only shrinks it. What
        is booked as discount already, its money having gone, is not given again.
        """
        offer = self._collection_offer_at(on)
        over = self.reconciled or self._collection_was_paid() or self._collection_was_given()
        return offer.browse() if not offer or over else offer

    def _collection_reshape_discounts(self):
        """Credit notes came or went: what can be saved shrinks or grows with them."""
        items = self.sudo().filtered("collection_offer_ids")
        for item in items:
            item.collection_offer_ids._reshape(*item._collection_credited())
        items._collection_show_in_force()

    def _collection_store_offers(self, vals_list):
        """Freeze the offers of these items; what is unchanged since an earlier posting
        stays the same record, as notices were sent about it."""
        known = {
            (offer.move_line_id.id, offer.sequence): offer
            for offer in self.sudo().collection_offer_ids
        }
        kept, new = self.env["collection.discount.offer"].sudo(), []
        for vals in vals_list:
            offer = known.get((vals["move_line_id"], vals["sequence"]))
            if offer:
                offer.write({**vals, "state": "open"})
                kept |= offer
            else:
                new.append(vals)
        # What was taken stays on record, with the document that booked it.
        gone = (self.sudo().collection_offer_ids - kept).filtered(
            lambda offer: offer.state not in ("taken", "taken_late")
        )
        lost = gone.move_line_id - kept.move_line_id
        gone.unlink()
        kept.create(new)
        lost.filtered(lambda item: not item.collection_offer_ids)._collection_show_nothing()

    def _collection_show_nothing(self):
        """The terms have no discount any more."""
        self.write(
            {
                "discount_date": False,
                "discount_amount_currency": 0.0,
                "discount_balance": 0.0,
                "collection_discount_switch_date": False,
            }
        )

    def _collection_show_in_force(self):
        """Write the tier in force today into core's columns, in one statement.

        Nothing else of a posted item changes: neither its entry nor what is owed.
        """
        if not self:
            return
        self.env.flush_all()
        today = self.env["res.company"]._collection_today_sql("off", datetime.now(UTC))
        self.env.execute_query(
            SQL(
                """
                UPDATE account_move_line aml
                   SET discount_date = shown.date_end,
                       discount_amount_currency = shown.amount_to_pay,
                       discount_balance = shown.balance_to_pay,
                       collection_discount_switch_date = shown.switch_date
                  FROM (
                       SELECT DISTINCT ON (off.move_line_id)
                              off.move_line_id, off.date_end, off.amount_to_pay,
                              off.balance_to_pay,
                              CASE WHEN off.date_end >= %(today)s AND EXISTS (
                                   SELECT 1
                                     FROM collection_discount_offer later
                                    WHERE later.move_line_id = off.move_line_id
                                      AND later.date_end > off.date_end
                              ) THEN off.date_end + 1 END AS switch_date
                         FROM collection_discount_offer off
                        WHERE off.move_line_id IN %(items)s AND off.method != %(voucher)s
                        ORDER BY off.move_line_id, off.date_end < %(today)s,
                              ABS(off.date_end - %(today)s)
                       ) shown
                 WHERE aml.id = shown.move_line_id
                   AND (aml.discount_date, aml.discount_amount_currency,
                        aml.discount_balance, aml.collection_discount_switch_date)
                       IS DISTINCT FROM
                       (shown.date_end, shown.amount_to_pay,
                        shown.balance_to_pay, shown.switch_date)
                RETURNING aml.id
                """,
                today=today,
                items=tuple(self.ids),
                voucher=VOUCHER,
            )
        )
        self.invalidate_recordset([*SHOWN, "collection_discount_switch_date", "payment_date"])

    def _collection_show_first_tier(self):
        """Back in draft, the item says what core computes from the terms."""
        for item in self.sudo().filtered("collection_offer_ids"):
            first = item.collection_offer_ids._lowers_price().sorted("date_end")[:1]
            core = first._core_date() if first else False
            item.write(
                {
                    "discount_date": core,
                    "discount_amount_currency": first.amount_to_pay if core else 0.0,
                    "discount_balance": first.balance_to_pay if core else 0.0,
                    "collection_discount_switch_date": False,
                }
            )

    @api.model
    def _cron_discounts(self):
        """A tier has ended: the items show the next one. In bulk; reading is right
        without it (see the class)."""
        latest = datetime.now(LATEST_ZONE).date()
        stale = [("collection_discount_switch_date", "<=", latest)]
        last_id, cron = 0, self.env["ir.cron"]
        cron._commit_progress(remaining=self.sudo().search_count(stale))
        while items := self.sudo().search(
            stale + [("id", ">", last_id)], limit=BATCH, order="id"
        ):
            last_id = items[-1].id
            # Who works on one of them now reads it right all the same.
            items.try_lock_for_update(allow_referencing=True)._collection_show_in_force()
            cron._commit_progress(len(items))
