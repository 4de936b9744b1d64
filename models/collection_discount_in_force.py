from odoo import api, models
from odoo.tools import SQL

from .account_payment_term import VOUCHER

FUNCTION = "collection_discount_in_force"
TYPES = {"date_end": SQL("date"), "amount_to_pay": SQL("numeric"), "balance_to_pay": SQL("numeric")}


class CollectionDiscountOffer(models.Model):
    """The tier in force, for columns of items whose tier has ended and is still shown.

    Nearly no item is in that state, and every item that is read asks: what the database does
    then is a function of its own, which costs nothing until it is called. As a part of each
    statement it was planned each time, which took longer than to read the item.
    """

    _inherit = "collection.discount.offer"

    def _auto_init(self):
        result = super()._auto_init()
        self._create_function()
        return result

    @api.model
    def _create_function(self):
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %(function)s(item integer, moment timestamp)
                RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
                BEGIN
                    RETURN (
                        SELECT jsonb_build_object(
                                   'date_end', off.date_end,
                                   'amount_to_pay', off.amount_to_pay,
                                   'balance_to_pay', off.balance_to_pay)
                          FROM collection_discount_offer off
                         WHERE off.move_line_id = item AND off.method != %(voucher)s
                         ORDER BY off.date_end < %(today)s, ABS(off.date_end - %(today)s)
                         LIMIT 1
                    );
                END
                $$
                """,
                function=SQL.identifier(FUNCTION),
                voucher=VOUCHER,
                today=self.env["res.company"]._collection_today_sql("off", SQL("moment")),
            )
        )

    @api.model
    def _in_force_sql(self, alias, column, now):
        """The offer in force of one item on its company's local day, else the last one.

        :param now: aware ``datetime`` in UTC
        """
        return SQL(
            "(%s(%s, %s)->>%s)::%s",
            SQL.identifier(FUNCTION, to_flush=self._fields[column]),
            SQL.identifier(alias, "id"),
            now.replace(tzinfo=None),
            column,
            TYPES[column],
        )
