"""Build the web client's asset bundles in a template, so that no clone of it has to.

It takes half a minute, which Odoo otherwise spends before the first browser test of each
run and at the first page of each database.
"""


def main(env, args):
    env["ir.qweb"]._pregenerate_assets_bundles()
    return 0
