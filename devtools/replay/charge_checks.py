"""The promises about charges: never twice, every cent explained, the books agree."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from . import charge_queries as queries
from .charge_oracle import KnownPayments, NoRate, Published, Terms

# What the oracle works out; a rule with more is not compared.
PLAIN = {
    "compounding": "none",
    "rounding": "end",
    "interest_from": "due_date",
    "grace_days": 0,
    "min_interest": 0,
    "cap_percent": 0,
    "base_includes_tax": True,
    "fixed_percent": 0,
    "fixed_min": 0,
    "fixed_max": 0,
    "notice_fee": 0,
}
PERIODS = {"year": 1, "month": 12, "day": 365}
ONE_DAY = timedelta(days=1)


class ChargeChecks:
    """Judges the charges; adds to the ``violations`` of the other checks."""

    def __init__(self, env, ledger, rule, violations):
        self.env = env
        self.ledger = ledger
        self.rule = rule
        self.violations = violations
        self.compared = 0
        self.demands = 0
        env.flush_all()
        self.record = self._rows(queries.RULE, rule=rule.id)[0]
        self.knows = self._is_plain()
        self.terms = self._read_terms()
        self.books = KnownPayments(ledger)
        self.unallocated = 0
        self.less = Counter()

    def _rows(self, query, **parameters):
        self.env.cr.execute(query, parameters)
        return self.env.cr.dictfetchall()

    def _violated(self, day, promise, text):
        self.violations.append(f"{day} {promise}: {text}")

    def _is_plain(self):
        plain = all((self.record[name] or value) == value for name, value in PLAIN.items())
        return plain and not self.rule.tier_ids and self.record["fixed_scope"] in (
            "item",
            "invoice",
        )

    def _read_terms(self):
        """Return the rule's interest for the oracle, or None where it has none."""
        row = self.record
        if row["interest_kind"] == "none":
            return None
        statutory = row["interest_kind"] == "statutory"
        return Terms(
            agreed=_decimal(row["rate"]) * PERIODS[row["rate_period"]],
            published=self._published(row["series_id"]) if statutory else None,
            margin=_decimal(row["margin"]),
            floating=row["rate_mode"] == "floating",
            up_to_half=bool(row["round_up_half"]),
            floor=self._published(row["floor_series_id"]),
            floor_factor=_decimal(row["floor_factor"]),
            day_count=row["day_count"],
        )

    def _published(self, series):
        rows = self._rows(queries.SERIES, series=series) if series else []
        values = {row["date_from"]: _decimal(row["rate"]) for row in rows}
        return Published(values, rows[0]["validity"] == "half_year") if rows else None

    def after_run(self, day):
        """Each notice demands all open charges of its customer, and adds up; those of paid
        invoices wait until somebody has decided."""
        self.env.flush_all()
        for notice in self._rows(queries.DEMANDED, day=day):
            rows = notice["rows"] or []
            self.demands += len(rows)
            asked = sum(round(row["amount"] * 100) for row in rows)
            sums = {asked, notice["charges"], notice["of_lines"] or 0}
            if len(sums) > 1 or notice["due"] + asked != notice["total"]:
                text = f"{notice['customer']}: {sums}, {notice['due']}, {notice['total']}"
                self._violated(day, "same total", text)
            self._check_demand(day, notice, rows)

    def _check_demand(self, day, notice, rows):
        company = self.env["res.company"].browse(notice["company_id"])
        charges = self.env["collection.charge"]._search_open(company, [notice["partner"]])
        # What was with a case when the notice went is claimed there, with its charges.
        in_cases = {
            row["item"]
            for row in self._rows(
                queries.IN_CASES, partner=notice["partner"], notice=notice["id"], day=day
            )
        }
        truth = {
            charge.id: round(charge.amount_open * 100)
            for charge in charges
            if charge.currency_id.id == notice["currency_id"]
            and charge.leftover != "to_decide"
            and charge._item().id not in in_cases
        }
        asked = {row["charge_id"]: round(row["amount"] * 100) for row in rows}
        if len(asked) != len(rows) or asked != truth:
            text = f"{notice['customer']} is asked for {asked}, open is {truth}"
            self._violated(day, "charges demanded", text)

    def after_day(self, day, complete=False):
        """Compare all charges with the file.

        :param complete: on the last day everything late must be charged
        """
        self.env.flush_all()
        charges = defaultdict(list)
        for row in self._rows(queries.CHARGES):
            charges[row["invoice"]].append(row)
        for number, rows in charges.items():
            invoice = self.ledger.by_number.get(number)
            if not invoice:
                self._violated(day, "charged", f"{number} is no invoice of the ledger")
                continue
            self._check_fixed(day, invoice, [row for row in rows if row["kind"] != "interest"])
            interest = [row for row in rows if row["kind"] == "interest"]
            self._check_interest(day, invoice, interest)
        if complete and self.knows:
            for invoice in self.ledger.invoices:
                self._check_complete(day, invoice, charges.get(invoice.number, ()))
        self._check_books(day)

    def _check_fixed(self, day, invoice, rows):
        """Compensation once, converted on its day."""
        if not self.knows:
            return
        if len(rows) > 1:
            self._violated(day, "charged once", f"{invoice.number}: {len(rows)} compensations")
        for row in rows:
            right = self._fixed(invoice.currency, row["date"])
            if row["cents"] != right or row["date"] <= invoice.due:
                text = f"{invoice.number}: {row['cents']} on {row['date']}, {right} expected"
                self._violated(day, "compensation", text)

    def _fixed(self, currency, day):
        amount = _decimal(self.record["fixed_amount"])
        ratio = self._exchange(currency, day) / self._exchange(self.rule.currency_id.name, day)
        return int((amount * ratio * 100).quantize(Decimal(1), ROUND_HALF_UP))

    def _exchange(self, code, day):
        """Return the units of a currency for one of the company's."""
        company = self.env.company
        if code == company.currency_id.name:
            return Decimal(1)
        currency = self.env["res.currency"].search([("name", "=", code)])
        rows = self._rows(queries.EXCHANGE, currency=currency.id, company=company.id)
        return _decimal([row["rate"] for row in rows if row["day"] <= day][-1])

    def _check_interest(self, day, invoice, rows):
        """Day after day from the due date, without gap or overlap, and right to the cent."""
        start = invoice.due + ONE_DAY
        for row in rows:
            if row["date_from"] != start or row["date_to"] < row["date_from"]:
                text = f"{invoice.number}: {row['date_from']}..{row['date_to']}, due {start}"
                self._violated(day, "no gap, no overlap", text)
            if row["cents"] != row["explained"]:
                text = f"{invoice.number}: segments add up to {row['explained']}"
                self._violated(day, "explained", text)
            if row["date_to"] > row["date"]:
                self._violated(day, "only owed", f"{invoice.number}: up to {row['date_to']}")
            if self.knows:
                self._compare_row(day, invoice, row)
            start = row["date_to"] + ONE_DAY
        if rows and self.books.is_allocated(invoice, day) and start - ONE_DAY > invoice.paid:
            self._violated(day, "only owed", f"{invoice.number}: {start - ONE_DAY}, it was paid")

    def _compare_row(self, day, invoice, row):
        """What the days of one charge bear, by what was known when it was made."""
        payments = self.books.payments(invoice, row["date"])
        before = row["date_from"] - ONE_DAY
        self.compared += 1
        try:
            right, already = (
                self.terms.interest(invoice.cents, invoice.due, last, payments)
                for last in (row["date_to"], before)
            )
        except NoRate as error:
            self._violated(day, "missing rate", f"{invoice.number} was charged; none on {error}")
            return
        right -= already
        if row["cents"] != right:
            text = f"{invoice.number}: {row['cents']} up to {row['date_to']}, {right} expected"
            self._violated(day, "interest", text)

    def _check_complete(self, day, invoice, rows):
        """In the end all that is late was charged, up to the payment."""
        end = invoice.paid if self.books.is_allocated(invoice, day) else day
        # Money that came by the due date counts, allocated or not.
        paid = sum(
            cents for paid, cents in self.books.payments(invoice, day) if paid <= invoice.due
        )
        late = invoice.posted <= day and end > invoice.due and paid < invoice.cents
        fixed = bool(self.record["fixed_amount"]) and late
        if fixed != any(row["kind"] == "compensation" for row in rows):
            text = f"{invoice.number}: late {late}, {len(rows)} charges"
            self._violated(day, "compensation", text)
        interest = [row for row in rows if row["kind"] == "interest"]
        charged = sum(row["cents"] for row in interest)
        bears = late and self.terms
        right = self.terms.interest(invoice.cents, invoice.due, end) if bears else 0
        if any(self.books.pending(invoice, known) for known in (day, *_days(interest))):
            # Money nobody had allocated counted for older invoices: compared row by row.
            self.unallocated += 1
            self.less[invoice.currency] += right - charged
            return
        if charged != right:
            text = f"{invoice.number}: {charged} up to {end}, the file says {right}"
            self._violated(day, "interest", text)

    def _check_books(self, day):
        booked = _by_currency(self._rows(queries.BOOKED))
        claimed = _by_currency(self._rows(queries.CLAIMED))
        if booked != claimed:
            self._violated(day, "booked", f"documents {booked}, charges {claimed}")
        for row in self._rows(queries.DOCUMENTS):
            if round(row["booked"] - row["charged"], 2):
                text = f"{row['name']} is {row['booked']}, its charges {row['charged']}"
                self._violated(day, "booked", text)
        open_amounts = Counter()
        customers = self.env["res.partner"].search([]).ids
        for charge in self.env["collection.charge"]._search_open(self.env.company, customers):
            if charge.charge_move_id:
                open_amounts[charge.currency_id.name] += round(charge.amount_open * 100)
        residuals = _by_currency(self._rows(queries.RESIDUALS))
        if residuals != _without_zeros(open_amounts):
            self._violated(day, "open", f"ledger {residuals}, charges {open_amounts}")

    def totals(self):
        """Return count and sums of the charges, by kind, state and currency."""
        self.env.flush_all()
        return self._rows(queries.TOTALS)


def _days(rows):
    return {row["date"] for row in rows}


def _decimal(value):
    """Floats as people read them: 0.1 is a tenth."""
    return Decimal(str(value or 0))


def _by_currency(rows):
    return _without_zeros({row["currency"]: row["cents"] for row in rows})


def _without_zeros(counts):
    return {key: int(value) for key, value in counts.items() if value}
