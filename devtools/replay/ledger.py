"""The ledger to replay, as its CSV file has it. Amounts are in hundredths, so that they add up."""

import csv
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

COLUMNS = ("customer", "invoice", "invoice_date", "due_date", "amount", "currency", "paid_date")
# Some payments wait for their allocation, as they do in real offices: every tenth one is an
# open credit of its customer for two days.
ALLOCATION_LAG = timedelta(days=2)
LAG_EVERY = 10


class LedgerError(Exception):
    """The file is no ledger."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One row of the file; ``cents`` is its amount."""

    number: str
    customer: str
    currency: str
    cents: int
    posted: date
    due: date
    paid: date | None

    def is_open(self, day):
        """Tell whether it is owed at the end of a day."""
        return self.posted <= day and (self.paid is None or self.paid > day)


@dataclass(frozen=True, slots=True)
class Payment:
    """What one customer paid on one day in one currency."""

    customer: str
    currency: str
    paid: date
    allocated: date
    invoices: tuple[Invoice, ...]

    @property
    def cents(self):
        """Return its amount."""
        return sum(invoice.cents for invoice in self.invoices)


class Ledger:
    """The invoices in the order of the file, and what happens on each day."""

    def __init__(self, invoices, until=None, lag=ALLOCATION_LAG):
        self.invoices = invoices
        self.lag = lag
        self.by_number = {invoice.number: invoice for invoice in invoices}
        if len(self.by_number) != len(invoices):
            raise LedgerError("an invoice number comes twice")
        self.posted_on = defaultdict(list)
        self.paid_on = defaultdict(list)
        self.allocated_on = defaultdict(list)
        self.of_customer = defaultdict(list)
        for invoice in invoices:
            self.posted_on[invoice.posted].append(invoice)
            self.of_customer[invoice.customer, invoice.currency].append(invoice)
        self._group_payments()
        self.first = min(invoice.posted for invoice in invoices)
        last = max(invoice.paid or invoice.due + timedelta(days=60) for invoice in invoices)
        self.last = until or last + lag

    def _group_payments(self):
        groups = defaultdict(list)
        for invoice in self.invoices:
            if invoice.paid:
                groups[invoice.paid, invoice.customer, invoice.currency].append(invoice)
        for number, ((paid, customer, currency), group) in enumerate(sorted(groups.items())):
            late = number % LAG_EVERY == LAG_EVERY - 1
            allocated = paid + self.lag if late else paid
            payment = Payment(customer, currency, paid, allocated, tuple(group))
            self.paid_on[paid].append(payment)
            self.allocated_on[allocated].append(payment)

    @property
    def customers(self):
        """Return the names of all customers."""
        return sorted({invoice.customer for invoice in self.invoices})

    @property
    def currencies(self):
        """Return the codes of all currencies, the most frequent one first."""
        counts = Counter(invoice.currency for invoice in self.invoices)
        return [code for code, _count in counts.most_common()]

    def days(self):
        """Yield every day from the first invoice to the last payment."""
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)


def read(path, until=None, lag=ALLOCATION_LAG, customers=None, seed=1):
    """Read a ledger file.

    :param until: the last day, as text
    :param lag: how long every tenth payment waits for its allocation
    :param customers: so many customers only, drawn by ``seed``
    :raises LedgerError: saying what is wrong with it
    """
    with open(path, newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise LedgerError(f"columns are missing: {', '.join(sorted(missing))}")
        invoices = [_invoice(row, reader.line_num) for row in reader]
    if not invoices:
        raise LedgerError("there is no invoice in it")
    if customers:
        names = sorted({invoice.customer for invoice in invoices})
        kept = set(random.Random(seed).sample(names, min(customers, len(names))))
        invoices = [invoice for invoice in invoices if invoice.customer in kept]
    return Ledger(invoices, until and date.fromisoformat(until), lag)


def _invoice(row, line):
    try:
        cents = int((Decimal(row["amount"]) * 100).to_integral_exact())
        paid = row["paid_date"]
        invoice = Invoice(
            row["invoice"],
            row["customer"],
            row["currency"],
            cents,
            date.fromisoformat(row["invoice_date"]),
            date.fromisoformat(row["due_date"]),
            date.fromisoformat(paid) if paid else None,
        )
    except (ArithmeticError, ValueError) as error:
        raise LedgerError(f"line {line}: {error}") from error
    if cents <= 0 or (invoice.paid and invoice.paid < invoice.posted):
        raise LedgerError(f"line {line}: an amount above zero, paid after it was invoiced, please")
    return invoice
