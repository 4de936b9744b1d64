"""The promises of DESIGN.md, checked after each day from SQL, the ledger and the oracle."""

from collections import Counter, defaultdict

NOTICES = """
    SELECT n.id, n.stage, n.level_id, n.date, r.date AS run_date, n.run_id, p.name AS customer,
           c.name AS currency, round(n.amount_due * 100)::bigint AS cents
      FROM collection_notice n
      JOIN res_partner p ON p.id = n.partner_id
      JOIN res_currency c ON c.id = n.currency_id
      LEFT JOIN collection_run r ON r.id = n.run_id
     WHERE n.date = %(day)s OR r.date = %(day)s
"""
LINES = """
    SELECT l.notice_id, l.kind, l.stage, m.name AS invoice, l.level_id, l.occurrence,
           round(l.amount_residual * 100)::bigint AS cents, l.days_overdue, l.amount_charges
      FROM collection_notice_line l
      LEFT JOIN account_move_line i ON i.id = l.move_line_id
      LEFT JOIN account_move m ON m.id = COALESCE(i.move_id, l.former_move_id)
     WHERE l.notice_id = ANY(%(ids)s)
"""
TWICE = """
    SELECT m.name, l.level_id, l.occurrence, count(*) AS times
      FROM collection_notice_line l
      LEFT JOIN account_move_line i ON i.id = l.move_line_id
      JOIN account_move m ON m.id = COALESCE(i.move_id, l.former_move_id)
     WHERE l.kind = 'item' AND l.stage = 'issued' AND m.name = ANY(%(invoices)s)
     GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
WAITING = """
    SELECT m.name AS invoice
      FROM collection_notice_line l
      LEFT JOIN account_move_line i ON i.id = l.move_line_id
      JOIN account_move m ON m.id = COALESCE(i.move_id, l.former_move_id)
     WHERE l.kind = 'item' AND l.stage = 'proposed'
"""
SKIPS = """
    SELECT m.name AS invoice, s.reason, s.level_id
      FROM collection_skip s JOIN account_move m ON m.id = s.move_id
     WHERE s.date = %(day)s
"""
RESIDUALS = """
    SELECT c.name AS currency, round(sum(l.amount_residual_currency) * 100)::bigint AS cents
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_currency c ON c.id = l.currency_id
      JOIN account_move m ON m.id = l.move_id AND m.collection_is_charge IS NOT TRUE
     WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
     GROUP BY c.name
"""
FINGERPRINT = """
    SELECT (SELECT md5(string_agg((n.id, n.stage, n.name, n.amount_due, n.date)::text, ','
                                  ORDER BY n.id)) FROM collection_notice n),
           (SELECT md5(string_agg((l.id, l.stage, l.level_id, l.amount_residual)::text, ','
                                  ORDER BY l.id)) FROM collection_notice_line l),
           (SELECT md5(string_agg((c.id, c.state, c.amount, c.amount_waived, c.leftover,
                                   c.charge_move_id)::text, ',' ORDER BY c.id))
              FROM collection_charge c),
           (SELECT count(*) FROM account_move),
           (SELECT count(*) FROM collection_communication),
           (SELECT count(*) FROM mail_mail),
           (SELECT count(*) FROM mail_activity),
           (SELECT md5(string_agg((i.collection_level_id, i.collection_date)::text, ','
                                  ORDER BY i.id))
              FROM account_move_line i WHERE i.collection_level_id IS NOT NULL),
           (SELECT md5(string_agg((s.move_line_id, s.reason, s.level_id, s.detail)::text, ','
                                  ORDER BY s.move_line_id, s.reason))
              FROM collection_skip s WHERE s.date = %(day)s)
