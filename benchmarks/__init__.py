"""Benchmarks: how long a day's work takes on ledgers of growing size, beside the peer's.

``devtools/bench.py`` is outside (databases, processes), the files here either run inside Odoo
(``inside``, ``truth``, ``multiply``, …) or make tables of what was measured (``report``).
"""
