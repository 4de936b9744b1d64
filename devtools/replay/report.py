"""Progress while the replay runs, and its counts at the end."""

import contextlib
import time
from collections import Counter

SHOWN = 20


def _now():
    """Return seconds of the one clock that freezegun does not stop."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Clock:
    """Seconds spent in each phase; the replayed day's clock stands still, this one does not."""

    def __init__(self):
        self.started = _now()
        self.seconds = Counter()

    @contextlib.contextmanager
    def phase(self, name):
        """Measure a ``with`` block."""
        begin = _now()
        try:
            yield
        finally:
            self.seconds[name] += _now() - begin

    @property
    def total(self):
        """Return the seconds since the beginning."""
        return _now() - self.started


class Report:
    """Prints what happened, in plain words."""

    def __init__(self, ledger, clock, checks, levels):
        self.ledger = ledger
        self.clock = clock
        self.checks = checks
        self.levels = levels
        self.posted = 0
        self.paid = 0
        self.days = 0
        self.repeated = 0
        self.letters = 0
        self.charges = None  # the checks of charges, where there are any
        self._month = None

    def day(self, day, missed=()):
        """Count a day; show a line when its month is over.

        :param missed: days without a server before it, whose papers were booked on it
        """
        month = day.strftime("%Y-%m")
        if self._month and month != self._month:
            self._progress()
        self._month = month
        self.days += 1
        for booked in (*missed, day):
            self.posted += len(self.ledger.posted_on[booked])
            self.paid += len(self.ledger.paid_on[booked])

    def _progress(self):
        notices = sum(self.checks.counts["notices"].values())
        print(
            f"  {self._month}: {self.posted} invoices, {self.paid} payments, {notices} notices, "
            f"{len(self.checks.violations)} violations; {self.clock.total:.0f} s",
            flush=True,
        )

    def close(self):
        """Print all counts and the violations."""
        self._progress()
        notices = self.checks.counts["notices"]
        print(f"\nReplayed {self.days} days, {self.ledger.first} to {self.ledger.last}.")
        print(f"Invoices posted: {self.posted}; payments: {self.paid}.")
        print(f"Notices issued: {sum(notices.values())}, of them with highest level")
        for level in self.levels:
            items = self.checks.counts["items"][level.id]
            print(f"  {level.name:30} {notices[level.id]:6}  ({items} invoices reached it)")
        self._print_skips()
        if self.charges:
            self._print_charges()
        self._print_speed(sum(notices.values()))
        self._print_violations()

    def _print_skips(self):
        skips = self.checks.counts["skips"]
        print(f"Invoices left out, counted once a day: {sum(skips.values())}")
        for reason, count in skips.most_common():
            print(f"  {reason:30} {count:6}")

    def _print_charges(self):
        checks = self.charges
        print(f"Charges by “{checks.rule.name}”:")
        count = 0
        for row in checks.totals():
            count += row["times"]
            waived = f", {row['waived'] / 100:,.2f} waived" if row["waived"] else ""
            print(
                f"  {row['kind']:14} {row['state']:10} {row['times']:6}"
                f" {row['cents'] / 100:16,.2f} {row['currency']}{waived}"
            )
        print(f"  Demanded by notices: {checks.demands} rows; each day equal to what is open and decided.")
        how = "worked out from the file" if checks.knows else "not worked out: too special a rule"
        print(f"  Interest: {checks.compared} comparisons, {how}.")
        if checks.unallocated:
            less = ", ".join(f"{cents / 100:,.2f} {code}" for code, cents in checks.less.items())
            print(
                f"  {checks.unallocated} invoices were charged while money of the customer was "
                f"not allocated: right for each charge, less in all by {less}."
            )
        seconds = sum(
            self.clock.seconds[phase] for phase in ("charges", "charges on demand")
        ) or 1
        print(f"  {count} charges; {seconds:.0f} s in the job of charges.")

    def _print_speed(self, notices):
        clock = self.clock
        print(f"Time: {clock.total:.0f} s")
        for phase, seconds in clock.seconds.most_common():
            print(f"  {phase:30} {seconds:6.0f} s")
        posting, running = clock.seconds["posting invoices"], clock.seconds["scheduled action"]
        if posting and running:
            print(
                f"  {self.posted / posting:.0f} invoices a second posted, "
                f"{notices / (running + clock.seconds['approvals']):.0f} notices a second issued"
            )

    def _print_violations(self):
        violations = self.checks.violations
        if self.checks.oracle.knows:
            explained = sum(self.checks.explained.values())
            print(
                "Each invoice and day was compared with the levels worked out from the file: "
                f"{explained} differences, each explained by its skip."
            )
        print(f"Second calls on the same day: {self.repeated}, none may change anything.")
        for text in violations[:SHOWN]:
            print(f"  VIOLATED {text}")
        if len(violations) > SHOWN:
            print(f"  … and {len(violations) - SHOWN} more")
        print(f"Promise violations: {len(violations)}")