"""


class Checks:
    """Judges the days one by one; ``violations`` has what is wrong."""

    def __init__(self, env, ledger, oracle, by_customer=True):
        self.env = env
        self.by_customer = by_customer
        self.ledger = ledger
        self.oracle = oracle
        self.violations = []
        self.counts = defaultdict(Counter)
        self.explained = Counter()
        self._open = {}  # what the books have open, in the order of posting
        self._noted = set()

    def before_run(self, day, missed=()):
        """Take note of the morning: what was booked, and issued after it was approved.

        :param missed: the days since the last run, whose papers are booked today
        """
        for booked in (*missed, day):
            for invoice in self.ledger.posted_on[booked]:
                self._open[invoice.number] = invoice
            for payment in self.ledger.allocated_on[booked]:
                for invoice in payment.invoices:
                    del self._open[invoice.number]
        notices, by_notice = self._read_notices(day)
        self._note_issued(day, notices, by_notice)

    def after_run(self, day):
        """Check everything that happened on a day."""
        notices, by_notice = self._read_notices(day)
        issued = [row for row in notices if row["stage"] == "issued" and row["date"] == day]
        self._check_once(day, issued, by_notice)
        self._check_amounts(day, issued, by_notice)
        self._check_levels(day, notices, by_notice)
        self._check_residuals(day)
        self._note_issued(day, notices, by_notice)

    def fingerprint(self, day):
        """Return what a second call on the same day must not change."""
        self.env.flush_all()
        self.env.cr.execute(FINGERPRINT, {"day": day})
        return self.env.cr.fetchone()

    def _rows(self, query, **parameters):
        self.env.cr.execute(query, parameters)
        return self.env.cr.dictfetchall()

    def _read_notices(self, day):
        self.env.flush_all()
        notices = self._rows(NOTICES, day=day)
        by_notice = defaultdict(list)
        for line in self._rows(LINES, ids=[row["id"] for row in notices]) if notices else []:
            by_notice[line["notice_id"]].append(line)
        return notices, by_notice

    def _violated(self, day, promise, text):
        self.violations.append(f"{day} {promise}: {text}")

    def _check_once(self, day, issued, by_notice):
        """No item twice at a level; one notice a run, customer and currency."""
        invoices = [line["invoice"] for row in issued for line in by_notice[row["id"]]]
        for row in self._rows(TWICE, invoices=invoices) if invoices else []:
            self._violated(day, "once", f"{row['name']} {row['times']} times at one level")
        made = Counter((row["run_id"], row["customer"], row["currency"]) for row in issued)
        for (_run, customer, currency), times in made.items():
            if times > 1 and self.by_customer:
                self._violated(day, "once", f"{customer} got {times} notices in {currency}")

    def _check_amounts(self, day, issued, by_notice):
        """Only what is owed, and net of the customer's open credits."""
        for notice in issued:
            key = notice["customer"], notice["currency"]
            covered = self._covered(day, *key)
            net = 0
            for line in by_notice[notice["id"]]:
                if line["kind"] == "credit" or line["stage"] == "dropped":
                    continue
                invoice = self.ledger.by_number[line["invoice"]]
                if (invoice.customer, invoice.currency) != key:
                    self._violated(day, "only owed", f"{invoice.number} is not {key}'s")
                if _is_paid_but_for_charges(line) and invoice.number not in self._open:
                    continue
                if invoice.number not in self._open or line["cents"] != invoice.cents:
                    text = f"{invoice.number} stands at {line['cents']}, paid {invoice.paid}"
                    self._violated(day, "only owed", text)
                net += line["cents"] - covered[invoice.number]
            if net != notice["cents"] or net <= 0:
                text = f"{key} asked for {notice['cents']}, the ledger says {net}"
                self._violated(day, "net truth", text)

    def _covered(self, day, customer, currency):
        """What the customer's unallocated payments cover, the oldest invoices first."""
        unpaid = [
            invoice
            for invoice in self.ledger.of_customer[customer, currency]
            if invoice.number in self._open
        ]
        credit = sum(invoice.cents for invoice in unpaid if not invoice.is_open(day))
        covered = Counter()
        for invoice in sorted(unpaid, key=lambda invoice: invoice.due):
            covered[invoice.number] = min(credit, invoice.cents)
            credit -= covered[invoice.number]
        return covered

    def _check_levels(self, day, notices, by_notice):
        """Each invoice got the level it had earned, or the run says why not."""
        skips = self._rows(SKIPS, day=day)
        self.counts["skips"].update(row["reason"] for row in skips)
        if not self.oracle.knows:
            return
        proposed = {
            line["invoice"]: (line["level_id"], line["occurrence"])
            for notice in notices
            if notice["run_date"] == day
            for line in by_notice[notice["id"]]
            if line["kind"] == "item" and line["stage"] in ("proposed", "issued")
        }
        reasons = {row["invoice"]: row["reason"] for row in skips}
        for invoice in self._open.values():
            expected = self.oracle.expected(invoice, day)
            got = proposed.pop(invoice.number, None)
            if expected == got:
                continue
            if got is None and invoice.number in reasons:
                self.explained[reasons[invoice.number]] += 1
            else:
                text = f"{invoice.number} must get {expected} and got {got}"
                self._violated(day, "explained", text)
        for number, got in proposed.items():
            self._violated(day, "only owed", f"{number} is not open and got {got}")

    def _check_residuals(self, day):
        """The books owe what the ledger says, in each currency."""
        truth = Counter()
        for invoice in self._open.values():
            if invoice.is_open(day):
                truth[invoice.currency] += invoice.cents
        books = {row["currency"]: row["cents"] for row in self._rows(RESIDUALS)}
        for currency in self.ledger.currencies:
            if books.get(currency, 0) != truth[currency]:
                text = f"{currency}: books {books.get(currency, 0)}, ledger {truth[currency]}"
                self._violated(day, "ledger truth", text)

    def _note_issued(self, day, notices, by_notice):
        """Count what was issued and note the levels the invoices have from now on."""
        for notice in notices:
            new = notice["id"] not in self._noted
            if notice["date"] != day or notice["stage"] != "issued" or not new:
                continue
            self._noted.add(notice["id"])
            lines = [
                line
                for line in by_notice[notice["id"]]
                if line["kind"] == "item" and line["stage"] == "issued"
            ]
            for line in lines:
                self._note_level(day, line)
            self.counts["items"].update(line["level_id"] for line in lines)
            self.counts["notices"][notice["level_id"]] += 1
        self.oracle.waiting = {row["invoice"] for row in self._rows(WAITING)}

    def _note_level(self, day, line):
        invoice = self.ledger.by_number[line["invoice"]]
        level, occurrence = line["level_id"], line["occurrence"]
        if not self.oracle.follows(invoice, level, occurrence, day):
            self._violated(day, "levels", f"{invoice.number} jumped to level {level}")
        if line["days_overdue"] != max((day - invoice.due).days, 0):
            text = f"{invoice.number} is said to be {line['days_overdue']} days late"
            self._violated(day, "days late", text)
        self.oracle.issued(invoice.number, level, occurrence, day)


def _is_paid_but_for_charges(line):
    return line["kind"] == "listed" and not line["cents"] and line["amount_charges"] > 0
